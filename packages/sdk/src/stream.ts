import { CairnError } from "@cairn/protocol";
import { ENGLISH, STREAM_PATH, type StreamMessage, streamMessageSchema } from "@cairn/rpc";
import { backoffMs, delay } from "./delay.ts";
import { apiErrorOf, type SdkErrorCode } from "./errors.ts";
import { badAnswer } from "./http.ts";
import type { RouteMethods } from "./methods.ts";

/** What a stream yields: the node's messages and changes of the connection. */
export type StreamEvent =
  | Exclude<StreamMessage, { type: "heartbeat" }>
  /**
   * Connected. With a block number, every block from that one on now follows again with its transactions, in its
   * current state: what was known of these blocks may be outdated.
   */
  | { readonly type: "connected"; readonly againFrom: number | null }
  /** The connection was lost or could not be made; another attempt follows. */
  | { readonly type: "disconnected"; readonly reason: string; readonly retryInMs: number };

/** What to listen to. */
export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * First block of interest: on connecting, it and all later ones are reported. Without it, only what happens from now
   * on.
   */
  readonly fromBlock?: number;
  /** A connection that is silent this long counts as dead and is replaced; 60 s by default. Nodes say something every 20 s. */
  readonly idleMs?: number;
  /** First wait before reconnecting, doubled each time up to 10 s; 250 ms by default. */
  readonly retryDelayMs?: number;
}

/** An open connection. */
export interface Socket {
  readonly close: () => void;
}

/** What a connection reports; `onClose` comes exactly once, also when connecting fails. */
export interface SocketEvents {
  readonly onOpen: () => void;
  readonly onMessage: (text: string) => void;
  readonly onClose: (reason: string) => void;
}

/** Connects to a WebSocket. */
export type OpenSocket = (url: string, events: SocketEvents) => Socket;

const DEFAULT_IDLE_MS = 60_000;
const DEFAULT_RETRY_DELAY_MS = 250;
const MAX_RETRY_DELAY_MS = 10_000;

/** The part of a class of WebSockets that is used; the platform's fits, and that of the package `ws`. */
export type WebSocketClass = new (
  url: string,
) => {
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  close(): void;
};

/** Connects with WebSockets of this class, or of the platform's. Throws `sdk/no-websocket` when there is none. */
export function socketOpener(given?: WebSocketClass): OpenSocket {
  // Node has one from version 22 on.
  const Platform: WebSocketClass | undefined = globalThis.WebSocket;
  const Class = given ?? Platform;
  if (Class === undefined) {
    throw new CairnError<SdkErrorCode>(
      "sdk/no-websocket",
      "this platform has no WebSocket: pass that of the package ws, createNodeClient({ url }, { WebSocket })",
    );
  }
  return (url, { onOpen, onMessage, onClose }) => {
    const socket = new Class(url);
    socket.addEventListener("open", onOpen);
    socket.addEventListener("message", ({ data }) => onMessage(String(data)));
    socket.addEventListener("close", ({ code, reason }) => onClose(reason === "" ? `closed with ${code}` : reason));
    return { close: () => socket.close() };
  };
}

/** See `NodeClient.stream`. Throws `sdk/bad-answer` for a malformed message, `sdk/bad-request` and as its reads do. */
export async function* streamEvents(
  baseUrl: string,
  client: Pick<RouteMethods, "rollup" | "block" | "blockTransactions">,
  open: OpenSocket,
  options: StreamOptions = {},
): AsyncGenerator<StreamEvent, void, undefined> {
  const { signal, idleMs = DEFAULT_IDLE_MS, retryDelayMs = DEFAULT_RETRY_DELAY_MS } = options;
  const url = `${baseUrl.replace(/^http/, "ws")}${STREAM_PATH}`;
  /** First block that may still change; null before the first connection. */
  let unsettled: number | null = options.fromBlock ?? null;
  let isFirst = true;
  for (let attempt = 0; !signal?.aborted; ) {
    const connection = connect(open, url, idleMs, signal);
    let reason: string;
    try {
      if (await connection.opened) {
        const againFrom: number | null = isFirst ? (options.fromBlock ?? null) : unsettled;
        unsettled ??= (await client.rollup({}, { signal })).lastFinalBlock + 1;
        isFirst = false;
        attempt = 0;
        yield { type: "connected", againFrom };
        if (againFrom !== null) yield* blocksFrom(client, againFrom, signal);
        for await (const message of connection.messages()) {
          // It has shown already that the connection works.
          if (message.type === "heartbeat") continue;
          if (message.type === "block" && message.status === "final")
            unsettled = Math.max(unsettled, message.number + 1);
          if (message.type === "rebuilt") unsettled = Math.min(unsettled, message.firstBlock);
          yield message;
        }
      }
      reason = connection.reason();
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof CairnError) || error.code === "sdk/bad-answer") throw error;
      reason = error.message;
    } finally {
      connection.close();
    }
    if (signal?.aborted) return;
    const retryInMs = Math.round(backoffMs(attempt++, retryDelayMs, MAX_RETRY_DELAY_MS));
    yield { type: "disconnected", reason, retryInMs };
    await delay(retryInMs, signal).catch(ignoreAbort);
  }
}

/** Blocks from a number on, in order, each followed by its transactions. */
async function* blocksFrom(
  client: Pick<RouteMethods, "block" | "blockTransactions">,
  first: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamEvent, void, undefined> {
  for (let number = first; ; number++) {
    const block = await client.block({ number }, { signal }).catch((error: unknown) => {
      if (apiErrorOf(error)?.code === "not-found") return null;
      throw error;
    });
    if (block === null) return;
    yield { type: "block", number, status: block.status };
    const { transactions } = await client.blockTransactions({ number }, { signal });
    for (const { id, status, inclusion } of transactions) {
      yield { type: "transaction", id, status, block: inclusion?.block ?? null, slot: inclusion?.slot ?? null };
    }
  }
}

interface Connection {
  /** Whether the connection was made; false when it failed or ended first. */
  readonly opened: Promise<boolean>;
  /** Messages until it ends. Throws `sdk/bad-answer`. */
  readonly messages: () => AsyncGenerator<StreamMessage, void, undefined>;
  readonly reason: () => string;
  readonly close: () => void;
}

function connect(open: OpenSocket, url: string, idleMs: number, signal: AbortSignal | undefined): Connection {
  const waiting: string[] = [];
  let endReason: string | null = null;
  let wake: () => void = () => undefined;
  let opened: (isOpen: boolean) => void = () => undefined;
  const isOpened = new Promise<boolean>((resolve) => {
    opened = resolve;
  });
  let idle: ReturnType<typeof setTimeout> | undefined;
  const end = (reason: string): void => {
    endReason ??= reason;
    clearTimeout(idle);
    signal?.removeEventListener("abort", stop);
    opened(false);
    wake();
  };
  const stillAlive = (): void => {
    clearTimeout(idle);
    if (endReason !== null) return;
    idle = setTimeout(() => {
      end(`silent for ${idleMs} ms`);
      socket.close();
    }, idleMs);
  };
  const stop = (): void => {
    end("aborted");
    socket.close();
  };
  const socket = open(url, {
    onOpen: () => {
      opened(true);
      stillAlive();
    },
    onMessage: (text) => {
      if (endReason !== null) return;
      waiting.push(text);
      stillAlive();
      wake();
    },
    onClose: end,
  });
  stillAlive();
  signal?.addEventListener("abort", stop, { once: true });
  return {
    opened: isOpened,
    messages: async function* () {
      for (;;) {
        const text = waiting.shift();
        if (text !== undefined) yield parseMessage(text);
        else if (endReason !== null) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
    reason: () => endReason ?? "left",
    close: () => {
      end("left");
      socket.close();
    },
  };
}

function parseMessage(text: string): StreamMessage {
  try {
    return streamMessageSchema.parse(JSON.parse(text), ENGLISH);
  } catch (cause) {
    throw badAnswer("the stream sent a malformed message", { text: text.slice(0, 200) }, cause);
  }
}

function ignoreAbort(error: unknown): void {
  const code: SdkErrorCode = "sdk/aborted";
  if (!(error instanceof CairnError) || error.code !== code) throw error;
}
