import { BLOB_MODULUS, bigintToBytes, hexToBytes } from "@cairn/protocol";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { beforeAll, describe, expect, it } from "vitest";
import { type CommittedBlob, challengeOf } from "./committed-blobs.ts";
import { BLOB_ELEMENTS, blobToElements, elementsToBlob } from "./elements.ts";
import { type BlobKzg, createBlobKzg } from "./kzg.ts";

const { Point } = bls12_381.G1;
const BASE_FIELD = bls12_381.fields.Fp.ORDER;
const INFINITY = hexToBytes(`0xc0${"00".repeat(47)}`);
/** A point of order 3, on the curve and outside the prime-order group. */
const OF_ORDER_3 = Point.fromAffine({ x: 0n, y: 2n });

/** Few elements that are not 0, so that commitments take no time. */
const blobOf = (...elements: readonly bigint[]): Uint8Array =>
  elementsToBlob(Array.from({ length: BLOB_ELEMENTS }, (_, i) => elements[i] ?? 0n));
const modulo = (value: bigint): bigint => ((value % BLOB_MODULUS) + BLOB_MODULUS) % BLOB_MODULUS;
/** The blob with a number added to one of its elements. */
const plus = (blob: Uint8Array, difference: bigint, at = 1): Uint8Array =>
  elementsToBlob(blobToElements(blob).map((element, i) => (i === at ? modulo(element + difference) : element)));

describe("blobs and their commitments, many at once", () => {
  let kzg: BlobKzg;
  let honest: readonly [CommittedBlob, CommittedBlob, CommittedBlob];
  const committed = (blob: Uint8Array): CommittedBlob => ({ blob, commitment: kzg.commit(blob) });
  const areCommitted = (...blobs: readonly CommittedBlob[]): boolean => kzg.areCommitted(blobs);

  beforeAll(() => {
    kzg = createBlobKzg();
    honest = [committed(blobOf(5n, 6n)), committed(blobOf(7n, BLOB_MODULUS - 1n, 8n)), committed(blobOf(9n))];
  });

  it("are right when each is", () => {
    const [first, second, third] = honest;
    expect(areCommitted()).toBe(true);
    expect(areCommitted(first)).toBe(true);
    expect(areCommitted(first, second, third)).toBe(true);
    expect(areCommitted(third, first, third)).toBe(true);
  });

  it("may be the blob of zeros, whose commitment is infinity", () => {
    const [first, second] = honest;
    const zeros = { blob: blobOf(), commitment: INFINITY };
    expect(areCommitted(zeros)).toBe(true);
    expect(areCommitted(zeros, zeros)).toBe(true);
    expect(areCommitted(first, zeros, second)).toBe(true);
  });

  it("are wrong when any one is, wherever it stands", () => {
    honest.forEach((_, wrong) => {
      const blobs = honest.map(({ blob, commitment }, i) => ({
        blob: i === wrong ? plus(blob, 1n) : blob,
        commitment,
      }));
      expect(areCommitted(...blobs), `blob ${wrong}`).toBe(false);
    });
  });

  it("are wrong when two are exchanged, though their sum is right", () => {
    const [first, second, third] = honest;
    const exchanged = [
      { blob: second.blob, commitment: first.commitment },
      { blob: first.blob, commitment: second.commitment },
    ];
    expect(areCommitted(...exchanged)).toBe(false);
    expect(areCommitted(...exchanged, third)).toBe(false);
  });

  it("are wrong when their errors cancel each other in the sum", () => {
    const [first, second, third] = honest;
    expect(
      areCommitted({ ...first, blob: plus(first.blob, 3n) }, { ...second, blob: plus(second.blob, -3n) }, third),
    ).toBe(false);
  });

  it("are wrong when their errors cancel each other under the challenge of the right blobs", () => {
    const [first, second, third] = honest;
    const challenge = challengeOf(honest);
    const blobs = [{ ...first, blob: plus(first.blob, -challenge) }, { ...second, blob: plus(second.blob, 1n) }, third];
    expect(areCommitted(...blobs)).toBe(false);
  });

  it("are wrong when commitments cancel each other under the challenge of the right ones", () => {
    const [first, second, third] = honest;
    const challenge = challengeOf(honest);
    const moved = ({ commitment }: CommittedBlob, times: bigint): Uint8Array =>
      Point.fromBytes(commitment)
        .add(Point.BASE.multiply(modulo(times)))
        .toBytes();
    const blobs = [
      { ...first, commitment: moved(first, -challenge) },
      { ...second, commitment: moved(second, 1n) },
      third,
    ];
    expect(areCommitted(...blobs)).toBe(false);
  });

  it("are wrong with a commitment outside the prime-order group, which some challenges take to infinity", () => {
    const outside = (element: bigint): CommittedBlob => {
      const { blob, commitment } = committed(blobOf(element));
      const { x, y } = Point.fromBytes(commitment).add(OF_ORDER_3).toAffine();
      const sign = y > BASE_FIELD / 2n ? 1n : 0n;
      return { blob, commitment: bigintToBytes(x + (1n << 383n) + (sign << 381n), 48) };
    };
    for (let i = 1n; i <= 12n; i++) expect(areCommitted(outside(i), outside(i + 100n)), `pair ${i}`).toBe(false);
  });

  it("are wrong with a commitment at infinity, or the opposite one", () => {
    const [first, second] = honest;
    expect(areCommitted({ ...first, commitment: INFINITY })).toBe(false);
    expect(areCommitted({ ...first, commitment: INFINITY }, { ...second, commitment: INFINITY })).toBe(false);
    expect(areCommitted({ ...first, commitment: Point.fromBytes(first.commitment).negate().toBytes() })).toBe(false);
  });

  it("are wrong with bytes that stand for the right point but are not its encoding", () => {
    // x + p instead of x, where it has room.
    const small = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]
      .map((element) => committed(blobOf(element)))
      .find(({ commitment }) => Point.fromBytes(commitment).x + BASE_FIELD < 2n ** 381n);
    const { blob, commitment } = small ?? expect.unreachable();
    const [flags = 0] = commitment;
    const x = (Point.fromBytes(commitment).x + BASE_FIELD).toString(16).padStart(96, "0");
    const second = hexToBytes(`0x${x}`).map((byte, i) => (i === 0 ? byte | (flags & 0xe0) : byte));
    expect(areCommitted({ blob, commitment })).toBe(true);
    expect(areCommitted({ blob, commitment: second })).toBe(false);
    // Infinity with a sign, with a coordinate, without its mark.
    for (const bytes of [`0xe0${"00".repeat(47)}`, `0xc0${"00".repeat(46)}01`, `0x${"00".repeat(48)}`]) {
      expect(areCommitted({ blob: blobOf(), commitment: hexToBytes(bytes) }), bytes).toBe(false);
    }
  });

  it("are refused with elements of the modulus or more, and with wrong lengths", () => {
    const [first, second] = honest;
    const [element = 0n, ...others] = blobToElements(second.blob);
    const twin = elementsToBlob([element + BLOB_MODULUS, ...others]);
    expect(() => areCommitted(first, { ...second, blob: twin })).toThrow(
      expect.objectContaining({ code: "blobs/not-canonical" }),
    );
    for (const wrong of [
      { ...second, blob: second.blob.subarray(32) },
      { ...second, commitment: second.commitment.subarray(1) },
    ]) {
      expect(() => areCommitted(first, wrong)).toThrow(expect.objectContaining({ code: "blobs/bad-length" }));
    }
  });
});
