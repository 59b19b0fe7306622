import { CairnError, redactUrl, type SignedTransaction } from "@cairn/protocol";
import {
  type ClientRequest,
  ENGLISH,
  IDEMPOTENCY_HEADER,
  ROUTES,
  type RouteDefinition,
  type RouteName,
  type RouteResponse,
  STREAM_PATH,
  signedTransactionToJson,
  streamQuerySchema,
} from "@cairn/rpc";
import { backoffMs, delay } from "./delay.ts";
import { apiErrorOf, isRetryable, type SdkErrorCode } from "./errors.ts";
import { apiErrorFrom, badAnswer, type Fetch, sendRequest, shownUrl } from "./http.ts";
import type { CallOptions, RouteMethods, SubmitOptions } from "./methods.ts";
import {
  type OpenSocket,
  type StreamEvent,
  type StreamOptions,
  socketOpener,
  streamEvents,
  type WebSocketClass,
} from "./stream.ts";
import type { WaitOptions } from "./wait.ts";
import { submitAndWait, waitForTransaction } from "./wait.ts";

/** Settings of {@link createNodeClient}. */
export interface NodeClientConfig {
  /** Address of the API, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Time limit of one attempt; 10 s by default. */
  readonly timeoutMs?: number;
  /** Retries after the first attempt, of reads only; 3 by default. */
  readonly retries?: number;
  /** Wait before the first retry, doubled each time; 200 ms by default. */
  readonly retryDelayMs?: number;
}

/** What the client depends on; the platform's own by default. */
export interface NodeClientDeps {
  readonly fetch?: Fetch;
  /** For `stream`. Node has none before version 22: pass that of the package `ws`. */
  readonly WebSocket?: WebSocketClass;
  /** Connects in another way than with a class of WebSockets. */
  readonly openSocket?: OpenSocket;
}

/** What can be submitted: what a wallet signs, alone or several that run together, or the body of the route. */
export type Submission = SignedTransaction | readonly SignedTransaction[] | ClientRequest<"submit">["body"];

/** A client of one node. */
export interface NodeClient extends Omit<RouteMethods, "submit"> {
  readonly url: string;
  /**
   * Submits once: an answer means that the transactions are stored durably. Submitting the same again is harmless.
   * Throws as the other methods, and `sdk/bad-answer` when the node acknowledges another id than the wallet computed.
   */
  readonly submit: (submission: Submission, options?: SubmitOptions) => Promise<RouteResponse<"submit">>;
  /**
   * Submits a group and waits until all of it has the status. Submitting again is harmless: the node recognises a
   * transaction by its id and answers with its status. So this submits again while the node cannot be reached, until
   * the time is up. Throws `sdk/not-reached`, `sdk/timeout`, `sdk/aborted`, `sdk/api-error`.
   */
  readonly submitAndWait: (
    group: readonly SignedTransaction[],
    options: WaitOptions,
  ) => Promise<RouteResponse<"transaction">[]>;
  /**
   * Waits until a transaction has the status, or one after it. Throws `sdk/not-reached`, `sdk/timeout`, `sdk/aborted`.
   */
  readonly waitFor: (id: string, options: WaitOptions) => Promise<RouteResponse<"transaction">>;
  /**
   * What happens, as it happens: all of it, or what concerns an account, an owner, a reference. After a lost connection it
   * goes on behind the last message, so that each comes once, in order; `reset` says that the node no longer has what came
   * between: read the lists again. It ends with the signal or when the loop is left. Throws `sdk/bad-request`,
   * `sdk/bad-answer`, `sdk/api-error` when the node refuses the cursor, and `sdk/no-websocket` where the platform has no
   * WebSocket and none was given.
   */
  readonly stream: (options?: StreamOptions) => AsyncGenerator<StreamEvent, void, undefined>;
}

const STREAM = { path: STREAM_PATH, query: streamQuerySchema } as const;
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_RETRIES = 3;
const DEFAULT_RETRY_DELAY_MS = 200;
const MAX_RETRY_DELAY_MS = 5_000;

/**
 * A client of the node at `url`; nothing is sent before the first call. Throws `sdk/bad-request` for an unusable URL.
 *
 * @example
 * const node = createNodeClient({ url: "http://127.0.0.1:8080" });
 * const { blocks } = await node.blocks({ limit: 10 });
 */
export function createNodeClient(config: NodeClientConfig, deps: NodeClientDeps = {}): NodeClient {
  const problem = urlProblem(config.url);
  if (problem !== null) throw new CairnError<SdkErrorCode>("sdk/bad-request", problem);
  const base = config.url.replace(/\/+$/, "");
  const fetch: Fetch = deps.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const { timeoutMs = DEFAULT_TIMEOUT_MS, retries = DEFAULT_RETRIES } = config;
  const retryDelayMs = config.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS;

  const callOnce = async (
    name: RouteName,
    args: Record<string, unknown>,
    { idempotencyKey, ...options }: SubmitOptions,
  ): Promise<unknown> => {
    const { method } = ROUTES[name];
    const headers: Record<string, string> =
      idempotencyKey === undefined ? {} : { [IDEMPOTENCY_HEADER]: idempotencyKey };
    const { url, body } = toRequest(base, ROUTES[name], args, headers);
    const answer = await sendRequest(fetch, { method, url, body, headers, timeoutMs, ...options });
    const failure = apiErrorFrom(answer, url);
    if (failure !== null) throw failure;
    // A node that is not ready answers 503 with the same body.
    const isAnswer = answer.status === 200 || (name === "ready" && answer.status === 503);
    const parsed = ROUTES[name].response.safeParse(answer.body, ENGLISH);
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

  const call = async (name: RouteName, args: Record<string, unknown> = {}, options: CallOptions = {}) => {
    const tries = ROUTES[name].method === "GET" ? retries : 0;
    for (let attempt = 0; ; attempt++) {
      try {
        return await callOnce(name, args, options);
      } catch (error) {
        if (attempt >= tries || !isRetryable(error)) throw error;
        await delay(backoffMs(attempt, retryDelayMs, MAX_RETRY_DELAY_MS), options.signal);
      }
    }
  };

  const names = Object.keys(ROUTES).filter((name): name is RouteName => name in ROUTES);
  // The table ties each name to its types; a loop over names cannot express that.
  const methods = Object.fromEntries(
    names.map((name) => [name, (args?: Record<string, unknown>, options?: CallOptions) => call(name, args, options)]),
  ) as unknown as RouteMethods;

  return {
    ...methods,
    url: base,
    submit: async (submission, options) => {
      const { transactions, ids } = toSubmit(submission);
      const answer = await methods.submit({ transactions }, options);
      assertIds(ids, answer);
      return answer;
    },
    submitAndWait: (group, options) => submitAndWait(methods, group, options),
    waitFor: (id, options) => waitForTransaction(methods, id, options),
    stream: (options) => {
      const urlAfter = (cursor: string | undefined) =>
        toRequest(base.replace(/^http/, "ws"), STREAM, { ...options, cursor }, {}).url;
      urlAfter(options?.cursor);
      const refused = async (cursor: string | undefined): Promise<void> => {
        const { account, owner, reference, signal } = options ?? {};
        await callOnce("events", { account, owner, reference, cursor, limit: 1 }, { signal }).catch(
          (error: unknown) => {
            if (apiErrorOf(error)?.code === "bad-request") throw error;
          },
        );
      };
      return streamEvents(urlAfter, deps.openSocket ?? socketOpener(deps.WebSocket), refused, options);
    },
  };
}

/** The transactions in JSON, and their ids where whoever signed them computed them. */
function toSubmit(submission: Submission) {
  if ("transactions" in submission) return { transactions: submission.transactions, ids: [] };
  const group: readonly (SignedTransaction & { readonly id?: string })[] =
    "transaction" in submission ? [submission] : submission;
  return { transactions: group.map(signedTransactionToJson), ids: group.map(({ id }) => id) };
}

function assertIds(ids: readonly (string | undefined)[], { transactions }: RouteResponse<"submit">): void {
  for (const [i, id] of ids.entries()) {
    const answered = transactions[i]?.id;
    if (id === undefined || id.toLowerCase() === answered?.toLowerCase()) continue;
    throw badAnswer(`the node acknowledges ${answered} instead of ${id}`, { submitted: id, acknowledged: answered });
  }
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

function toRequest(
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
  for (const [schema, value] of [
    [route.params, params],
    [route.query, query],
    [route.headers, headers],
    [route.body, args],
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
    body: route.body === undefined ? undefined : args,
  };
}
