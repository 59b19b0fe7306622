import { afterEach, describe, expect, it, vi } from "vitest";
import { type NodeDouble, type Scripted, startDouble } from "../test/double.ts";
import { createNodeClient, type NodeClientDeps } from "./client.ts";
import type { OpenSocket, SocketEvents, StreamEvent, StreamOptions } from "./stream.ts";

const ID = `0x${"a".repeat(64)}`;
const doubles: NodeDouble[] = [];
const ends: AbortController[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) end.abort();
  for (const double of doubles.splice(0)) await double.stop();
  vi.unstubAllGlobals();
});

const block = (number: number, status: string) => ({
  number,
  status,
  timestamp: 1,
  slots: 16,
  l1Operations: 0,
  transactions: 1,
  oldRoot: null,
  newRoot: null,
  cells: null,
  chains: null,
  openedAtMs: 1,
  sealedAtMs: null,
  provenAtMs: null,
  finalAtMs: null,
  batch: null,
});

/** A node with blocks 1 … 4, of which 1 and 2 are final. */
function chain(request: string): Scripted {
  if (request === "GET /v1/rollup") {
    const rollup = { chainId: 1, rollup: `0x${"0".repeat(40)}`, slots: 16, nextIndex: 64, root: ID, lastBlock: 4 };
    const limits = { lastProvenBlock: 2, lastFinalBlock: 2, minValiditySeconds: 1, maxGroupSize: 4, feeTokens: [0] };
    return { body: { ...rollup, ...limits, provableBatches: null } };
  }
  const number = Number(/blocks\/(\d+)/.exec(request)?.[1]);
  if (number > 4) return { status: 404, body: { error: { code: "not-found", message: "no block" } } };
  if (request.endsWith("/transactions")) return { body: { transactions: [] } };
  return { body: block(number, number <= 2 ? "final" : "sealed") };
}

async function listen(script: (request: string) => Scripted, options: StreamOptions = {}, deps: NodeClientDeps = {}) {
  const double = await startDouble(script);
  doubles.push(double);
  const end = new AbortController();
  ends.push(end);
  const events: StreamEvent[] = [];
  const client = createNodeClient({ url: double.url, retries: 0 }, deps);
  const done = (async () => {
    for await (const event of client.stream({ retryDelayMs: 5, signal: end.signal, ...options })) events.push(event);
  })();
  return { double, end, events, done };
}

const numbers = (events: readonly StreamEvent[]) => events.flatMap((one) => (one.type === "block" ? [one.number] : []));

describe("stream", () => {
  it("reports what happens from now on", async () => {
    const { double, end, events, done } = await listen(chain);
    await vi.waitFor(() => expect(events).toEqual([{ type: "connected", againFrom: null }]));
    double.tell({ type: "transaction", id: ID, status: "confirmed", block: 5, slot: 0 });
    double.tell({ type: "rebuilt", firstBlock: 5 });
    await vi.waitFor(() =>
      expect(events.slice(1)).toMatchObject([{ type: "transaction", id: ID }, { type: "rebuilt" }]),
    );
    end.abort();
    await done;
  });

  it("reports earlier blocks first when asked to", async () => {
    const { events } = await listen(chain, { fromBlock: 2 });
    await vi.waitFor(() => expect(numbers(events)).toEqual([2, 3, 4]));
    expect(events[0]).toEqual({ type: "connected", againFrom: 2 });
  });

  it("reconnects by itself and repeats what was not final when the connection broke", async () => {
    const { double, events } = await listen(chain);
    await vi.waitFor(() => expect(double.streams.size).toBe(1));
    await vi.waitFor(() => expect(events).toHaveLength(1));
    double.tell({ type: "block", number: 3, status: "final" });
    await vi.waitFor(() => expect(numbers(events)).toEqual([3]));
    for (const socket of double.streams) socket.destroy();
    await vi.waitFor(() => expect(numbers(events)).toEqual([3, 4]));
    expect(events.map(({ type }) => type)).toEqual(["connected", "block", "disconnected", "connected", "block"]);
    expect(events[3]).toEqual({ type: "connected", againFrom: 4 });
    double.tell({ type: "rebuilt", firstBlock: 2 });
    await vi.waitFor(() => expect(events).toHaveLength(6));
    for (const socket of double.streams) socket.destroy();
    await vi.waitFor(() => expect(events.slice(6)).toContainEqual({ type: "connected", againFrom: 2 }));
  });

  it("treats silence as a dead connection", async () => {
    const { events } = await listen(chain, { idleMs: 50 });
    await vi.waitFor(() => expect(events.filter(({ type }) => type === "connected").length).toBeGreaterThan(1));
    expect(events[1]).toMatchObject({ type: "disconnected", reason: "silent for 50 ms" });
  });

  it("stays connected while nothing happens, by the node's heartbeats, and keeps these to itself", async () => {
    const sockets: SocketEvents[] = [];
    const openSocket: OpenSocket = (_url, socket) => {
      sockets.push(socket);
      queueMicrotask(socket.onOpen);
      return { close: () => undefined };
    };
    const { events } = await listen(chain, { idleMs: 60_000 }, { openSocket });
    await vi.waitFor(() => expect(events).toEqual([{ type: "connected", againFrom: null }]));
    vi.useFakeTimers();
    try {
      // The wait for the next sign of life begins with this one.
      for (let beat = 0; beat < 10; beat++) {
        sockets[0]?.onMessage(JSON.stringify({ type: "heartbeat", atMs: beat }));
        await vi.advanceTimersByTimeAsync(20_000);
      }
      expect(events).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(events[1]).toMatchObject({ type: "disconnected", reason: "silent for 60000 ms" });
    } finally {
      vi.useRealTimers();
    }
  });

  it("keeps trying while there is no node", async () => {
    const { double, events, end, done } = await listen(chain);
    await vi.waitFor(() => expect(events).toHaveLength(1));
    await double.stop();
    await vi.waitFor(() => expect(events.filter(({ type }) => type === "disconnected").length).toBeGreaterThan(2));
    end.abort();
    await done;
  });

  it("takes a class of WebSockets where the platform has none, as Node 20, and says so without", async () => {
    const { WebSocket } = globalThis;
    vi.stubGlobal("WebSocket", undefined);
    const { events } = await listen(chain, {}, { WebSocket });
    await vi.waitFor(() => expect(events).toEqual([{ type: "connected", againFrom: null }]));
    expect(() => createNodeClient({ url: "http://127.0.0.1:9" }).stream()).toThrow(
      expect.objectContaining({ code: "sdk/no-websocket" }),
    );
  });

  it("ends on a message of another form", async () => {
    const { double, done, events } = await listen(chain);
    await vi.waitFor(() => expect(events).toHaveLength(1));
    const failed = expect(done).rejects.toMatchObject({ code: "sdk/bad-answer" });
    double.tell({ type: "block", number: "x" });
    await failed;
  });
});
