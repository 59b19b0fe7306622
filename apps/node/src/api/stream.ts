import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { STREAM_PATH, type StreamMessage } from "@cairn/rpc";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../clock.ts";
import type { NodeConfig } from "../config/config.ts";
import { createPoller } from "../poller.ts";
import { ApiError, requestError } from "./errors.ts";
import { rawAnswer } from "./http.ts";
import { allowedOrigin, type PageOrigins } from "./origins.ts";

/** Limits of the stream. */
export interface StreamLimits {
  readonly maxClients: number;
  /** Bytes that may be queued for a slow client before it is cut off. */
  readonly maxBufferedBytes: number;
  /** Time between pings, each with a heartbeat; a client that has not answered one by the next is cut off. */
  readonly pingMs: number;
  /** Whose web pages may connect; others than pages always may. */
  readonly pageOrigins: PageOrigins;
}

/** The limits of a node's stream. */
export function streamLimits({ maxStreamClients: maxClients, pageOrigins }: NodeConfig): StreamLimits {
  return { maxClients, maxBufferedBytes: 1_000_000, pingMs: 20_000, pageOrigins };
}

/** WebSocket stream of blocks and statuses. */
export interface Stream {
  readonly publish: (message: StreamMessage) => void;
  /** Takes over an HTTP upgrade of the stream's path; answers others with 404. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly clients: () => number;
  /** Accepts clients again. */
  readonly open: () => void;
  /** Disconnects all clients, which then come back to read what they missed, and accepts none until it is opened. */
  readonly interrupt: (reason: string) => void;
  readonly stop: () => Promise<void>;
}

/** Close code of RFC 6455's registry. */
const TRY_AGAIN_LATER = 1013;

const FORBIDDEN = new ApiError("forbidden-origin", "pages of this origin may not use the node");
const FULL = new ApiError("unavailable", "the stream accepts no more clients at the moment");

/** An open stream without clients. */
export function createStream(limits: StreamLimits, deps: { readonly clock: Clock; readonly logger: Logger }): Stream {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  const alive = new WeakSet<WebSocket>();
  let isOpen = true;

  const send = (text: string): void => {
    for (const client of server.clients) {
      if (client.bufferedAmount > limits.maxBufferedBytes) client.terminate();
      else client.send(text);
    }
  };

  const ping = (): undefined => {
    for (const client of server.clients) {
      if (!alive.delete(client)) client.terminate();
      else client.ping();
    }
    // What a browser's page sees: it counts on hearing something now and then, and so do proxies.
    send(JSON.stringify({ type: "heartbeat", atMs: deps.clock.nowMs() } satisfies StreamMessage));
  };
  const pings = createPoller({
    ...deps,
    run: ping,
    failure: "clients of the stream cannot be pinged",
    pollMs: limits.pingMs,
  });
  pings.start(limits.pingMs);

  return {
    publish: (message) => {
      if (server.clients.size === 0) return;
      send(JSON.stringify(message));
    },
    upgrade: (request, socket, head) => {
      socket.on("error", () => socket.destroy());
      // It may be anything, even something that is not a URL.
      const [path] = (request.url ?? "").split("?", 1);
      const { origin } = request.headers;
      // A browser lets every page connect to every WebSocket: only the server can refuse.
      const isForbidden = origin !== undefined && allowedOrigin(limits.pageOrigins, origin) === null;
      if (path !== STREAM_PATH) socket.end(rawAnswer(requestError(404)));
      else if (isForbidden) socket.end(rawAnswer(FORBIDDEN));
      else if (!isOpen || server.clients.size >= limits.maxClients) socket.end(rawAnswer(FULL));
      else {
        server.handleUpgrade(request, socket, head, (client) => {
          alive.add(client);
          client.on("pong", () => alive.add(client));
          client.on("error", () => client.terminate());
        });
      }
    },
    clients: () => server.clients.size,
    open: () => {
      isOpen = true;
    },
    interrupt: (reason) => {
      isOpen = false;
      for (const client of server.clients) client.close(TRY_AGAIN_LATER, reason);
    },
    stop: async () => {
      await pings.stop();
      for (const client of server.clients) client.close(1001, "the node is stopping");
      server.close();
    },
  };
}
