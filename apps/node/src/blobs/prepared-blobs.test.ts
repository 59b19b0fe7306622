import { pino } from "pino";
import { expect, it, vi } from "vitest";
import type { PreparedBlob } from "./blob-maker.ts";
import { createPreparedBlobs } from "./prepared-blobs.ts";

const BATCH = { point: 7n } as Parameters<ReturnType<typeof createPreparedBlobs>["find"]>[0];
const CONTENT = { blocks: [] };
const BLOB: PreparedBlob = {
  opening: new Uint8Array(128),
  sidecar: new Uint8Array(),
};

it("says that a blob is ready, not that it cannot be prepared: that is tried again when it is asked for", async () => {
  const prepare = vi.fn<() => Promise<PreparedBlob>>().mockRejectedValueOnce(new Error("no memory"));
  prepare.mockResolvedValue(BLOB);
  const onPrepared = vi.fn();
  const notAsked = () => Promise.reject(new Error("not asked for"));
  const maker = {
    prepare,
    commit: notAsked,
    isBlobOf: notAsked,
    areCommitted: notAsked,
    stop: () => Promise.resolve(),
  };
  const blobs = createPreparedBlobs({ maker, logger: pino({ level: "silent" }), onPrepared });
  expect(blobs.find(BATCH, CONTENT)).toBeNull();
  await vi.waitFor(() => expect(prepare).toHaveBeenCalledTimes(1));
  await Promise.resolve();
  expect(onPrepared).not.toHaveBeenCalled();
  expect(blobs.find(BATCH, CONTENT)).toBeNull();
  await vi.waitFor(() => expect(onPrepared).toHaveBeenCalledTimes(1));
  expect(blobs.find(BATCH, CONTENT)).toBe(BLOB);
  expect(prepare).toHaveBeenCalledTimes(2);
});
