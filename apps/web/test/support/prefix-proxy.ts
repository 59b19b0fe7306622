import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";

/** Changes the body of an answer; undefined leaves it. */
export type Lie = (body: Record<string, unknown>) => unknown;

/** A proxy in front of a node that serves it at another path, and may lie. */
export interface PrefixProxy {
  /** Address of the pages behind it, with a slash at the end. */
  readonly url: string;
  /** From now on answers whose path matches are changed; null ends it. */
  readonly lie: (path: RegExp, lie: Lie | null) => void;
  /** From now on refuses all requests whose path matches; null ends it. */
  readonly block: (path: RegExp | null) => void;
  readonly stop: () => Promise<void>;
}

/** Starts one in front of the node at `target`. */
export async function startPrefixProxy(target: string, prefix = "/rollup"): Promise<PrefixProxy> {
  const lies = new Map<string, { readonly path: RegExp; readonly lie: Lie }>();
  let blocked: RegExp | null = null;
  const { hostname, port } = new URL(target);
  const innerPath = ({ url = "" }: IncomingMessage) => (url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : null);

  const server = createServer((incoming, outgoing) => {
    const path = innerPath(incoming);
    if (path === null || blocked?.test(path) === true) {
      outgoing.writeHead(502).end();
      return;
    }
    // Identity, so that answers can be read and changed.
    const headers = { ...incoming.headers, "accept-encoding": "identity" };
    const asked = request({ hostname, port, path, method: incoming.method, headers }, (answer) =>
      passOn(answer, outgoing, [...lies.values()].find((one) => one.path.test(path))?.lie),
    );
    asked.on("error", () => outgoing.writeHead(502).end());
    incoming.pipe(asked);
  });
  server.on("upgrade", (incoming, socket, head) => {
    const path = innerPath(incoming);
    const inner = connect(Number(port), hostname, () => {
      const headers = incoming.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : []));
      inner.write([`GET ${path} HTTP/1.1`, ...headers, "", ""].join("\r\n"));
      inner.write(head);
      inner.pipe(socket).pipe(inner);
    });
    for (const end of [inner, socket]) end.on("error", () => [inner, socket].map((one) => one.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}/`,
    lie: (path, lie) => {
      if (lie === null) lies.delete(String(path));
      else lies.set(String(path), { path, lie });
    },
    block: (path) => {
      blocked = path;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn(answer: IncomingMessage, outgoing: ServerResponse, lie: Lie | undefined): void {
  const { statusCode = 502, headers } = answer;
  if (lie === undefined || statusCode !== 200) {
    outgoing.writeHead(statusCode, headers);
    answer.pipe(outgoing);
    return;
  }
  const chunks: Buffer[] = [];
  answer.on("data", (chunk: Buffer) => chunks.push(chunk));
  answer.on("end", () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    const text = JSON.stringify(lie(body) ?? body);
    outgoing.writeHead(statusCode, { ...headers, "content-length": Buffer.byteLength(text) }).end(text);
  });
}
