import { CairnError, createRedactor, redactError } from "@cairn/protocol";
import { ENGLISH, errorSchema, isRetryableFailure } from "@cairn/rpc";
import { abortedError, throwIfAborted } from "./delay.ts";
import type { SdkErrorCode } from "./errors.ts";

/** The part of `fetch` that is used; the platform's own fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** An answer with a JSON body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
  /** What the header Retry-After asks for; null without it, as in a browser that may not read it. */
  readonly retryAfterSeconds: number | null;
}

/** Sends a request once. Throws `sdk/unreachable`, `sdk/timeout`, `sdk/aborted`, `sdk/bad-answer`. */
export async function sendRequest(fetch: Fetch, request: HttpRequest): Promise<HttpAnswer> {
  const { method, url, body, headers, timeoutMs, signal } = request;
  throwIfAborted(signal);
  const timeout = AbortSignal.timeout(timeoutMs);
  const redact = createRedactor(url);
  const shown = shownUrl(url);
  const where = { details: { method, url: shown } };
  let status: number;
  let text: string;
  let retryAfterSeconds: number | null;
  try {
    const response = await fetch(url, {
      method,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      // Without any, a page's request needs no preflight.
      ...(body === undefined
        ? Object.keys(headers ?? {}).length === 0
          ? {}
          : { headers: { ...headers } }
        : { body: JSON.stringify(body), headers: { ...headers, "content-type": "application/json" } }),
    });
    status = response.status;
    retryAfterSeconds = toSeconds(response.headers.get("retry-after"));
    text = await response.text();
  } catch (thrown) {
    if (signal?.aborted) throw abortedError(thrown);
    const cause = redactError(thrown, redact);
    throw timeout.aborted
      ? new CairnError<SdkErrorCode>("sdk/timeout", `no answer from ${shown} within ${timeoutMs} ms`, {
          cause,
          ...where,
        })
      : new CairnError<SdkErrorCode>("sdk/unreachable", `${shown} cannot be reached`, { cause, ...where });
  }
  try {
    return { status, body: JSON.parse(text), retryAfterSeconds };
  } catch (cause) {
    throw badAnswer(`${shown} answers ${status} without JSON`, { ...where.details, status }, cause);
  }
}

/** A node's URL, safe to show: the API's path and query hold no secrets; user and password are left out. */
export function shownUrl(url: string): string {
  const parsed = new URL(url);
  [parsed.username, parsed.password] = ["", ""];
  return parsed.href;
}

/** The failure that a body reports; null when it is an answer. */
export function apiErrorFrom(
  { status, body, retryAfterSeconds }: HttpAnswer,
  url: string,
): CairnError<SdkErrorCode> | null {
  const parsed = errorSchema.safeParse(body, ENGLISH);
  if (!parsed.success) return null;
  const { code, message, details } = parsed.data.error;
  return new CairnError("sdk/api-error", message, {
    details: {
      apiCode: code,
      status,
      isRetryable: isRetryableFailure(code, details),
      apiDetails: details ?? {},
      retryAfterSeconds: toSeconds(details?.retryAfterSeconds) ?? retryAfterSeconds,
      url: shownUrl(url),
    },
  });
}

/** A positive number of seconds, whole; null for anything else. */
function toSeconds(value: unknown): number | null {
  const seconds = value === null ? 0 : Math.ceil(Number(value));
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : null;
}

/** An answer that no Cairn node of this version gives. */
export function badAnswer(
  message: string,
  details: Readonly<Record<string, unknown>>,
  cause?: unknown,
): CairnError<SdkErrorCode> {
  return new CairnError("sdk/bad-answer", message, { cause, details });
}
