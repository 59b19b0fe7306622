import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { judge } from "./answers.ts";
import { createRandom } from "./random.ts";
import type { SignedRequest } from "./signing.ts";
import { FAULTS, type Fault } from "./traffic.ts";

/** How requests are sent. */
export type LoadShape =
  /** Each of `concurrency` clients sends its next request as soon as the last one is answered. */
  | {
      readonly type: "closed";
      readonly concurrency: number;
      readonly seconds: number;
      /** Maximum number of requests. */
      readonly limit: number;
    }
  /**
   * Requests are due at random moments, `perSecond` on average, whatever the answers; a latency counts from the moment
   * a request was due, so that a stall shows in every request that it delayed.
   */
  | { readonly type: "open"; readonly perSecond: number; readonly seconds: number; readonly seed: number };

/** The outcome of a load. */
export interface LoadResult {
  /** As requested; less when the requests ran out before. */
  readonly seconds: number;
  /** Requests accepted within these seconds. */
  readonly acceptedInTime: number;
  /** Positions of the accepted requests among those given to the client. */
  readonly accepted: readonly number[];
  /** How many of them wait for an earlier nonce. */
  readonly waiting: number;
  readonly refused: Readonly<Record<Fault, number>>;
  /** Answers `overloaded`; the requests were sent again. */
  readonly overloaded: number;
  /** Connections that broke before an answer; the requests were sent again. */
  readonly broken: number;
  /** Wrong answers, the first few of them in words. */
  readonly wrong: { readonly count: number; readonly examples: readonly string[] };
  /** Milliseconds to the acknowledgement of each accepted request. */
  readonly latenciesMs: Float64Array;
  /** Milliseconds from each try to its `overloaded`. */
  readonly overloadLatenciesMs: Float64Array;
}

/** A client that sends signed requests to one node, each once, in their order. */
export interface LoadClient {
  readonly add: (requests: readonly SignedRequest[]) => void;
  readonly run: (shape: LoadShape) => Promise<LoadResult>;
  readonly close: () => Promise<void>;
}

const MAX_EXAMPLES = 10;
/** Clients come back after the time that the answer names, spread by half of it in both directions. */
const RETRY_SPREAD = { least: 0.5, most: 1.5 };
const RECONNECT_MS = 500;
/** Requests of an open load under way beyond which the client waits; that wait still counts as latency. */
const MAX_OPEN = 4096;

/** A client of the node at `url` with at most `connections` connections. */
export function createLoadClient(url: string, connections: number): LoadClient {
  const pool = new Pool(new URL(url).origin, {
    connections,
    pipelining: 1,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  });
  const queue: SignedRequest[] = [];
  let next = 0;

  /** Null when the connection broke, as it may on an overloaded system; the request may have been accepted anyway. */
  const trySend = async (body: string) => {
    try {
      return await send(body);
    } catch (error) {
      if (isBroken(error)) return null;
      throw error;
    }
  };

  const send = async (body: string) => {
    const {
      statusCode,
      headers,
      body: answer,
    } = await pool.request({
      method: "POST",
      path: "/v1/transactions",
      headers: { "content-type": "application/json" },
      body,
    });
    return { http: statusCode, text: await answer.text(), retryAfterMs: 1000 * Number(headers["retry-after"] ?? 1) };
  };

  const run = async (shape: LoadShape): Promise<LoadResult> => {
    const accepted: number[] = [];
    const latencies: number[] = [];
    const overloadLatencies: number[] = [];
    const refused = new Map<Fault, number>(FAULTS.map((fault) => [fault, 0]));
    const examples: string[] = [];
    let waiting = 0;
    let wrong = 0;
    let broken = 0;
    let acceptedInTime = 0;
    let lastInTimeMs = 0;
    const random = createRandom(next);
    const startMs = performance.now();
    const endMs = startMs + 1000 * shape.seconds;

    const process = async (position: number, request: SignedRequest, dueMs: number): Promise<void> => {
      for (;;) {
        const sentMs = performance.now();
        const answer = await trySend(request.body);
        if (answer === null) {
          broken++;
          await delay(RECONNECT_MS);
          continue;
        }
        const { http, text, retryAfterMs } = answer;
        const answeredMs = performance.now();
        if (answeredMs < endMs) lastInTimeMs = answeredMs;
        const verdict = judge(request, http, text);
        if (verdict.type === "overloaded") {
          overloadLatencies.push(answeredMs - sentMs);
          const { least, most } = RETRY_SPREAD;
          await delay(retryAfterMs * (least + (most - least) * random()));
          continue;
        }
        if (verdict.type === "accepted") {
          accepted.push(position);
          latencies.push(answeredMs - dueMs);
          if (answeredMs < endMs) acceptedInTime++;
          if (verdict.status === "received") waiting++;
        } else if (verdict.type === "refused" && request.fault !== null) {
          refused.set(request.fault, (refused.get(request.fault) ?? 0) + 1);
        } else if (verdict.type === "wrong") {
          wrong++;
          if (examples.length < MAX_EXAMPLES) examples.push(verdict.answer);
        }
        return;
      }
    };

    const take = (): readonly [number, SignedRequest] | null => {
      const request = queue[next];
      return request === undefined ? null : [next++, request];
    };

    const closed = async (last: number): Promise<void> => {
      while (next < last && performance.now() < endMs) {
        const taken = take();
        if (taken === null) return;
        await process(...taken, performance.now());
      }
    };

    const open = async (perSecond: number, seed: number): Promise<void> => {
      const arrivals = createRandom(seed);
      const running = new Set<Promise<void>>();
      let dueMs = startMs;
      for (;;) {
        dueMs += (-1000 * Math.log(1 - arrivals())) / perSecond;
        if (dueMs >= endMs) break;
        const waitMs = dueMs - performance.now();
        if (waitMs > 0.5) await delay(waitMs);
        while (running.size >= MAX_OPEN) await Promise.race(running);
        const taken = take();
        if (taken === null) break;
        const one: Promise<void> = process(...taken, dueMs).finally(() => running.delete(one));
        running.add(one);
      }
      await Promise.all(running);
    };

    let limited = false;
    if (shape.type === "open") await open(shape.perSecond, shape.seed);
    else {
      const last = next + shape.limit;
      await Promise.all(Array.from({ length: shape.concurrency }, () => closed(last)));
      limited = next >= last;
    }
    return {
      seconds: (next >= queue.length || limited ? lastInTimeMs - startMs : endMs - startMs) / 1000,
      acceptedInTime,
      accepted,
      waiting,
      refused: Object.fromEntries(refused) as Record<Fault, number>,
      overloaded: overloadLatencies.length,
      broken,
      wrong: { count: wrong, examples },
      latenciesMs: Float64Array.from(latencies),
      overloadLatenciesMs: Float64Array.from(overloadLatencies),
    };
  };

  return {
    add: (requests) => {
      for (const request of requests) queue.push(request);
    },
    run,
    close: () => pool.close(),
  };
}

function isBroken(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["ECONNRESET", "ECONNREFUSED", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_CONNECT_TIMEOUT"].includes(code);
}
