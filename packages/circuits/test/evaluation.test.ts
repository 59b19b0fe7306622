import { BLOB_MODULUS, bytesToCells, evaluateCells, FIELD_MODULUS, hexToBytes } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import batches from "../../../vectors/batch.json" with { type: "json" };
import { type EvaluationWitness, evaluationWitness, limbsOf, SOLO_EVALUATION } from "../src/witness/evaluation.ts";
import { BATCH_EVALUATION } from "../src/witness/lists.ts";
import { gadgetRefusal } from "./support/gadget.ts";

const SHAPE = SOLO_EVALUATION.solo16;
const CELLS = SHAPE.groupCells * SHAPE.groups;
const RESIDUE_BITS = 255n;
const MODULUS_OF_COLUMNS = 1n << 258n;
const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);

/** A witness in which a test may change anything. */
type Forgeable = { -readonly [Name in keyof EvaluationWitness]: EvaluationWitness[Name] };
type Case = { readonly cells: readonly bigint[]; readonly point: bigint; readonly evaluation: bigint };

const cells = Array.from({ length: CELLS }, (_, i) => (BigInt(i + 1) * 0x1234_5678_9abc_def1n ** 3n) % (1n << 208n));
const point = (1n << 247n) + 987_654_321n;
const honest: Case = { cells, point, evaluation: evaluateCells(cells, point) };

/** What refuses the case with the honest witness, or with what `forge` makes of it. */
function refusal(
  given: Case,
  forge: (witness: Forgeable) => void = () => undefined,
  halves: object = {},
): Promise<string | null> {
  const evaluation: Forgeable = structuredClone(evaluationWitness(given.cells, given.point, SHAPE));
  forge(evaluation);
  const binding = {
    blocksRoot: 0n,
    point: given.point,
    evaluationLow: BigInt.asUintN(128, given.evaluation),
    evaluationHigh: given.evaluation >> 128n,
    l1Evaluation: 0n,
    payoutsEvaluation: 0n,
    ...halves,
  };
  const words = Array.from({ length: CELLS }, (_, i) => given.cells[i] ?? 0n).flatMap((cell) => [
    cell >> 104n,
    BigInt.asUintN(104, cell),
  ]);
  return gadgetRefusal("evaluation", { words, binding, evaluation });
}

/** The number with these limbs. */
const joined = (limbs: readonly bigint[]): bigint => limbs.reduceRight((sum, limb) => (sum << 86n) + limb, 0n);

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (a > 0n) [a, b, x, y] = [b % a, a, y - (b / a) * x, x];
  return ((y % modulus) + modulus) % modulus;
}

/** What refuses this step for the square of the point, with everything else honest. */
const withSquare = (step: EvaluationWitness["powers"][number]): Promise<string | null> =>
  refusal(honest, (witness) => {
    witness.powers = [...witness.powers.slice(0, 1), step, ...witness.powers.slice(2)];
  });

/** x = y * B modulo `modulus`, both about as long as its root. */
function smallMultiple(modulus: bigint): [x: bigint, y: bigint] {
  let [a, b, x, y] = [modulus, BLOB_MODULUS % modulus, 0n, 1n];
  while (b * b > modulus) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return [b, y];
}

/**
 * The square of the point, altered by `by`, with the quotient that makes the equation of its step hold modulo `modulus`;
 * null if that quotient is too large.
 */
function wrongSquare(modulus: bigint, by: bigint): EvaluationWitness["powers"][number] | null {
  const result = ((point * point) % BLOB_MODULUS) + by;
  const difference = (((point * point - result) % modulus) + modulus) % modulus;
  const quotient = (difference * inverse(BLOB_MODULUS, modulus)) % modulus;
  return quotient >> 256n === 0n ? { result: limbsOf(result), quotient: limbsOf(quotient) } : null;
}

describe("bounds of 6.5", () => {
  const largest = (bits: number) => (1n << BigInt(bits)) - 1n;
  const [word, limb, high] = [largest(104), largest(86), largest(83)];
  const [quotientLow, quotientHigh] = [largest(86), largest(84)];
  const modulus = limbsOf(BLOB_MODULUS) as [bigint, bigint, bigint];
  const cellsOfGroup = Math.max(...[BATCH_EVALUATION, ...Object.values(SOLO_EVALUATION)].map((it) => it.groupCells));

  /** Columns of the largest group: `columns` in residues.nr. */
  const [low, top] = [limb, high].map((part) => BigInt(cellsOfGroup) * word * part) as [bigint, bigint];
  const sums: [bigint, bigint, bigint, bigint] = [low, low + (low << 18n), top + (low << 18n), top << 18n];
  const residue = limb + (limb << 86n) + (high << 172n);
  const left = residue * residue + sums.reduceRight((sum, column) => (sum << 86n) + column, 0n);
  const quotient = quotientLow + (quotientLow << 86n) + (quotientHigh << 172n);

  it("sums of one group do not wrap, with the words and limbs at their largest", () => {
    expect(cellsOfGroup).toBe(63);
    expect(sums.every((sum) => sum < FIELD_MODULUS)).toBe(true);
  });

  it("two sides that are equal modulo r and modulo 2^258 are equal", () => {
    const right = residue + quotient * BLOB_MODULUS;
    expect(right < FIELD_MODULUS * MODULUS_OF_COLUMNS && left < FIELD_MODULUS * MODULUS_OF_COLUMNS).toBe(true);
  });

  it("every honest quotient fits its limbs", () => {
    expect(left / BLOB_MODULUS).toBeLessThanOrEqual(quotient);
  });

  it("columns and 2^86 times a carry stay apart modulo r; carries of an honest prover have room", () => {
    const carries = [largest(111), largest(131), largest(131)] as const;
    const products = [limb * limb, 2n * limb * limb, 2n * limb * high + limb * limb] as const;
    const [b0, b1, b2] = modulus;
    const taken = [b0, b0 + b1, b0 + b1 + b2].map((sum) => limb + quotientLow * sum);
    for (const [i, carry] of carries.entries()) {
      const before = i === 0 ? 0n : (carries[i - 1] ?? 0n);
      const above = (products[i] ?? 0n) + (sums[i] ?? 0n) + before;
      const below = (taken[i] ?? 0n) + before;
      expect(above + (carry << 86n) < FIELD_MODULUS && below + ((carry + 1n) << 86n) < FIELD_MODULUS).toBe(true);
      expect(above >> 86n <= carry && below >> 86n <= carry).toBe(true);
    }
  });
});

describe("the data polynomial's value", () => {
  it("is that of the cells at the point, modulo BLS12-381's order", async () => {
    const cell = fc.oneof(
      { weight: 4, arbitrary: uint(208) },
      { weight: 1, arbitrary: fc.constant((1n << 208n) - 1n) },
    );
    const points = fc.oneof(uint(248), fc.constantFrom(0n, 1n, (1n << 248n) - 1n));
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: CELLS }), points, async (drawn, at) => {
        expect(await refusal({ cells: drawn, point: at, evaluation: evaluateCells(drawn, at) })).toBeNull();
      }),
      { numRuns: 12 },
    );
  });

  it("is that of the golden batch", async () => {
    const [batch] = batches.cases;
    if (batch === undefined) expect.unreachable();
    const published = bytesToCells(hexToBytes(batch.data as `0x${string}`));
    const golden = { cells: published, point: BigInt(batch.point), evaluation: BigInt(batch.evaluation) };
    expect(await refusal(golden)).toBeNull();
    expect(await refusal({ ...golden, evaluation: golden.evaluation + 1n })).toMatch("evaluation differs");
  });

  it("cannot be another one", async () => {
    for (const change of [1n, -1n, 1n << 86n, 1n << 128n, 1n << 200n]) {
      const evaluation = honest.evaluation + change;
      expect(await refusal({ ...honest, evaluation })).toBe("binding: data evaluation differs");
    }
  });

  it("cannot be that of other cells: one altered, two exchanged, one left out, one added", async () => {
    const [first = 0n, second = 0n, ...rest] = cells;
    const others = [
      [first + 1n, second, ...rest],
      [second, first, ...rest],
      [first, ...rest, 0n],
      [first, second, ...rest.slice(0, -1), 1n],
    ];
    for (const other of others) {
      expect(await refusal({ ...honest, cells: other })).toBe("binding: data evaluation differs");
    }
  });

  it("cannot be that at another point", async () => {
    const other = evaluationWitness(cells, point + 1n, SHAPE);
    const forged = await refusal({ ...honest, evaluation: evaluateCells(cells, point + 1n) }, (witness) =>
      Object.assign(witness, other),
    );
    expect(forged).toBe("binding: limbs of another point");
  });

  it("has limbs of one reading: the point plus r, in limbs of their width, is refused", async () => {
    const wrapped = limbsOf(point + FIELD_MODULUS);
    const refused = await refusal(honest, (witness) => Object.assign(witness, { point: wrapped }));
    expect(refused).toMatch(/witness.point\[2\]/);
  });

  it("may be reached over an unreduced sum, which is the same modulo the order", async () => {
    // A point at which the last group's value leaves room for the order.
    const at = Array.from({ length: 200 }, (_, i) => point + BigInt(i)).find((candidate) => {
      const last = evaluationWitness(cells, candidate, SHAPE).groups.at(-1);
      return last !== undefined && (joined(last.result) + BLOB_MODULUS) >> RESIDUE_BITS === 0n;
    });
    if (at === undefined) expect.unreachable();
    const refused = await refusal({ cells, point: at, evaluation: evaluateCells(cells, at) }, (witness) => {
      const [first, middle, last] = witness.groups;
      const power = witness.powers.at(-1);
      if (!(first && middle && last && power)) expect.unreachable();
      const unreduced = {
        result: limbsOf(joined(last.result) + BLOB_MODULUS),
        quotient: limbsOf(joined(last.quotient) - 1n),
      };
      const next = { ...middle, quotient: limbsOf(joined(middle.quotient) + joined(power.result)) };
      witness.groups = [first, next, unreduced];
    });
    expect(refused).toBeNull();
  });

  it("is not reached by a power that is right modulo r only", async () => {
    const wrong = [1n, 2n, 3n, 4n, 5n, 6n].map((by) => wrongSquare(FIELD_MODULUS, by)).find((step) => step !== null);
    if (wrong === undefined || wrong === null) expect.unreachable();
    expect(await withSquare(wrong)).toMatch(/\(t0 \+ TWO_POW_111\)/);
  });

  it("is not reached by a power that is right modulo 2^258 only", async () => {
    const tried = Array.from({ length: 64 }, (_, i) => wrongSquare(MODULUS_OF_COLUMNS, BigInt(i + 1)));
    const wrong = tried.find((step) => step !== null);
    if (wrong === undefined || wrong === null) expect.unreachable();
    expect(await withSquare(wrong)).toBe("residues: not equal modulo r");
  });

  it("refuses every limb beyond its width, in results and quotients", async () => {
    const widen = (limbs: readonly bigint[], place: number): bigint[] =>
      limbs.map((limb, i) => (i === place ? limb + (1n << 86n) : i === place + 1 ? limb - 1n : limb));
    for (const [part, wire] of [
      ["result", "limbs"],
      ["quotient", "q"],
    ] as const) {
      for (const place of [0, 1]) {
        const refused = await refusal(honest, (witness) => {
          witness.groups = witness.groups.map((step, i) =>
            i === 0 ? { ...step, [part]: widen(step[part], place) } : step,
          );
        });
        expect(refused).toBe(`residues.nr: ${wire}[${place}].assert_max_bit_size`);
      }
    }
  });

  it("refuses a residue of 256 bits, the square of the point plus the order", async () => {
    const [, square] = evaluationWitness(cells, point, SHAPE).powers;
    if (square === undefined) expect.unreachable();
    const result = joined(square.result) + BLOB_MODULUS;
    expect(result >> RESIDUE_BITS).toBeGreaterThan(0n);
    const step = { result: limbsOf(result), quotient: limbsOf(joined(square.quotient) - 1n) };
    expect(await withSquare(step)).toBe("residues.nr: limbs[2].assert_max_bit_size");
  });

  it("refuses a quotient of 257 bits, with which both equations and all carries would hold for a wrong square", async () => {
    const multiple = FIELD_MODULUS * MODULUS_OF_COLUMNS;
    const result = (((point * point) % BLOB_MODULUS) + multiple) % BLOB_MODULUS;
    const quotient = (point * point + multiple - result) / BLOB_MODULUS;
    expect(await withSquare({ result: limbsOf(result), quotient: limbsOf(quotient) })).toBe(
      "residues.nr: q[2].assert_max_bit_size",
    );
  });

  it.each([
    ["first", 86n, "t1"],
    ["first and the second", 172n, "t2"],
  ])("is not reached by a power that is right modulo r and in the %s column", async (_columns, bits, carry) => {
    const [x, y] = smallMultiple(FIELD_MODULUS << bits);
    const [result, quotient] = [(point * point) % BLOB_MODULUS, (point * point) / BLOB_MODULUS];
    const step = { result: limbsOf(result - x), quotient: limbsOf(quotient + y) };
    expect([result - x, quotient + y].every((value) => value >= 0n)).toBe(true);
    expect(await withSquare(step)).toMatch(`residues.nr: (${carry} + TWO_POW_131)`);
  });

  it("is accepted as the value plus the order where that has 255 bits: L1 must name the canonical one", async () => {
    const at = Array.from({ length: 400 }, (_, i) => point + BigInt(i)).find(
      (candidate) => (evaluateCells(cells, candidate) + BLOB_MODULUS) >> RESIDUE_BITS === 0n,
    );
    if (at === undefined) expect.unreachable();
    const evaluation = evaluateCells(cells, at) + BLOB_MODULUS;
    const refused = await refusal({ cells, point: at, evaluation }, (witness) => {
      const [first, ...rest] = witness.groups;
      if (first === undefined) expect.unreachable();
      const result = limbsOf(evaluation);
      witness.groups = [{ result, quotient: limbsOf(joined(first.quotient) - 1n) }, ...rest];
      witness.middleHigh = (result[1] ?? 0n) >> 42n;
    });
    expect(refused).toBeNull();
  });

  it("has one form as two halves: exchanged, or with a bit carried from one to the other, they are refused", async () => {
    const [low, high] = [BigInt.asUintN(128, honest.evaluation), honest.evaluation >> 128n];
    const forms = [
      { evaluationLow: high, evaluationHigh: low },
      { evaluationLow: low + (1n << 128n), evaluationHigh: high - 1n },
    ];
    for (const halves of forms) expect(await refusal(honest, undefined, halves)).toMatch("evaluation differs");
  });

  it("splits the value in one way: a middle limb cut elsewhere is refused", async () => {
    const refused = await refusal(honest, (witness) => {
      witness.middleHigh -= 1n;
    });
    expect(refused).toMatch(/middle_low/);
  });
});
