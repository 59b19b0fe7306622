/**
 * The pages' content security policy, without the part that only a header can carry. Scripts, workers and styles come from
 * the pages' own origin alone; WebAssembly may be compiled, for hashing. A page may connect to any RPC and node that its user
 * names. Strings become code only through the policy of `src/base/trusted.ts`.
 */
const DIRECTIVES: Readonly<Record<string, string>> = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "worker-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data: blob:",
  "font-src": "'self'",
  "connect-src": "'self' https: wss: http: ws:",
  "manifest-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "require-trusted-types-for": "'script'",
  "trusted-types": "cairn",
};

/** For a `<meta>` element. */
export const META_POLICY = Object.entries(DIRECTIVES)
  .map(([name, value]) => `${name} ${value}`)
  .join("; ");

/** For a header: nobody may show the pages inside of theirs. */
export const HEADER_POLICY = `${META_POLICY}; frame-ancestors 'none'`;
