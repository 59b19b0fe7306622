import type { SignedTransaction } from "@cairn/protocol";
import {
  type ClientRequest,
  ROUTES,
  type RouteName,
  type RouteResponse,
  STREAM_PATH,
  signedTransactionToJson,
  streamQuerySchema,
} from "@cairn/rpc";
import { apiErrorOf } from "./errors.ts";
import { badAnswer, type Fetch } from "./http.ts";
import type { RouteMethods, SubmitOptions } from "./methods.ts";
import { createRouteCaller, type RouteCallerConfig, toRequest } from "./route-calls.ts";
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
export interface NodeClientConfig extends RouteCallerConfig {}

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
/**
 * A client of the node at `url`; nothing is sent before the first call. Throws `sdk/bad-request` for an unusable URL.
 *
 * @example
 * const node = createNodeClient({ url: "http://127.0.0.1:8080" });
 * const { blocks } = await node.blocks({ limit: 10 });
 */
export function createNodeClient(config: NodeClientConfig, deps: NodeClientDeps = {}): NodeClient {
  const caller = createRouteCaller<RouteName>(ROUTES, config, { fetch: deps.fetch });
  const { base, callOnce } = caller;
  // The table ties each name to its types; a loop over names cannot express that.
  const methods = caller.methods as unknown as RouteMethods;

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
