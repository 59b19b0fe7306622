import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** What the double answers: a status, body and headers, `hang` for silence, `drop` for a broken connection. */
export type Scripted =
  | { readonly status?: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | "hang"
  | "drop";

/** A node whose every answer the test scripts, on a real port. */
export interface NodeDouble {
  readonly url: string;
  /** Requests so far, as `GET /path?query`, or `WS /path?query`. */
  readonly requests: string[];
  readonly bodies: unknown[];
  /** Connected streams. */
  readonly streams: Set<Duplex>;
  /** Sends a message to every stream. */
  readonly tell: (message: unknown) => void;
  readonly stop: () => Promise<void>;
}

const CLOSE_FRAME = 0x88;
/** As a node begins its stream. */
const FIRST_MESSAGE = { type: "heartbeat", cursor: "start", atMs: 1 };

/** Starts a double whose answer to each request `script` decides. */
export async function startDouble(script: (request: string, count: number) => Scripted): Promise<NodeDouble> {
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const streams = new Set<Duplex>();
  const server = createServer(async (request, response) => {
    const name = `${request.method} ${request.url}`;
    requests.push(name);
    const text = await readBody(request);
    if (text !== "") bodies.push(JSON.parse(text));
    const answer = script(name, requests.filter((one) => one === name).length);
    if (answer === "hang") return;
    if (answer === "drop") request.socket.destroy();
    else {
      const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
      const headers = { "content-type": "application/json", ...answer.headers };
      response.writeHead(answer.status ?? 200, headers).end(body);
    }
  });
  server.on("upgrade", (request, socket) => {
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    requests.push(`WS ${request.url}`);
    socket.write(textFrame(JSON.stringify(FIRST_MESSAGE)));
    streams.add(socket);
    // Answers a close: some clients wait for that before they let go of the connection.
    socket.on("data", (frame: Buffer) => {
      if (frame[0] === CLOSE_FRAME) socket.end(Buffer.from([CLOSE_FRAME, 0]));
    });
    socket.on("error", () => socket.destroy()).on("close", () => streams.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    bodies,
    streams,
    tell: (message) => {
      for (const socket of streams)
        socket.write(textFrame(typeof message === "string" ? message : JSON.stringify(message)));
    },
    stop: async () => {
      for (const socket of streams) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, 0, 0]);
  if (payload.length >= 126) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
