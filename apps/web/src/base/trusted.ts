/** The part of Trusted Types that is used; TypeScript's types of browsers do not have it yet. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { readonly createScriptURL: (url: string) => unknown };
}

const types = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes;

/** The only way in which a text becomes a script's address: it must be one of the pages' own files. */
function ownScript(url: string): string {
  const { origin, href } = new URL(url, document.baseURI);
  if (origin === location.origin) return href;
  throw new TypeError(`a script of another origin: ${origin}`);
}

const policy = types?.createPolicy("cairn", { createScriptURL: ownScript });

/**
 * Starts a worker from one of the pages' own files. Throws a TypeError for a file of another origin.
 *
 * @example startWorker(url) // import url from "./verifier.ts?worker&url"
 */
export function startWorker(url: string): Worker {
  const trusted = policy?.createScriptURL(url) ?? ownScript(url);
  return new Worker(trusted as string, { type: "module" });
}

/**
 * Lets the pages open without a network from now on, where the browser can: by HTTPS, or from this machine.
 *
 * @example void keepPages();
 */
export async function keepPages(): Promise<void> {
  const url = new URL("sw.js", document.baseURI).href;
  const trusted = policy?.createScriptURL(url) ?? ownScript(url);
  // Where it is refused, as in private windows, the pages work all the same.
  await navigator.serviceWorker?.register(trusted as string, { updateViaCache: "none" }).catch(() => undefined);
}
