import { CairnError } from "@cairn/protocol";
import { ENGLISH, type StreamMessage, streamMessageSchema } from "@cairn/rpc";
import { backoffMs, delay } from "./delay.ts";
import type { SdkErrorCode } from "./errors.ts";
import { badAnswer } from "./http.ts";

/** What a stream yields: the node's messages, each once, and changes of the connection. */
export type StreamEvent =
  | Exclude<StreamMessage, { type: "heartbeat" }>
  /** Connected: what follows this cursor comes now. */
  | { readonly type: "connected"; readonly cursor: string }
  /** The connection was lost or could not be made; another attempt follows, and goes on where this one ended. */
  | { readonly type: "disconnected"; readonly reason: string; readonly retryInMs: number };

/** What to listen to: everything, or what concerns all that is named. */
export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Index of an account. */
  readonly account?: number | undefined;
  /** L1 address. */
  readonly owner?: string | undefined;
  /** 31 bytes, `0x` hex. */
  readonly reference?: string | undefined;
  /** Of the last event that was seen, by this or another stream; without it, only what happens from now on. */
  readonly cursor?: string | undefined;
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
/** Messages that wait for a slow reader before the connection is given up, to go on later. */
const MAX_WAITING = 2000;

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
      "no WebSocket here: pass that of the package ws, createNodeClient({ url }, { WebSocket })",
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

/**
 * See `NodeClient.stream`. `urlAfter` names the stream behind a cursor; `refused` throws when the node refuses it for good.
 * Throws what that throws, and `sdk/bad-answer` for a malformed message.
 */
export async function* streamEvents(
  urlAfter: (cursor: string | undefined) => string,
  open: OpenSocket,
  refused: (cursor: string | undefined) => Promise<void>,
  options: StreamOptions = {},
): AsyncGenerator<StreamEvent, void, undefined> {
  const { signal, idleMs = DEFAULT_IDLE_MS, retryDelayMs = DEFAULT_RETRY_DELAY_MS } = options;
  let { cursor } = options;
  for (let attempt = 0; !signal?.aborted; ) {
    const connection = connect(open, urlAfter(cursor), idleMs, signal);
    let isConnected = false;
    try {
      for await (const message of connection.messages()) {
        cursor = message.cursor;
        if (!isConnected) yield { type: "connected", cursor };
        isConnected = true;
        attempt = 0;
        if (message.type !== "heartbeat") yield message;
      }
    } finally {
      connection.close();
    }
    if (signal?.aborted) return;
    // A WebSocket does not say why it was refused.
    if (!isConnected) await refused(cursor);
    const retryInMs = Math.round(backoffMs(attempt++, retryDelayMs, MAX_RETRY_DELAY_MS));
    yield { type: "disconnected", reason: connection.reason(), retryInMs };
    await delay(retryInMs, signal).catch(ignoreAbort);
  }
}

interface Connection {
  /** Messages until it ends. Throws `sdk/bad-answer`. */
  readonly messages: () => AsyncGenerator<StreamMessage, void, undefined>;
  readonly reason: () => string;
  readonly close: () => void;
}

function connect(open: OpenSocket, url: string, idleMs: number, signal: AbortSignal | undefined): Connection {
  const waiting: string[] = [];
  let endReason: string | null = null;
  let wake: () => void = () => undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;
  const end = (reason: string): void => {
    endReason ??= reason;
    clearTimeout(idle);
    signal?.removeEventListener("abort", stop);
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
    onOpen: stillAlive,
    onMessage: (text) => {
      if (endReason !== null) return;
      waiting.push(text);
      stillAlive();
      if (waiting.length >= MAX_WAITING) {
        end("read too slowly");
        socket.close();
      }
      wake();
    },
    onClose: end,
  });
  stillAlive();
  signal?.addEventListener("abort", stop, { once: true });
  return {
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
