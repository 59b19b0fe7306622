import { afterEach, describe, expect, it, vi } from "vitest";
import { type NodeDouble, type Scripted, startDouble } from "../test/double.ts";
import { createNodeClient, type NodeClientDeps } from "./client.ts";
import type { OpenSocket, SocketEvents, StreamEvent, StreamOptions } from "./stream.ts";

const OWNER = `0x${"ab".repeat(20)}`;
const doubles: NodeDouble[] = [];
const ends: AbortController[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) end.abort();
  for (const double of doubles.splice(0)) await double.stop();
  vi.unstubAllGlobals();
});

const NOTHING: Scripted = { body: { events: [], next: "x", isEnd: true } };
const CONNECTED = { type: "connected", cursor: "start" };
const block = (number: number, cursor = `c${number}`) => ({ type: "block", cursor, atMs: 1, number, status: "sealed" });
const numbers = (events: readonly StreamEvent[]) => events.flatMap((one) => (one.type === "block" ? [one.number] : []));

async function listen(options: StreamOptions = {}, deps: NodeClientDeps = {}, answer: Scripted = NOTHING) {
  const double = await startDouble(() => answer);
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

/** Sockets that the test speaks through. */
function scriptedSockets(connected: () => void = () => undefined) {
  const sockets: (SocketEvents & { readonly url: string; isClosed: boolean })[] = [];
  const openSocket: OpenSocket = (url, events) => {
    const socket = { ...events, url, isClosed: false };
    sockets.push(socket);
    queueMicrotask(() => {
      events.onOpen();
      connected();
    });
    return {
      close: () => {
        socket.isClosed = true;
      },
    };
  };
  const say = (message: object) => sockets.at(-1)?.onMessage(JSON.stringify(message));
  return { sockets, openSocket, say };
}

describe("stream", () => {
  it("tells what happens, and asks for what it is to tell", async () => {
    const { double, end, events, done } = await listen({ account: 64, owner: OWNER, cursor: "abc" });
    await vi.waitFor(() => expect(events).toEqual([CONNECTED]));
    expect(double.requests).toEqual([`WS /v1/stream?account=64&owner=${OWNER}&cursor=abc`]);
    double.tell(block(5));
    double.tell({ type: "batch", cursor: "d", atMs: 2, firstBlock: 5, lastBlock: 5, status: "waiting" });
    await vi.waitFor(() => expect(events.slice(1)).toMatchObject([block(5), { type: "batch", firstBlock: 5 }]));
    end.abort();
    await done;
  });

  it("goes on behind the last message after a lost connection, also behind a heartbeat", async () => {
    const { double, events } = await listen();
    await vi.waitFor(() => expect(events).toHaveLength(1));
    expect(double.requests).toEqual(["WS /v1/stream"]);
    for (const message of [block(3), block(4)]) double.tell(message);
    await vi.waitFor(() => expect(numbers(events)).toEqual([3, 4]));
    for (const socket of double.streams) socket.destroy();
    await vi.waitFor(() => expect(events.filter(({ type }) => type === "connected")).toHaveLength(2));
    expect(double.requests.at(-1)).toBe("WS /v1/stream?cursor=c4");
    double.tell({ type: "heartbeat", cursor: "quiet", atMs: 3 });
    double.tell(block(5));
    double.tell({ type: "heartbeat", cursor: "later", atMs: 3 });
    await vi.waitFor(() => expect(numbers(events)).toEqual([3, 4, 5]));
    for (const socket of double.streams) socket.destroy();
    await vi.waitFor(() => expect(events.filter(({ type }) => type === "connected")).toHaveLength(3));
    expect(double.requests.at(-1)).toBe("WS /v1/stream?cursor=later");
  });

  it("tells what had arrived before the connection was lost, however late it is read, and only that", async () => {
    const { sockets, openSocket, say } = scriptedSockets();
    const client = createNodeClient({ url: "http://node.test" }, { openSocket });
    const stream = client.stream({ retryDelayMs: 1 });
    const first = stream.next();
    say({ type: "heartbeat", cursor: "start", atMs: 1 });
    expect((await first).value).toEqual(CONNECTED);
    for (const message of [block(1), block(2), block(3)]) say(message);
    sockets[0]?.onClose("gone");
    sockets[0]?.onMessage(JSON.stringify(block(4)));
    for (const number of [1, 2, 3]) expect((await stream.next()).value).toEqual(block(number));
    expect((await stream.next()).value).toMatchObject({ type: "disconnected", reason: "gone" });
    const next = stream.next();
    await vi.waitFor(() => expect(sockets).toHaveLength(2));
    expect(sockets[1]?.url).toBe("ws://node.test/v1/stream?cursor=c3");
    say(block(4));
    expect((await next).value).toEqual({ type: "connected", cursor: "c4" });
    expect((await stream.next()).value).toEqual(block(4));
    await stream.return();
    expect(sockets[1]?.isClosed).toBe(true);
  });

  it("passes on that the node no longer has what followed, and goes on from there", async () => {
    const { double, events } = await listen({ cursor: "old" });
    await vi.waitFor(() => expect(events).toHaveLength(1));
    double.tell({ type: "reset", cursor: "new" });
    await vi.waitFor(() => expect(events[1]).toEqual({ type: "reset", cursor: "new" }));
    for (const socket of double.streams) socket.destroy();
    await vi.waitFor(() => expect(double.requests.at(-1)).toBe("WS /v1/stream?cursor=new"));
  });

  it("gives up a connection that brings more than the reader takes, and goes on later without a gap", async () => {
    const flood = 5000;
    const { sockets, openSocket, say } = scriptedSockets(() => {
      const socket = sockets.at(-1);
      let number = Number(/cursor=c(\d+)/.exec(socket?.url ?? "")?.[1] ?? 0);
      while (number < flood && socket?.isClosed === false) say(block(++number));
    });
    const client = createNodeClient({ url: "http://node.test" }, { openSocket });
    const seen: number[] = [];
    for await (const event of client.stream({ retryDelayMs: 1 })) {
      if (event.type === "disconnected") expect(event.reason).toBe("read too slowly");
      if (event.type === "block" && seen.push(event.number) === flood) break;
    }
    expect(seen).toEqual(Array.from({ length: flood }, (_, i) => i + 1));
    expect(sockets.length).toBeGreaterThan(2);
  });

  it("treats silence as a dead connection", async () => {
    const { events } = await listen({ idleMs: 50 });
    await vi.waitFor(() => expect(events.filter(({ type }) => type === "connected").length).toBeGreaterThan(1));
    // On a slow machine the first connection may be silent for so long before it is one.
    const ends = events.filter(({ type }) => type === "disconnected");
    expect(ends[0]).toMatchObject({ reason: "silent for 50 ms" });
  });

  it("stays connected while nothing happens, by the node's heartbeats, and keeps these to itself", async () => {
    const { openSocket, say } = scriptedSockets();
    const { events } = await listen({ idleMs: 60_000 }, { openSocket });
    say({ type: "heartbeat", cursor: "start", atMs: 0 });
    await vi.waitFor(() => expect(events).toEqual([CONNECTED]));
    vi.useFakeTimers();
    try {
      // The wait for the next sign of life begins with this one.
      for (let beat = 0; beat < 10; beat++) {
        say({ type: "heartbeat", cursor: "start", atMs: beat });
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
    const { double, events, end, done } = await listen();
    await vi.waitFor(() => expect(events).toHaveLength(1));
    await double.stop();
    await vi.waitFor(() => expect(events.filter(({ type }) => type === "disconnected").length).toBeGreaterThan(2));
    end.abort();
    await done;
  });

  it("ends when the node refuses the cursor for good, which a WebSocket does not say", async () => {
    const openSocket: OpenSocket = (_url, { onClose }) => {
      queueMicrotask(() => onClose("closed with 1006"));
      return { close: () => undefined };
    };
    const refusal = { status: 400, body: { error: { code: "bad-request", message: "not a cursor of this list" } } };
    const { done, double } = await listen({ cursor: "of-another-list" }, { openSocket }, refusal);
    await expect(done).rejects.toMatchObject({ code: "sdk/api-error" });
    expect(double.requests).toEqual(["GET /v1/events?cursor=of-another-list&limit=1"]);
  });

  it("refuses filters of another form before it connects", () => {
    const client = createNodeClient({ url: "http://127.0.0.1:9" });
    for (const options of [
      { account: -1 },
      { account: 2 ** 24 },
      { owner: "0x12" },
      { reference: "1" },
      { cursor: "" },
    ]) {
      expect(() => client.stream(options)).toThrow(expect.objectContaining({ code: "sdk/bad-request" }));
    }
  });

  it("takes a class of WebSockets where the platform has none, as Node 20, and says so without", async () => {
    const { WebSocket } = globalThis;
    vi.stubGlobal("WebSocket", undefined);
    const { events } = await listen({}, { WebSocket });
    await vi.waitFor(() => expect(events).toEqual([CONNECTED]));
    expect(() => createNodeClient({ url: "http://127.0.0.1:9" }).stream()).toThrow(
      expect.objectContaining({ code: "sdk/no-websocket" }),
    );
  });

  it("ends on a message of another form", async () => {
    const { double, done, events } = await listen();
    await vi.waitFor(() => expect(events).toHaveLength(1));
    const failed = expect(done).rejects.toMatchObject({ code: "sdk/bad-answer" });
    double.tell({ type: "block", number: "x" });
    await failed;
  });
});
