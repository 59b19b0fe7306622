/** Replaces a secret in a text. */
const REDACTED = "[redacted]";
/** Shorter parts of a URL are left alone outside the URL: replacing them would garble the text. */
const MIN_SECRET_LENGTH = 3;
const MIN_SEGMENT_LENGTH = 6;
/** Some providers put keys in host names: a label this long that contains digits counts as one. */
const MIN_LABEL_LENGTH = 20;
/** Parts of paths that say nothing about a key. */
const PUBLIC_SEGMENTS = new Set([
  "jsonrpc",
  "ethereum",
  "mainnet",
  "sepolia",
  "holesky",
  "archive",
  "public",
  "goerli",
]);
/** Nothing of interest is nested deeper in an error. */
const MAX_DEPTH = 12;
const URL_IN_TEXT = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>\\^{|}]+/gi;
/** A path and nothing else: no host, user or query. */
const LOCAL_FILE = /^file:\/\/\/[^?#]*$/i;

/**
 * A URL that is safe to show: scheme, host and port. User, password, path and query, which may hold API keys, are left out.
 * The path of a local file is shown whole: stack traces name the sources that way.
 *
 * @example redactUrl("https://user:pass@rpc.example/v2/KEY?k=1") // "https://rpc.example/…"
 */
export function redactUrl(url: string): string {
  if (LOCAL_FILE.test(url)) return url;
  const parsed = parse(url);
  if (parsed === null) return "(unreadable URL)";
  const { protocol, host, pathname, search, hash } = parsed;
  const shownHost = host
    .split(".")
    .map((label) => (isSecretLabel(label) ? REDACTED : label))
    .join(".");
  return `${protocol}//${shownHost}${pathname.length > 1 || search !== "" || hash !== "" ? "/…" : ""}`;
}

/**
 * Removes the secrets of every URL in a text.
 *
 * @example redactUrls("POST https://rpc.example/v2/KEY failed") // "POST https://rpc.example/… failed"
 */
export function redactUrls(text: string): string {
  return text.replace(URL_IN_TEXT, (url) => redactUrl(url));
}

/**
 * Removes one URL's secrets from texts, even where only part of the URL appears: a server that refuses a request may
 * repeat the path or the key.
 *
 * @example createRedactor("https://rpc.example/v2/SECRET")("bad key SECRET") // "bad key [redacted]"
 */
export function createRedactor(url: string): (text: string) => string {
  const replacements = replacementsOf(url);
  return (text) => {
    let shown = text;
    for (const [secret, replacement] of replacements) shown = shown.replaceAll(secret, replacement);
    return redactUrls(shown);
  };
}

/**
 * Applies `redact` to every text in an error, its causes and its other properties, and returns the same error. Changing it
 * in place keeps its class, and errors that wrap it later copy nothing secret.
 *
 * @example throw redactError(error, createRedactor(rpcUrl));
 */
export function redactError<Thrown>(error: Thrown, redact: (text: string) => string): Thrown {
  redactProperties(error, redact, new Set(), 0);
  return error;
}

function redactProperties(value: unknown, redact: (text: string) => string, seen: Set<object>, depth: number): void {
  if (typeof value !== "object" || value === null || seen.has(value) || depth > MAX_DEPTH) return;
  seen.add(value);
  // An answer's headers may repeat the URL, and nobody reads them any more.
  if (value instanceof Error && "headers" in value) value.headers = undefined;
  for (const name of Reflect.ownKeys(value)) {
    const inner: unknown = Reflect.get(value, name);
    if (typeof inner !== "string") {
      redactProperties(inner, redact, seen, depth + 1);
      continue;
    }
    const shown = redact(inner);
    const { enumerable = false } = Object.getOwnPropertyDescriptor(value, name) ?? {};
    if (shown !== inner) {
      Reflect.defineProperty(value, name, { configurable: true, enumerable, writable: true, value: shown });
    }
  }
}

/** What is replaced by what, the longest first. */
function replacementsOf(url: string): (readonly [secret: string, replacement: string])[] {
  const parsed = parse(url);
  if (parsed === null) return url === "" ? [] : [[url, redactUrl(url)]];
  const { host, username, password, pathname, search, searchParams } = parsed;
  const pathAndQuery = `${pathname}${search}`;
  const whole = [url, parsed.href, `${parsed.protocol}//${host}${pathAndQuery}`].filter((each) => hasSecret(each));
  const credentials = [username, password, `${username}:${password}`].flatMap(written);
  const parts = [
    ...credentials.filter((part) => part.length >= MIN_SECRET_LENGTH && part !== ":"),
    ...[...searchParams.values()].flatMap(written).filter((part) => part.length >= MIN_SECRET_LENGTH),
    ...pathname.split("/").flatMap(written).filter(isSecretSegment),
    ...host.split(".").filter(isSecretLabel),
  ];
  if (username !== "" || password !== "") parts.push(btoa(decoded(`${username}:${password}`)));
  const replacements: (readonly [string, string])[] = [
    ...whole.map((each): [string, string] => [each, redactUrl(url)]),
    ...parts.map((each): [string, string] => [each, REDACTED]),
  ];
  if (pathAndQuery.length >= MIN_SEGMENT_LENGTH) replacements.push([pathAndQuery, "/…"]);
  return replacements.sort(([a], [b]) => b.length - a.length);
}

function parse(url: string): URL | null {
  return URL.canParse(url) && new URL(url).host !== "" ? new URL(url) : null;
}

function hasSecret(url: string): boolean {
  return url !== redactUrl(url) && `${url}/` !== redactUrl(url) && url !== `${redactUrl(url)}/`;
}

function isSecretSegment(segment: string): boolean {
  return segment.length >= MIN_SEGMENT_LENGTH && !PUBLIC_SEGMENTS.has(segment.toLowerCase());
}

function isSecretLabel(label: string): boolean {
  return label.length >= MIN_LABEL_LENGTH && /\d/.test(label);
}

/** A part as it stands in the URL, and as it was meant. */
function written(part: string): string[] {
  return [...new Set([part, decoded(part)])];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
