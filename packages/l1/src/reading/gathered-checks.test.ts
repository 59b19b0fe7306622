import { type CommittedBlob, versionedHash } from "@cairn/blobs/format";
import { isSameBytes } from "@cairn/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { BlobSource } from "./blob-source.ts";
import { gatherChecks } from "./gathered-checks.ts";
import { type BlobCheck, readBlob } from "./read-blob.ts";

const BLOB_BYTES = 131_072;
const blobOf = (place: number): Uint8Array => new Uint8Array(BLOB_BYTES).fill(place, 1, 2);
/** Stands for the commitment of {@link blobOf}. */
const commitmentOf = (place: number): Uint8Array => new Uint8Array(48).fill(place);
const queryOf = (place: number, kzgCommitment = commitmentOf(place)) => ({
  versionedHash: versionedHash(commitmentOf(place)),
  kzgCommitment,
  l1Block: place,
  l1Timestamp: 0,
});
const honest: BlobSource = { name: "honest", find: async ({ l1Block }) => [blobOf(l1Block)] };
const lyingAbout = (...places: readonly number[]): BlobSource => ({
  name: "liar",
  find: async ({ l1Block }) => [blobOf(places.includes(l1Block) ? 99 : l1Block)],
});

/** A check that knows the right blobs, and notes how many blobs it was given each time. */
function notingCheck(): { readonly kzg: Required<BlobCheck>; readonly together: number[]; readonly alone: number[] } {
  const [together, alone]: [number[], number[]] = [[], []];
  const isRight = ({ blob, commitment }: CommittedBlob): boolean => isSameBytes(blob, blobOf(commitment[0] ?? 0));
  const kzg: Required<BlobCheck> = {
    isBlobOf: (hash, blob) => {
      const [, place = 0] = blob;
      alone.push(place);
      return isSameBytes(hash, versionedHash(commitmentOf(place)));
    },
    areCommitted: (blobs) => {
      together.push(blobs.length);
      return blobs.every(isRight);
    },
  };
  return { kzg, together, alone };
}

/** Reads the blobs of places at the same time; `reading` begins, `needed` waits for it. */
function readAll(kzg: BlobCheck, sources: readonly BlobSource[], queries: readonly ReturnType<typeof queryOf>[]) {
  const { blobs, reading, needed } = gatherChecks({ sources, kzg });
  const { sources: asked, kzg: check } = blobs ?? expect.unreachable();
  const results = queries.map((query) => reading(() => readBlob(asked, query, { kzg: check })));
  for (const result of results) result.catch(() => {});
  return { results, needed };
}

describe("checks of blobs that are read together", () => {
  afterEach(() => vi.useRealTimers());

  it("are one check for all readings under way, once one is needed", async () => {
    const { kzg, together, alone } = notingCheck();
    const { results, needed } = readAll(
      kzg,
      [honest],
      [1, 2, 3].map((place) => queryOf(place)),
    );
    // Long enough for all to have come to their checks, had they been made.
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect([together, alone]).toEqual([[], []]);
    const [first, ...others] = results;
    expect(await needed(first ?? expect.unreachable())).toEqual(blobOf(1));
    expect(await Promise.all(others)).toEqual([blobOf(2), blobOf(3)]);
    expect([together, alone]).toEqual([[3], []]);
  });

  it("name the liar, and let it decide nothing about the others", async () => {
    const { kzg, together, alone } = notingCheck();
    const { results, needed } = readAll(
      kzg,
      [lyingAbout(2), honest],
      [1, 2, 3].map((place) => queryOf(place)),
    );
    expect(await Promise.all(results.map(needed))).toEqual([blobOf(1), blobOf(2), blobOf(3)]);
    // Together in vain, then each, then the one from the next source.
    expect([together, alone]).toEqual([[3], [1, 99, 3, 2]]);
  });

  it("refuse a blob that nobody has right", async () => {
    const { kzg } = notingCheck();
    const { results, needed } = readAll(
      kzg,
      [lyingAbout(2)],
      [1, 2].map((place) => queryOf(place)),
    );
    const [first, second] = results.map(needed);
    await expect(second).rejects.toMatchObject({ code: "l1/blob-unavailable" });
    expect(await first).toEqual(blobOf(1));
  });

  it("do not use a commitment whose hash is another one", async () => {
    const { kzg, together, alone } = notingCheck();
    // The blob and its commitment belong together, but L1 named another blob.
    const exchanged = queryOf(1, commitmentOf(99));
    const { results, needed } = readAll(kzg, [lyingAbout(1)], [exchanged, queryOf(2), queryOf(3)]);
    const [first, second] = results.map(needed);
    await expect(first).rejects.toMatchObject({ code: "l1/blob-unavailable" });
    expect(await second).toEqual(blobOf(2));
    expect([together, alone]).toEqual([[2], [99]]);
  });

  it("are made one by one where the commitments are not known, or checks of many are not offered", async () => {
    const { kzg, together, alone } = notingCheck();
    const unknown = [1, 2].map((place) => {
      const { kzgCommitment: _, ...query } = queryOf(place);
      return query;
    });
    const { blobs } = gatherChecks({ sources: [honest], kzg });
    const access = blobs ?? expect.unreachable();
    for (const query of unknown) expect(await readBlob(access.sources, query, access)).toEqual(blobOf(query.l1Block));
    const { results, needed } = readAll({ isBlobOf: kzg.isBlobOf }, [honest], [queryOf(3), queryOf(4)]);
    expect(await Promise.all(results.map(needed))).toEqual([blobOf(3), blobOf(4)]);
    expect([together, alone]).toEqual([[], [1, 2, 3, 4]]);
  });

  it("fail for all who wait when they cannot be made", async () => {
    const broken: BlobCheck = { isBlobOf: () => true, areCommitted: () => Promise.reject(new RangeError("broken")) };
    const { results, needed } = readAll(
      broken,
      [honest],
      [1, 2].map((place) => queryOf(place)),
    );
    expect(await Promise.allSettled(results.map(needed))).toMatchObject([
      { status: "rejected", reason: { message: "broken" } },
      { status: "rejected", reason: { message: "broken" } },
    ]);
  });

  it("do not wait for a reading that failed", async () => {
    const { kzg, together } = notingCheck();
    const absent: BlobSource = {
      name: "absent",
      find: async ({ l1Block }) => (l1Block === 2 ? [] : [blobOf(l1Block)]),
    };
    const { results, needed } = readAll(
      kzg,
      [absent],
      [1, 2, 3].map((place) => queryOf(place)),
    );
    expect(await Promise.allSettled(results.map(needed))).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "l1/blob-unavailable" } },
      { status: "fulfilled" },
    ]);
    expect(together).toEqual([2]);
  });

  it("wait only so long for a source that does not answer", async () => {
    vi.useFakeTimers();
    const { kzg, together, alone } = notingCheck();
    let answer = (_: readonly Uint8Array[]): void => expect.unreachable();
    const silent: BlobSource = {
      name: "silent",
      find: ({ l1Block }) =>
        l1Block < 3
          ? Promise.resolve([blobOf(l1Block)])
          : new Promise((resolve) => {
              answer = resolve;
            }),
    };
    const { results, needed } = readAll(
      kzg,
      [silent],
      [1, 2, 3].map((place) => queryOf(place)),
    );
    const [first, second, third] = results.map(needed);
    await vi.advanceTimersByTimeAsync(999);
    expect(together).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all([first, second])).toEqual([blobOf(1), blobOf(2)]);
    expect(together).toEqual([2]);
    answer([blobOf(3)]);
    expect(await third).toEqual(blobOf(3));
    expect(alone).toEqual([3]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are none without blobs", async () => {
    const { blobs, reading, needed } = gatherChecks(undefined);
    expect(blobs).toBeUndefined();
    expect(await needed(reading(async () => 7))).toBe(7);
  });
});
