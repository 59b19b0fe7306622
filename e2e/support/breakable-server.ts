import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** An HTTP server that can go away and come back. */
export interface BreakableServer {
  readonly url: string;
  /** Closes its port and every connection. */
  readonly close: () => Promise<void>;
  /** Opens the same port again, if it is closed. */
  readonly reopen: () => Promise<void>;
}

/** Starts a server on a free port; a handler that throws ends the connection. */
export async function startBreakableServer(
  handle: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>,
): Promise<BreakableServer> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    // Whoever is behind it or the client is gone: either way there is nobody to answer.
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : null;
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    reopen: async () => {
      if (!server.listening) await listen(server, port);
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
