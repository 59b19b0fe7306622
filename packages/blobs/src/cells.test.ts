import { BLOB_MODULUS, CELL_BITS, evaluateCells, MAX_BATCH_CELLS } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blobToCells, cellsToBlob } from "./cells.ts";
import { BLOB_BYTES, BLOB_ELEMENTS, blobToElements, elementsToBlob } from "./elements.ts";

/** The 4,096th root of unity that blobs use (EIP-4844). */
const ROOT = 0x564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306n;
const CELL_LIMIT = 1n << BigInt(CELL_BITS);
const cell = fc.bigInt({ min: 0n, max: CELL_LIMIT - 1n });

describe("cells as a blob", () => {
  it("has the values of the specification's example", () => {
    const elements = blobToElements(cellsToBlob([1n, 2n, 3n]));
    expect(elements.slice(0, 2)).toEqual([6n, 2n]);
  });

  it("holds the polynomial's values at the roots of unity, in bit-reversed order", () => {
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 40 }), fc.nat({ max: BLOB_ELEMENTS - 1 }), (cells, position) => {
        const exponent = reverse12(position);
        expect(blobToElements(cellsToBlob(cells))[position]).toBe(evaluateCells(cells, power(ROOT, exponent)));
      }),
      { numRuns: 20 },
    );
  });

  it("is read back, with the cells behind the end as 0", () => {
    const full = Array.from({ length: MAX_BATCH_CELLS }, (_, i) => CELL_LIMIT - 1n - BigInt(i));
    expect(blobToCells(cellsToBlob(full))).toEqual(full);
    const read = blobToCells(cellsToBlob([5n, 0n, 7n]));
    expect(read).toHaveLength(MAX_BATCH_CELLS);
    expect(read.slice(0, 3)).toEqual([5n, 0n, 7n]);
    expect(read.slice(3).every((value) => value === 0n)).toBe(true);
  });

  it("refuses to write what no batch has", () => {
    expect(() => cellsToBlob(Array.from({ length: MAX_BATCH_CELLS + 1 }, () => 0n))).toThrow(
      expect.objectContaining({ code: "blobs/too-many-cells" }),
    );
    for (const wrong of [CELL_LIMIT, -1n]) {
      expect(() => cellsToBlob([0n, wrong])).toThrow(expect.objectContaining({ code: "blobs/bad-cell" }));
    }
  });
});

describe("a blob that no batch has", () => {
  const refusal = (blob: Uint8Array) => {
    try {
      blobToCells(blob);
      return null;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it("is refused when its length is another one", () => {
    expect(refusal(new Uint8Array(BLOB_BYTES - 1))).toBe("blobs/bad-length");
    expect(refusal(new Uint8Array(BLOB_BYTES + 32))).toBe("blobs/bad-length");
  });

  it("is refused when an element is the field's order or more", () => {
    for (const wrong of [BLOB_MODULUS, BLOB_MODULUS + 1n, 2n ** 256n - 1n]) {
      expect(refusal(elementsToBlob(withElement(wrong)))).toBe("blobs/not-canonical");
    }
    // One less is an element, but of no polynomial of cells.
    expect(refusal(elementsToBlob(withElement(BLOB_MODULUS - 1n)))).toBe("blobs/no-batch");
  });

  it("is refused when a coefficient is 2^208, or the 4,096th is not 0", () => {
    expect(refusal(blobOfCoefficient(0, CELL_LIMIT))).toBe("blobs/no-batch");
    expect(refusal(blobOfCoefficient(7, CELL_LIMIT))).toBe("blobs/no-batch");
    expect(refusal(blobOfCoefficient(7, CELL_LIMIT - 1n))).toBeNull();
    expect(refusal(blobOfCoefficient(BLOB_ELEMENTS - 1, 1n))).toBe("blobs/no-batch");
  });

  const withElement = (element: bigint): bigint[] =>
    Array.from({ length: BLOB_ELEMENTS }, (_, i) => (i === 9 ? element : 0n));

  /** The blob of the polynomial coefficient · X^degree. */
  const blobOfCoefficient = (degree: number, coefficient: bigint): Uint8Array =>
    elementsToBlob(
      Array.from(
        { length: BLOB_ELEMENTS },
        (_, i) => (coefficient * power(ROOT, (reverse12(i) * degree) % BLOB_ELEMENTS)) % BLOB_MODULUS,
      ),
    );
});

function reverse12(position: number): number {
  return Number.parseInt(position.toString(2).padStart(12, "0").split("").reverse().join(""), 2);
}

function power(base: bigint, exponent: number): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % BLOB_MODULUS;
    if (bit === "1") result = (result * base) % BLOB_MODULUS;
  }
  return result;
}
