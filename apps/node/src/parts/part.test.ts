import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createPartList, type Part } from "./part.ts";

function scene() {
  const told: string[] = [];
  const logger = pino({ level: "error" }, { write: (line: string) => told.push(JSON.parse(line).part) });
  const part = (name: string, change: { failsAt?: "start" | "stop" } = {}): Part<string> => ({
    name,
    start: async (endings) => {
      endings.add(name, async () => {
        told.push(`stop ${name}`);
        if (change.failsAt === "stop") throw new RangeError("it hangs");
      });
      told.push(`start ${name}`);
      if (change.failsAt === "start") throw new RangeError("no room");
      return `offer of ${name}`;
    },
    readiness: () => ({ [name]: { isReady: true, state: "running" } }),
  });
  return { told, parts: createPartList(logger), part };
}

describe("the parts of a node", () => {
  it("start in order, offer what they have, and stop in reverse", async () => {
    const { told, parts, part } = scene();
    expect(await parts.start(part("a"))).toBe("offer of a");
    await parts.start(part("b"));
    await parts.stop();
    expect(told).toEqual(["start a", "start b", "stop b", "stop a"]);
  });

  it("all stop, even when one of them fails to", async () => {
    const { told, parts, part } = scene();
    for (const one of [part("a"), part("b", { failsAt: "stop" }), part("c")]) await parts.start(one);
    await parts.stop();
    expect(told.slice(3)).toEqual(["stop c", "stop b", "b", "stop a"]);
  });

  it("that fail halfway through their start stop again, with all before them, and are not ready", async () => {
    const { told, parts, part } = scene();
    await parts.start(part("a"));
    await expect(parts.start(part("b", { failsAt: "start" }))).rejects.toThrow("no room");
    expect(parts.readiness()).toEqual({ a: { isReady: true, state: "running" } });
    await parts.stop();
    expect(told).toEqual(["start a", "start b", "stop b", "stop a"]);
  });
});
