const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Why messages cannot go to a URL; null if they can. */
export function urlProblem(
  url: string,
  allowsHttp: boolean,
): "malformedUrl" | "urlHasCredentials" | "insecureUrl" | null {
  if (!URL.canParse(url)) return "malformedUrl";
  const { protocol, hostname, username, password } = new URL(url);
  // They would be in logs and in answers of the API; the signature shows who sends.
  if (username !== "" || password !== "") return "urlHasCredentials";
  // What is posted is signed, but everybody on the way could read it.
  return protocol === "https:" || allowsHttp || LOOPBACK.test(hostname) ? null : "insecureUrl";
}
