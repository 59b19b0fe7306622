const PREFIX = "hook-";

/** A name for a request that its caller has not named. */
export function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return PREFIX + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether a request was named here, and not by a caller. */
export function isOurName(id: string): boolean {
  return id.startsWith(PREFIX);
}
