import { expect, it, vi } from "vitest";

it("waits are lengthened once, however many files a process runs", async () => {
  const { waitFor, waitUntil } = vi;
  const { poll } = expect;
  await import(/* @vite-ignore */ `./patient-waits.ts?${Date.now()}`);
  expect([vi.waitFor === waitFor, vi.waitUntil === waitUntil, expect.poll === poll]).toEqual([true, true, true]);
});
