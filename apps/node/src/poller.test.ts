import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createManualClock } from "./clock.ts";
import { createPoller, type PollerOptions } from "./poller.ts";

/** A poller whose runs the test completes one by one. */
function scene(change: Partial<PollerOptions> = {}) {
  const clock = createManualClock(0);
  const logged: unknown[] = [];
  const logger = pino({ level: "error" }, { write: (line: string) => logged.push(JSON.parse(line).msg) });
  const runs: PromiseWithResolvers<void>[] = [];
  const run = (): Promise<void> => {
    const next = Promise.withResolvers<void>();
    runs.push(next);
    return next.promise;
  };
  const poller = createPoller({ run, clock, logger, failure: "it failed", pollMs: 100, ...change });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    clock,
    poller,
    logged,
    begun: () => runs.length,
    end: async () => {
      runs.at(-1)?.resolve();
      await settle();
    },
    fail: async () => {
      runs.at(-1)?.reject(new RangeError("no"));
      await settle();
    },
  };
}

describe("a poller", () => {
  it("pauses after each run, however long the run took", async () => {
    const { clock, poller, begun, end } = scene();
    poller.start();
    expect(begun()).toBe(1);
    clock.advance(1000);
    expect(begun()).toBe(1);
    await end();
    clock.advance(99);
    expect(begun()).toBe(1);
    clock.advance(1);
    expect(begun()).toBe(2);
  });

  it("begins later when configured to", () => {
    const { clock, poller, begun } = scene();
    poller.start(30);
    clock.advance(29);
    expect(begun()).toBe(0);
    clock.advance(1);
    expect(begun()).toBe(1);
  });

  it("logs what a run throws, even synchronously, and continues", async () => {
    const { clock, poller, begun, fail, logged } = scene();
    poller.start();
    await fail();
    clock.advance(100);
    expect([begun(), logged]).toEqual([2, ["it failed"]]);
    const hasty = scene({
      run: () => {
        throw new RangeError("at once");
      },
    });
    hasty.poller.start();
    await hasty.end();
    hasty.clock.advance(100);
    await hasty.end();
    expect(hasty.logged).toEqual(["it failed", "it failed"]);
  });

  it("pauses longer with each failure, up to the limit, and resets after a success", async () => {
    const { clock, poller, begun, fail, end } = scene({ maxPauseMs: 300 });
    poller.start();
    for (const pause of [200, 300, 300]) {
      const before = begun();
      await fail();
      clock.advance(pause - 1);
      expect(begun()).toBe(before);
      clock.advance(1);
      expect(begun()).toBe(before + 1);
    }
    await end();
    clock.advance(100);
    expect(begun()).toBe(5);
  });

  it("runs at once when poked, and once more when poked during a run", async () => {
    const { clock, poller, begun, end } = scene();
    poller.poke();
    expect(begun()).toBe(0);
    poller.start();
    await end();
    poller.poke();
    expect(begun()).toBe(2);
    poller.poke();
    poller.poke();
    expect(begun()).toBe(2);
    await end();
    expect(begun()).toBe(3);
    await end();
    clock.advance(99);
    expect(begun()).toBe(3);
    clock.advance(1);
    expect(begun()).toBe(4);
  });

  it("notices a poke during a run that someone else requested", async () => {
    const { poller, begun, end } = scene();
    poller.start(100);
    const asked = poller.poll();
    poller.poke();
    await end();
    await asked;
    expect(begun()).toBe(2);
  });

  it("lets callers join the current run and share its failure", async () => {
    const { poller, begun, fail } = scene();
    poller.start();
    const asked = Promise.allSettled([poller.poll(), poller.poll()]);
    expect(begun()).toBe(1);
    await fail();
    expect(await asked).toMatchObject(Array(2).fill({ status: "rejected", reason: { message: "no" } }));
  });

  it("waits for the current run when it stops, and begins no other", async () => {
    const { clock, poller, begun, fail } = scene();
    poller.start();
    poller.poke();
    let isStopped = false;
    const stopping = poller.stop().then(() => {
      isStopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    await fail();
    await stopping;
    poller.poke();
    poller.start();
    clock.advance(1000);
    expect(begun()).toBe(1);
  });

  it("with synchronous runs keeps its pace while the clock jumps, and uses the current pause", () => {
    let runs = 0;
    const run = (): undefined => {
      runs++;
      if (runs === 3) throw new RangeError("no");
    };
    const { clock, poller, logged } = scene({ run, pollMs: () => (runs < 5 ? 10 : 1000) });
    poller.start(10);
    clock.advance(40);
    expect([runs, logged]).toEqual([4, ["it failed"]]);
    clock.advance(10);
    clock.advance(999);
    expect(runs).toBe(5);
    clock.advance(1);
    expect(runs).toBe(6);
  });

  it("does not run recursively when its own run pokes it", () => {
    let [depth, deepest, runs] = [0, 0, 0];
    const one = scene({
      run: (): undefined => {
        depth++;
        deepest = Math.max(deepest, depth);
        if (++runs === 1) one.poller.poke();
        depth--;
      },
    });
    one.poller.start();
    expect(runs).toBe(1);
    one.clock.advance(0);
    expect([runs, deepest]).toEqual([2, 1]);
  });
});
