import { afterEach, describe, expect, it } from "vitest";
import { cleanUpStores, createTestStore, ENGINES } from "../test/stores.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const closed = expect.objectContaining({ code: "state/store-closed" });

afterEach(cleanUpStores);

describe.each(ENGINES)("key-value store on %s", (engine) => {
  it("reads what was written and forgets what was deleted", () => {
    const store = createTestStore(engine);
    expect(store.get(bytes(1))).toBeUndefined();
    store.write([
      { key: bytes(1), value: bytes(1, 2, 3) },
      { key: bytes(1, 0), value: bytes() },
      { key: bytes(0), value: bytes(0) },
    ]);
    expect(
      [store.get(bytes(1)), store.get(bytes(1, 0)), store.get(bytes(0))].map((value) => [...(value ?? [9])]),
    ).toEqual([[1, 2, 3], [], [0]]);
    store.write([{ key: bytes(1), value: null }]);
    expect(store.get(bytes(1))).toBeUndefined();
    store.write([{ key: bytes(77), value: null }]);
  });

  it("applies the changes of a batch in order", () => {
    const store = createTestStore(engine);
    store.write([
      { key: bytes(1), value: bytes(1) },
      { key: bytes(1), value: null },
      { key: bytes(2), value: null },
      { key: bytes(2), value: bytes(2) },
    ]);
    expect(store.get(bytes(1))).toBeUndefined();
    expect([...(store.get(bytes(2)) ?? [])]).toEqual([2]);
  });

  it("finds the first record with a key or after it, in the order of bytes", () => {
    const store = createTestStore(engine);
    const found = (...key: number[]) => {
      const record = store.next(bytes(...key));
      return record && [[...record.key], [...record.value]];
    };
    // Beyond the records that users may write there is at most the engine's own.
    expect(store.next(bytes(0x50))?.key[0] ?? 0xf0).toBe(0xf0);
    store.write([
      { key: bytes(0x50, 2), value: bytes(2) },
      { key: bytes(0x50), value: bytes() },
      { key: bytes(0x50, 1, 255), value: bytes(1) },
      { key: bytes(0x51), value: bytes(9) },
    ]);
    expect(found(0x4f, 255)).toEqual([[0x50], []]);
    expect(found(0x50)).toEqual([[0x50], []]);
    expect(found(0x50, 0)).toEqual([[0x50, 1, 255], [1]]);
    expect(found(0x50, 1, 255, 0)).toEqual([[0x50, 2], [2]]);
    expect(found(0x50, 3)).toEqual([[0x51], [9]]);
    store.write([{ key: bytes(0x50, 2), value: null }]);
    expect(found(0x50, 1, 255, 0)).toEqual([[0x51], [9]]);
  });

  it("writes nothing when a change cannot be made", () => {
    const store = createTestStore(engine);
    const changes = function* () {
      yield { key: bytes(1), value: bytes(1) };
      throw new TypeError("no more");
    };
    expect(() => store.write(changes())).toThrow();
    expect(store.get(bytes(1))).toBeUndefined();
    store.write([{ key: bytes(2), value: bytes(2) }]);
    expect([...(store.get(bytes(2)) ?? [])]).toEqual([2]);
  });

  it("hands out copies and takes copies", () => {
    const store = createTestStore(engine);
    const value = bytes(5);
    store.write([{ key: bytes(1), value }]);
    value[0] = 6;
    const read = store.get(bytes(1));
    if (read !== undefined) read[0] = 7;
    store.get(bytes(2));
    expect([...(store.get(bytes(1)) ?? [])]).toEqual([5]);
  });

  it("keeps several snapshots apart from each other and from later writes", () => {
    const store = createTestStore(engine);
    const read = (reader: { get(key: Uint8Array): Uint8Array | undefined }): (number | undefined)[] =>
      [1, 2].map((key) => reader.get(bytes(key))?.[0]);
    store.write([{ key: bytes(1), value: bytes(10) }]);
    const first = store.snapshot();
    store.write([
      { key: bytes(1), value: bytes(11) },
      { key: bytes(2), value: bytes(20) },
    ]);
    const second = store.snapshot();
    const third = store.snapshot();
    store.write([{ key: bytes(1), value: null }]);
    expect(read(first)).toEqual([10, undefined]);
    expect(read(second)).toEqual([11, 20]);
    expect(read(store)).toEqual([undefined, 20]);
    second.close();
    expect(read(third)).toEqual([11, 20]);
    expect(read(first)).toEqual([10, undefined]);
    first.close();
    third.close();
  });

  it("refuses use after closing; closing twice is allowed", async () => {
    const store = createTestStore(engine);
    const [closedFirst, open] = [store.snapshot(), store.snapshot()];
    closedFirst.close();
    closedFirst.close();
    expect(() => closedFirst.get(bytes(1))).toThrow(closed);
    expect(open.get(bytes(1))).toBeUndefined();
    await store.close();
    await store.close();
    expect(() => open.get(bytes(1))).toThrow(closed);
    expect(() => store.get(bytes(1))).toThrow(closed);
    expect(() => store.write([])).toThrow(closed);
    expect(() => store.snapshot()).toThrow(closed);
    expect(() => store.next(bytes(1))).toThrow(closed);
    open.close();
  });
});
