import type { IncomingMessage } from "node:http";
import { startBreakableServer } from "./breakable-server.ts";

/** A request on its way through a {@link Tap}. */
export interface Tapped {
  readonly method: string;
  readonly path: string;
}

/** Passes requests on to a server, and lets tests interfere. */
export interface Tap {
  readonly url: string;
  /** Runs before a request is passed on; resolves to whether it is. */
  before: (request: Tapped) => Promise<boolean>;
  /** Runs when it has been answered; resolves to whether the answer is passed on. */
  after: (request: Tapped) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** Starts a tap in front of the server at `target`; a request that is not passed on loses its connection. */
export async function startTap(target: string): Promise<Tap> {
  const passing = async () => true;
  const server = await startBreakableServer(async (incoming, outgoing) => {
    const body = Buffer.concat(await incoming.toArray());
    const request = { method: incoming.method ?? "GET", path: incoming.url ?? "/" };
    if (!(await tap.before(request))) return void outgoing.destroy();
    const hasBody = body.length > 0;
    const sent = { method: request.method, headers: headersOf(incoming), ...(hasBody ? { body } : {}) };
    const answer = await fetch(new URL(request.path, target), sent);
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (!(await tap.after(request))) return void outgoing.destroy();
    const type = answer.headers.get("content-type");
    outgoing.writeHead(answer.status, type === null ? {} : { "content-type": type }).end(bytes);
  });
  const tap: Tap = { url: server.url, before: passing, after: passing, close: server.close };
  return tap;
}

/** Those that are about the request, not about the connection. */
function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const dropped = ["host", "connection", "content-length", "transfer-encoding"];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === "string" && !dropped.includes(name) ? [[name, value]] : [],
    ),
  );
}
