import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { armCrashPoint, CRASH_POINTS, crashPoint, parseCrashTarget } from "./crash-points.ts";

const MODULE = join(import.meta.dirname, "crash-points.ts");

describe("crash points", () => {
  it("are named once each, with the visit number", () => {
    expect(new Set(CRASH_POINTS).size).toBe(CRASH_POINTS.length);
    expect(parseCrashTarget("proof-made")).toEqual({ point: "proof-made", visit: 1 });
    expect(parseCrashTarget("proof-made:3")).toEqual({ point: "proof-made", visit: 3 });
    for (const bad of ["", "nowhere", "proof-made:0", "proof-made:x", "proof-made:1:1"]) {
      expect(parseCrashTarget(bad)).toBeNull();
    }
  });

  it("are all somewhere in the node", () => {
    const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== "crash-points.ts")
      .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"))
      .join("\n");
    const missing = CRASH_POINTS.filter((point) => {
      const step = point.replace(/^(?:batch|payout)-/, "");
      return ![`crashPoint("${point}")`, `"${step}"`].some((call) => sources.includes(call));
    });
    expect(missing).toEqual([]);
  });

  it("kill the process as kill -9 does, at the visit that was asked for", () => {
    const program = `
      import { armCrashPoint, crashPoint } from ${JSON.stringify(MODULE)};
      armCrashPoint({ point: "proof-made", visit: 2 }, { isDevelopment: true });
      crashPoint("proof-stored");
      crashPoint("proof-made");
      process.stdout.write("still here");
      crashPoint("proof-made");
      process.stdout.write("too long");
    `;
    const { signal, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program]);
    expect([signal, stdout.toString()]).toEqual(["SIGKILL", "still here"]);
  });

  it("are refused on chains that are not for development, and do nothing when not armed", () => {
    const armed = () => armCrashPoint({ point: "proof-made", visit: 1 }, { isDevelopment: false });
    expect(armed).toThrow(expect.objectContaining({ code: "node/bad-config" }));
    expect(() => armCrashPoint(null, { isDevelopment: false })).not.toThrow();
    expect(() => crashPoint("proof-made")).not.toThrow();
  });
});
