import { createRedactor, isCairnError, redactError, redactUrl } from "@cairn/protocol";
import { restoreError } from "../errors.ts";

/** How archives are read from a web server. */
export interface WebLimits {
  /** Longest silence of the server while an answer or more of it is awaited, milliseconds. */
  readonly stallMs: number;
  /** Most bytes of one archive. */
  readonly maxBytes: number;
  /** How often in a row a connection may break without a byte more; reading goes on where it broke. */
  readonly attempts: number;
}

/** An archive holds at most this much: what is longer is cut off before it fills a disk. */
const DEFAULT_LIMITS: WebLimits = { stallMs: 30_000, maxBytes: 2 ** 37, attempts: 3 };
const ABSENT = new Set([404, 410]);

/** Whether a place of archives is the address of a web server; all others are paths. */
export function isWebPlace(place: string): boolean {
  return /^https?:\/\//i.test(place);
}

/**
 * The bytes of an archive on a web server that serves files, from a byte on. Redirects are refused. Throws `restore/io`,
 * whose message holds no secrets of the address.
 *
 * @example for await (const chunk of webChunks("https://archives.example/batches-0000000001.cairn")) …
 */
export async function* webChunks(
  url: string,
  first = 0,
  limits: WebLimits = DEFAULT_LIMITS,
): AsyncGenerator<Uint8Array, void, void> {
  let at = first;
  for (let failures = 0; ; ) {
    const begun = at;
    try {
      for await (const chunk of readFrom(url, at, limits)) {
        at += chunk.length;
        if (at > limits.maxBytes) throw problem(url, `is longer than ${limits.maxBytes} bytes`);
        yield chunk;
      }
      return;
    } catch (error) {
      failures = at > begun ? 1 : failures + 1;
      if (isCairnError(error) || failures >= limits.attempts) throw isCairnError(error) ? error : broken(url, error);
    }
  }
}

/** A part of an archive on a web server. Throws as {@link webChunks}, `restore/io` also where the archive is shorter. */
export async function readWebBytes(url: string, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of webChunks(url, start)) {
    const part = chunk.subarray(0, length - filled);
    bytes.set(part, filled);
    filled += part.length;
    if (filled === length) return bytes;
  }
  throw problem(url, `has only ${filled} of ${length} bytes from ${start} on`);
}

/**
 * What tells one version of a file on a web server from another; null if there is no such file. Throws `restore/io`.
 */
export async function webVersion(url: string, limits: WebLimits = DEFAULT_LIMITS): Promise<string | null> {
  const response = await askHead(url, limits);
  if (ABSENT.has(response.status)) return null;
  if (!response.ok) throw problem(url, `is answered with status ${response.status}`);
  return ["etag", "last-modified", "content-length"].map((name) => response.headers.get(name) ?? "").join(" ");
}

async function askHead(url: string, { stallMs, attempts }: WebLimits): Promise<Response> {
  for (let failures = 1; ; failures++) {
    try {
      return await fetch(url, { method: "HEAD", redirect: "error", signal: AbortSignal.timeout(stallMs) });
    } catch (error) {
      // A server may have closed the connection since the last question.
      if (failures >= attempts) throw broken(url, error);
    }
  }
}

/** One connection, which may break. Errors of the server are `restore/io`, those of the network as they come. */
async function* readFrom(url: string, first: number, { stallMs }: WebLimits): AsyncGenerator<Uint8Array, void, void> {
  const connection = new AbortController();
  const arm = () => setTimeout(() => connection.abort(new RangeError("the server is silent")), stallMs);
  let timer = arm();
  try {
    const headers: Record<string, string> = first === 0 ? {} : { range: `bytes=${first}-` };
    const response = await fetch(url, { redirect: "error", headers, signal: connection.signal });
    if (!response.ok) throw problem(url, `is answered with status ${response.status}`);
    // A server that knows no ranges sends the file from its beginning.
    let skip = response.status === 206 ? 0 : first;
    for await (const chunk of chunksOf(response)) {
      const rest = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - rest.length;
      // The time that the reader takes is not the server's.
      clearTimeout(timer);
      if (rest.length > 0) yield rest;
      timer = arm();
    }
  } finally {
    clearTimeout(timer);
    connection.abort();
  }
}

/** The body of an answer; not every browser iterates over streams. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array, void, void> {
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) yield read.value;
}

function broken(url: string, error: unknown) {
  return problem(url, "cannot be read", redactError(error, createRedactor(url)));
}

function problem(url: string, what: string, cause?: unknown) {
  return restoreError("restore/io", `${redactUrl(url)} ${what}`, { cause });
}
