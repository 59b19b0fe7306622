import { extendChain, historyOf } from "@cairn/crypto";
import { evaluateCells, evaluateWords, FIELD_MODULUS, WORD_BITS } from "@cairn/protocol";
import type { InputMap } from "@noir-lang/noir_js";
import { describe, expect, it } from "vitest";
import { bindingFields, claimFields } from "../src/prove/input-map.ts";
import { inputValue } from "../src/prove/input-value.ts";
import { evaluationWitness } from "../src/witness/evaluation.ts";
import { type ListsWitness, listsWitness } from "../src/witness/lists.ts";
import { inputWires } from "./support/acir.ts";
import { program } from "./support/cache.ts";
import { describeEveryHint } from "./support/every-hint.ts";
import { circuitRefusal } from "./support/refusal.ts";
import { type SampleBatch, sampleBatch } from "./support/sample-batch.ts";

/** Sizes of `noir/gadgets/lists`; the two blocks have 10 rows, and two entries in each other list. */
const [ROWS, ENTRIES, SHAPE] = [12, 4, { groupCells: 6, groups: 6 }];
const LISTS = ["rows", "operations", "payouts", "blocks"] as const;

type Inputs = {
  lists: ListsWitness;
  binding: SampleBatch["binding"];
  claim: SampleBatch["claim"];
  /** What the evaluation is witnessed for. */
  cells: bigint[];
  evaluatedAt: bigint;
};

const sample = sampleBatch(2);
const hashes = sample.built.map(({ chains }) => chains.blocks);
const honest = honestInputs();

function honestInputs(): Inputs {
  const { content, binding, claim } = sample;
  const all = listsWitness(content.chains, content.blocks);
  return {
    lists: {
      chains: all.chains,
      rows: all.rows.slice(0, ROWS),
      operations: all.operations.slice(0, ENTRIES),
      payouts: all.payouts.slice(0, ENTRIES),
      blocks: all.blocks.slice(0, ENTRIES),
    },
    binding: { ...binding, blocksRoot: rootOf(hashes) },
    claim,
    cells: content.blocks.flatMap(({ cells }) => [...cells]),
    evaluatedAt: binding.point,
  };
}

/** The tree of 4 leaves that the gadget has instead of one of 64. */
function rootOf([a = 0n, b = 0n, c = 0n, d = 0n]: readonly bigint[]): bigint {
  return extendChain(a, [[b, c, d]]);
}

const GADGET = "gadgets/lists";

/** Runs the gadget on inputs that an attacker changed. */
async function refusal(change: (inputs: Inputs) => void = () => undefined): Promise<string | null> {
  const inputs = structuredClone(honest);
  change(inputs);
  return circuitRefusal((await program(GADGET)).circuit, parametersOf(inputs));
}

function parametersOf({ claim, binding, lists, cells, evaluatedAt }: Inputs): InputMap {
  const evaluation = evaluationWitness(cells, evaluatedAt, SHAPE);
  const parameters = { claim: claimFields(claim), binding: bindingFields(binding), lists, evaluation };
  return inputValue(parameters) as InputMap;
}

/** The attacker puts on L1 what he changed, so that only the history is against him. */
function publish(inputs: Inputs): void {
  const { lists, binding } = inputs;
  const { point } = binding;
  inputs.cells = lists.rows.flatMap(({ words }) =>
    [0, 2, 4].map((i) => ((words[i] ?? 0n) << BigInt(WORD_BITS)) + (words[i + 1] ?? 0n)),
  );
  inputs.binding = {
    ...binding,
    evaluation: evaluateCells(inputs.cells, point),
    l1Evaluation: evaluateWords(
      lists.operations.flatMap(({ entry }) => entry),
      point,
    ),
    payoutsEvaluation: evaluateWords(
      lists.payouts.flatMap(({ target, amount }) => [target, amount]),
      point,
    ),
  };
}

function at<T>(list: readonly T[], i: number): T {
  const found = list[i];
  if (found === undefined) throw new TypeError(`no entry ${i}`);
  return found;
}

function swap<T>(list: T[], i: number, j: number): void {
  [list[i], list[j]] = [at(list, j), at(list, i)];
}

it("accepts the lists of two blocks, with places left behind them", async () => {
  const used = LISTS.map((name) => honest.lists[name].filter(({ isUsed }) => isUsed).length);
  expect(used).toEqual([10, 2, 2, 2]);
  expect(await refusal()).toBeNull();
});

describe("rows that the attacker publishes as he changed them", () => {
  const NO_ROW = { isUsed: false, words: [0n, 0n, 0n, 0n, 0n, 0n] };
  const changes: Readonly<Record<string, (rows: ListsWitness["rows"]) => void>> = {
    altered: (rows) => at(rows, 1).words.splice(2, 1, 5n),
    exchanged: (rows) => swap(rows, 0, 1),
    dropped: (rows) => rows.splice(1, 1) && rows.push(NO_ROW),
    repeated: (rows) => rows.splice(1, 0, structuredClone(at(rows, 1))) && rows.pop(),
    added: (rows) => rows.splice(10, 1, { ...structuredClone(at(rows, 1)) }),
  };
  it.each(Object.entries(changes))("%s", async (_name, change) => {
    const refused = await refusal((inputs) => {
      change(inputs.lists.rows);
      publish(inputs);
    });
    expect(refused).toBe("binding: new history differs");
  });
});

describe("entries that the attacker gives to L1 as he changed them", () => {
  it.each(["operations", "payouts", "blocks"] as const)("%s exchanged", async (name) => {
    const refused = await refusal((inputs) => {
      swap<object>(inputs.lists[name], 0, 1);
      publish(inputs);
      const [a = 0n, b = 0n] = hashes;
      if (name === "blocks") inputs.binding = { ...inputs.binding, blocksRoot: rootOf([b, a]) };
    });
    expect(refused).toBe(name === "blocks" ? "binding: blocks root differs" : "binding: new history differs");
  });

  it.each(["operations", "payouts"] as const)("%s: the last one left out", async (name) => {
    const refused = await refusal((inputs) => {
      const list: object[] = inputs.lists[name];
      list.splice(1, 1, structuredClone(at(list, 2)));
      publish(inputs);
    });
    expect(refused).toBe("binding: new history differs");
  });
});

describe("chains", () => {
  it.each(["data", "l1", "payouts", "blocks"] as const)("history opened with another %s chain", async (name) => {
    expect(await refusal(({ lists }) => lists.chains[name]++)).toBe("binding: old history differs");
  });
  it("exchanged in the history", async () => {
    const refused = await refusal(({ lists: { chains } }) => {
      [chains.data, chains.payouts] = [chains.payouts, chains.data];
    });
    expect(refused).toBe("binding: old history differs");
  });
  it("started at 0 in a batch that is not the first", async () => {
    const refused = await refusal(({ lists }) => {
      lists.chains = { data: 0n, l1: 0n, payouts: 0n, blocks: 0n };
    });
    expect(refused).toBe("binding: old history differs");
  });
  it("started at 0 with the history to match, which L1 does not have: the new history is another", async () => {
    const refused = await refusal((inputs) => {
      inputs.lists.chains = { data: 0n, l1: 0n, payouts: 0n, blocks: 0n };
      const before = { ...inputs.claim.before, history: historyOf(inputs.lists.chains) };
      inputs.claim = { ...inputs.claim, before };
    });
    expect(refused).toMatch(/binding: (blocks root|new history) differs/);
  });
});

describe("places behind the end", () => {
  it("an unused cell that is not 0, published", async () => {
    for (const word of [0, 1, 5]) {
      const refused = await refusal((inputs) => {
        at(inputs.lists.rows, 11).words[word] = 1n;
        publish(inputs);
      });
      expect(refused).toBe("binding: unused row is not zero");
    }
  });

  const gaps = { rows: "rows", operations: "L1 operations", payouts: "payouts", blocks: "blocks" } as const;
  it.each(Object.entries(gaps))("a gap in the %s", async (name, words) => {
    const refused = await refusal(({ lists }) => {
      const list: { isUsed: boolean }[] = lists[name as keyof typeof gaps];
      const last = list.findLastIndex(({ isUsed }) => isUsed);
      swap(list, last, last + 1);
    });
    expect(refused).toBe(`binding: gap in the ${words}`);
  });

  it("an operation or payout that L1 gets and no chain does", async () => {
    for (const place of [0, 1, 2]) {
      const refused = await refusal((inputs) => {
        at(inputs.lists.operations, 2).entry[place] = 5n;
        publish(inputs);
      });
      expect(refused).toBe("binding: unused L1 operation is not zero");
    }
    for (const name of ["target", "amount"] as const) {
      const refused = await refusal((inputs) => {
        at(inputs.lists.payouts, 2)[name] = 5n;
        publish(inputs);
      });
      expect(refused).toBe("binding: unused payout is not zero");
    }
  });

  it("a leaf too many in the blocks root", async () => {
    const refused = await refusal((inputs) => {
      inputs.binding = { ...inputs.binding, blocksRoot: rootOf([...hashes, hashes[1] ?? 0n]) };
    });
    expect(refused).toBe("binding: blocks root differs");
  });
});

describe("words and values", () => {
  it("a cell beyond 208 bits; words that borrow from each other", async () => {
    for (const cell of [0, 2, 4]) {
      const high = await refusal(({ lists }) => {
        const { words } = at(lists.rows, 1);
        words[cell] = at(words, cell) + (1n << 104n);
      });
      expect(high).toBe("lists.nr: high.assert_max_bit_size");
      const low = await refusal(({ lists }) => {
        const { words } = at(lists.rows, 1);
        words[cell] = at(words, cell) + 1n;
        words[cell + 1] = (at(words, cell + 1) + FIELD_MODULUS - (1n << 104n)) % FIELD_MODULUS;
      });
      expect(low).toBe("lists.nr: low.assert_max_bit_size");
    }
  });

  it("an operation or payout in the chain that L1 does not get, or gets otherwise", async () => {
    for (const name of ["l1Evaluation", "payoutsEvaluation"] as const) {
      const refused = await refusal((inputs) => {
        inputs.binding = { ...inputs.binding, [name]: 0n };
      });
      expect(refused).toBe(`binding: ${name === "l1Evaluation" ? "L1" : "payouts"} evaluation differs`);
    }
  });

  it("a payout with a third word", async () => {
    const refused = await refusal((inputs) => {
      const { chains } = at(sample.built, 1);
      const { payouts: before } = at(sample.built, 0).chains;
      const { target, amount } = at(inputs.lists.payouts, 1);
      const payouts = extendChain(before, [[target, amount, 5n]]);
      inputs.claim = { ...inputs.claim, after: { ...inputs.claim.after, history: historyOf({ ...chains, payouts }) } };
    });
    expect(refused).toBe("binding: new history differs");
  });

  it("a block at another place: its number is its position", async () => {
    const refused = await refusal((inputs) => {
      inputs.claim = { ...inputs.claim, firstBlock: inputs.claim.firstBlock + 1n };
    });
    expect(refused).toMatch(/binding: blocks root differs/);
  });

  it("another point", async () => {
    expect(await refusal((inputs) => inputs.evaluatedAt++)).toBe("binding: limbs of another point");
  });

  it("cells shifted by one", async () => {
    const refused = await refusal((inputs) => {
      inputs.cells = [0n, ...inputs.cells];
      inputs.binding = { ...inputs.binding, evaluation: evaluateCells(inputs.cells, inputs.binding.point) };
    });
    expect(refused).toBe("residues: not equal modulo r");
  });

  it("the value of other cells", async () => {
    const refused = await refusal((inputs) => {
      inputs.binding = { ...inputs.binding, evaluation: inputs.binding.evaluation + 1n };
    });
    expect(refused).toBe("binding: data evaluation differs");
  });
});

describeEveryHint(GADGET, async () => inputWires((await program(GADGET)).circuit, parametersOf(honest)), {
  identity: 4,
});
