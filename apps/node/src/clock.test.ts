import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { createOffsetClock } from "./clock.ts";

describe("a clock with an offset", () => {
  const folder = mkdtempSync(join(tmpdir(), "cairn-clock-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("jumps when its file changes, in both directions", async () => {
    const file = join(folder, "offset");
    const hourMs = 3_600_000;
    writeFileSync(file, "0");
    const clock = createOffsetClock(file);
    const distance = () => Math.round((clock.nowMs() - Date.now()) / hourMs);
    expect(distance()).toBe(0);
    for (const hours of [2, -3]) {
      writeFileSync(file, String(hours * hourMs));
      await vi.waitFor(() => expect(distance()).toBe(hours));
    }
  });
});
