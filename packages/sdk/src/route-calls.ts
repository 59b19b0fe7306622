import { CairnError, redactUrl } from "@cairn/protocol";
import { ENGLISH, IDEMPOTENCY_HEADER, type RouteDefinition } from "@cairn/rpc";
import { backoffMs, delay } from "./delay.ts";
import { isRetryable, type SdkErrorCode } from "./errors.ts";
import { apiErrorFrom, badAnswer, type Fetch, sendRequest, shownUrl } from "./http.ts";
import type { CallOptions, SubmitOptions } from "./methods.ts";

/** Which node is asked, and how. */
export interface RouteCallerConfig {
  /** Address of the API, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Time limit of one attempt; 10 s by default. */
  readonly timeoutMs?: number;
  /** Retries after the first attempt, of reads only; 3 by default. */
  readonly retries?: number;
  /** Wait before the first retry, doubled each time; 200 ms by default. */
  readonly retryDelayMs?: number;
}

/** Calls the operations of a table by name; arguments and answers are checked against its schemas. */
export interface RouteCaller<Name extends string> {
  /** The node's address, without slashes at the end. */
  readonly base: string;
  /** Throws as the methods of a client. */
  readonly callOnce: (name: Name, args: Record<string, unknown>, options: SubmitOptions) => Promise<unknown>;
  /** A method for each operation, which repeats reads when that can help. */
  readonly methods: Readonly<Record<Name, (args?: Record<string, unknown>, options?: CallOptions) => Promise<unknown>>>;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_RETRIES = 3;
const DEFAULT_RETRY_DELAY_MS = 200;
const MAX_RETRY_DELAY_MS = 5_000;

/** A caller of the node at `url`. Throws `sdk/bad-request` for an unusable URL. */
export function createRouteCaller<Name extends string>(
  routes: Readonly<Record<Name, RouteDefinition>>,
  config: RouteCallerConfig,
  { fetch: given, authorization }: { readonly fetch?: Fetch | undefined; readonly authorization?: string },
): RouteCaller<Name> {
  const problem = urlProblem(config.url);
  if (problem !== null) throw new CairnError<SdkErrorCode>("sdk/bad-request", problem);
  const base = config.url.replace(/\/+$/, "");
  const fetch: Fetch = given ?? ((url, init) => globalThis.fetch(url, init));
  const { timeoutMs = DEFAULT_TIMEOUT_MS, retries = DEFAULT_RETRIES } = config;
  const retryDelayMs = config.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS;
  const fixed: Record<string, string> = authorization === undefined ? {} : { authorization };

  const callOnce: RouteCaller<Name>["callOnce"] = async (name, args, { idempotencyKey, ...options }) => {
    const route = routes[name];
    const headers: Record<string, string> =
      idempotencyKey === undefined ? {} : { [IDEMPOTENCY_HEADER]: idempotencyKey };
    const { url, body } = toRequest(base, route, args, headers);
    const all = { ...headers, ...fixed };
    const answer = await sendRequest(fetch, { method: route.method, url, body, headers: all, timeoutMs, ...options });
    const failure = apiErrorFrom(answer, url);
    if (failure !== null) throw failure;
    // A node that is not ready answers 503 with the same body.
    const isAnswer = answer.status === 200 || (name === "ready" && answer.status === 503);
    const parsed = route.response.safeParse(answer.body, ENGLISH);
    if (isAnswer && parsed.success) return parsed.data;
    const problem = parsed.error?.issues[0];
    const what = problem === undefined ? `status ${answer.status}` : `${problem.path.join(".")}: ${problem.message}`;
    const shown = shownUrl(url);
    throw badAnswer(
      `${shown} does not answer as a Cairn node: ${what}`,
      { url: shown, status: answer.status },
      parsed.error,
    );
  };

  const call = async (name: Name, args: Record<string, unknown> = {}, options: CallOptions = {}) => {
    const tries = routes[name].method === "GET" ? retries : 0;
    for (let attempt = 0; ; attempt++) {
      try {
        return await callOnce(name, args, options);
      } catch (error) {
        if (attempt >= tries || !isRetryable(error)) throw error;
        await delay(backoffMs(attempt, retryDelayMs, MAX_RETRY_DELAY_MS), options.signal);
      }
    }
  };

  const names = Object.keys(routes) as Name[];
  const methods = Object.fromEntries(
    names.map((name) => [name, (args?: Record<string, unknown>, options?: CallOptions) => call(name, args, options)]),
  ) as RouteCaller<Name>["methods"];
  return { base, callOnce, methods };
}

/** Why a URL cannot be a node's, null if it can; never reveals a password in it. */
function urlProblem(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return `not an http or https URL: ${redactUrl(text)}`;
  // Browsers and Node send no request to such a URL.
  if (url.username !== "" || url.password !== "")
    return `a node's URL must not contain a user or password: ${redactUrl(text)}`;
  if (url.search !== "" || url.hash !== "")
    return `a node's URL must not contain a query or fragment: ${redactUrl(text)}`;
  return null;
}

/** URL and body of a call. Throws `sdk/bad-request`. */
export function toRequest(
  base: string,
  route: Omit<RouteDefinition, "method" | "summary" | "response" | "errors">,
  args: Record<string, unknown>,
  headers: Readonly<Record<string, string>>,
): { readonly url: string; readonly body: unknown } {
  const pick = (shape: object | undefined) =>
    Object.fromEntries(
      Object.keys(shape ?? {})
        .filter((key) => args[key] !== undefined)
        .map((key) => [key, String(args[key])]),
    );
  const params = pick(route.params?.shape);
  const query = pick(route.query?.shape);
  const elsewhere = { ...route.params?.shape, ...route.query?.shape };
  const body = Object.fromEntries(Object.entries(args).filter(([key]) => !Object.hasOwn(elsewhere, key)));
  for (const [schema, value] of [
    [route.params, params],
    [route.query, query],
    [route.headers, headers],
    [route.body, body],
  ] as const) {
    const issue = schema?.safeParse(value, ENGLISH).error?.issues[0];
    if (issue !== undefined) {
      throw new CairnError<SdkErrorCode>("sdk/bad-request", `${issue.path.join(".")}: ${issue.message}`, {
        details: { path: issue.path },
      });
    }
  }
  const path = route.path.replaceAll(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ""));
  const search = new URLSearchParams(query).toString();
  return {
    url: `${base}${path}${search === "" ? "" : `?${search}`}`,
    body: route.body === undefined ? undefined : body,
  };
}
