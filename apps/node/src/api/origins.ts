/** Whose web pages may read the answers: nobody's, those of this machine, everybody's, or those of the origins. */
export type PageOrigins = "none" | "loopback" | "*" | readonly string[];

/**
 * The value of Access-Control-Allow-Origin for a request from a page of this origin, or from no page; null when the page may
 * not read the answer.
 */
export function allowedOrigin(rule: PageOrigins, origin: string | undefined): string | null {
  if (rule === "*") return "*";
  if (origin === undefined || rule === "none") return null;
  return (rule === "loopback" ? isLoopback(origin) : rule.includes(origin)) ? origin : null;
}

/** Whether a page is one that this server itself has sent: its origin is where the request was sent to. */
export function isOwnPage(origin: string, host: string | undefined): boolean {
  return isOrigin(origin) && new URL(origin).host === host?.toLowerCase();
}

/** The rule that a setting names; null for anything else. */
export function parsePageOrigins(text: string): PageOrigins | null {
  if (text === "none" || text === "loopback" || text === "*") return text;
  const origins = text.split(",").map((part) => part.trim());
  return origins.every(isOrigin) ? origins : null;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}

/** Names alone count: 127.0.0.1.example.com is somebody else's. */
function isLoopback(origin: string): boolean {
  if (!isOrigin(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.[0-9]{1,3}){3}$/.test(hostname);
}
