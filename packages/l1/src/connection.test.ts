import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, describe, expect, it } from "vitest";
import { connectReader, connectToL1, connectWallet } from "./connection.ts";

const SECRET = "SeCrEtKeY-123";
const ADDRESS = "0x00000000000000000000000000000000000c0ffe";
const account = privateKeyToAccount(`0x${"7".repeat(64)}`);
const servers: Server[] = [];

/** How a server treats a request; it gets the URL and headers that the client sent. */
type Treat = (request: { readonly url: string; readonly authorization: string }) => {
  readonly status: number;
  readonly body: unknown;
} | null;

const FAILURES: readonly (readonly [name: string, treat: Treat | "nobody"])[] = [
  ["refuses the connection", "nobody"],
  ["answers 401 and repeats the URL", ({ url }) => ({ status: 401, body: `no access: ${url} with ${SECRET}` })],
  ["answers 500 and repeats the header", ({ authorization }) => ({ status: 500, body: { error: authorization } })],
  [
    "answers with an error that repeats the key",
    ({ url }) => ({
      status: 200,
      body: {
        jsonrpc: "2.0",
        id: 1,
        error: { code: -32000, message: `bad key ${SECRET} in ${url}`, data: { SECRET, url } },
      },
    }),
  ],
  ["answers with nonsense", ({ url }) => ({ status: 200, body: `<html>${url} ${SECRET}</html>` })],
  ["does not answer", () => null],
];

const URLS: readonly (readonly [name: string, url: (host: string) => string])[] = [
  ["path", (host) => `http://${host}/v2/${SECRET}`],
  ["query", (host) => `http://${host}/?apikey=${SECRET}`],
  ["user and password", (host) => `http://user:${SECRET}@${host}`],
];

async function start(treat: Treat | "nobody"): Promise<string> {
  const server = createServer((request, response) => {
    if (treat === "nobody") return;
    const answer = treat({ url: request.url ?? "", authorization: request.headers.authorization ?? "" });
    if (answer === null) return;
    const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    response.writeHead(answer.status, { location: `${request.url} ${SECRET}` }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  if (treat === "nobody") await new Promise((resolve) => server.close(resolve));
  else servers.push(server);
  return `127.0.0.1:${port}`;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe("an RPC whose URL holds a key", () => {
  describe.each(URLS)("in %s", (_, urlAt) => {
    it.each(FAILURES)("does not leak it when the server %s", async (_name, treat) => {
      const rpcUrl = urlAt(await start(treat));
      const options = { timeoutMs: 300, retryCount: 0 };
      const reader = connectReader(rpcUrl, 1, options);
      const attempts: (() => Promise<unknown>)[] = [
        () => connectToL1(rpcUrl, options),
        () => reader.getBlockNumber(),
        () => reader.getLogs({ address: ADDRESS }),
        () => reader.call({ to: ADDRESS, data: "0x12345678" }),
        () => reader.getBlock({ blockTag: "safe" }),
      ];
      for (const attempt of attempts) {
        const thrown: unknown = await attempt().then(
          () => null,
          (error: unknown) => error,
        );
        expect(thrown).toBeInstanceOf(Error);
        const shown = [inspect(thrown, { depth: null, showHidden: true }), JSON.stringify(thrown), String(thrown)];
        for (const text of shown) {
          expect(text).not.toContain(SECRET);
          expect(text).not.toContain(btoa(`user:${SECRET}`));
        }
      }
      expect(inspect(reader, { depth: null })).not.toContain(SECRET);
    });
  });

  it("does not leak it when a transaction cannot be sent", async () => {
    const rpcUrl = `http://${await start("nobody")}/v2/${SECRET}`;
    const wallet = connectWallet(rpcUrl, 1, account, { retryCount: 0 });
    const thrown: unknown = await wallet.sendTransaction({ to: ADDRESS, value: 1n }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Error);
    expect(inspect(thrown, { depth: null, showHidden: true })).not.toContain(SECRET);
  });
});
