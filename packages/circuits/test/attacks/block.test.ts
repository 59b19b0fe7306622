import { blockHash, type Chains, extendChain, historyOf } from "@cairn/crypto";
import { accountIndex, type ChainEntry, type L1Operation, l1Entry } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { l1Witness } from "../../src/witness/parts.ts";
import type { BlockWitness } from "../../src/witness/types.ts";
import {
  AT,
  bob,
  carol,
  ETH,
  mallory,
  NOW,
  refusalOf,
  signatureOf,
  signed,
  slotOf,
  target,
  transfer,
  withdraw,
} from "../support/attack.ts";
import { rowsOf } from "../support/history.ts";

const NO_PAYOUT = { target: 0n, amount: 0n };
/** A withdrawal that somebody requested for an account that is not his: it is consumed and does nothing. */
const ignored = (sender: bigint): L1Operation => ({ type: "forcedWithdraw", sender, index: AT.aliceEth });

const put = <T>(list: T[], place: number, item: T): void => {
  list[place] = item;
};

describe("L1 operations", () => {
  const block = target({ l1Operations: [ignored(mallory.owner), ignored(carol.owner)] });
  const forged = (change: (witness: BlockWitness) => void, isClaimHonest = false) =>
    refusalOf(block, {
      witness: change,
      ...(isClaimHonest ? { claim: () => block.built.claim } : {}),
    });
  const differs = "claim: new history differs";

  it("of the honest block", async () => expect(await forged(() => undefined, true)).toBeNull());

  it("consumed as others than those that L1 queued: exchanged, altered where the state does not show it", async () => {
    const exchanged = ({ l1Operations }: BlockWitness) => {
      const [first, second] = l1Operations;
      if (first && second) l1Operations.splice(0, 2, second, first);
    };
    const altered = ({ l1Operations: [first] }: BlockWitness) => {
      if (first) first.key = 77n;
    };
    expect(await forged(exchanged, true)).toBe(differs);
    expect(await forged(altered, true)).toBe(differs);
  });

  it("behind a slot without one", async () => {
    const refused = await forged((witness) => {
      put(witness.l1Operations, 0, l1Witness(null));
      put(witness.slots, 0, structuredClone(slotOf(witness, 5)));
    });
    expect(refused).toBe("L1 slots do not form a prefix");
  });

  it("left out or added", async () => {
    expect(await forged(({ l1Operations }) => put(l1Operations, 1, l1Witness(null)), true)).toBe(
      "slot: noop opens an account",
    );
    const withoutSecond = (witness: BlockWitness) => {
      put(witness.l1Operations, 1, l1Witness(null));
      put(witness.slots, 1, structuredClone(slotOf(witness, 5)));
    };
    expect(await forged(withoutSecond, true)).toBe(differs);
    const withThird = ({ l1Operations, slots }: BlockWitness) => {
      put(l1Operations, 2, l1Witness(ignored(bob.owner)));
      const [first] = slots;
      if (first) put(slots, 2, structuredClone(first));
    };
    expect(await forged(withThird, true)).toBe(differs);
  });
});

describe("chains that say otherwise than the block", () => {
  const block = target({ l1Operations: [ignored(mallory.owner)], groups: [signed(withdraw())] });
  const { cells, witness, claim } = block.built;
  const { chains: before } = witness;
  const operation = l1Entry(ignored(mallory.owner));
  const { target: payee, amount } = witness.payouts[0] ?? NO_PAYOUT;
  const payout: ChainEntry = [payee, amount, 0n];
  const rows = rowsOf(cells);
  const [header, ...slots] = rows as [ChainEntry, ...ChainEntry[]];
  const zeros: ChainEntry = [0n, 0n, 0n];
  const [x = 0n, y = 0n] = rows.at(-1) ?? zeros;
  const filled: ChainEntry = [x, y, 1n];
  const data = (changed: readonly ChainEntry[]): Partial<Chains> => ({ data: extendChain(before.data, changed) });
  const l1 = (entries: readonly ChainEntry[]): Partial<Chains> => ({ l1: extendChain(before.l1, entries) });
  const payouts = (entries: readonly ChainEntry[]): Partial<Chains> => ({
    payouts: extendChain(before.payouts, entries),
  });
  /** The header cell with one bit set or cleared at its k-th lowest place. */
  const headed = (place: bigint): Partial<Chains> => {
    const [first, ...others] = header;
    return data([[first ^ (1n << place), ...others], ...slots]);
  };
  const hash = (previous: bigint, number: bigint, content: readonly bigint[] = cells): Partial<Chains> => ({
    blocks: blockHash(previous, { number, cells: content }),
  });
  const exchangedCells = [cells[0] ?? 0n, cells[2] ?? 0n, cells[1] ?? 0n, ...cells.slice(3)];
  const wordsExchanged = cells.map((cell, i) =>
    i === 1 ? (cell >> 104n) + (BigInt.asUintN(104, cell) << 104n) : cell,
  );

  const lies: Readonly<Record<string, Partial<Chains>>> = {
    "a data row left out": data(rows.slice(0, -1)),
    "data rows exchanged": data([...slots, header]),
    "a data row added": data([...rows, zeros]),
    "a filling cell that is not 0": data([...rows.slice(0, -1), filled]),
    "words of a cell exchanged": data([[cells[0] ?? 0n, wordsExchanged[1] ?? 0n, cells[2] ?? 0n], ...slots]),
    "a header cell with a bit in its zero byte": headed(96n),
    "a header cell of another fee account": headed(0n),
    "a header cell of another time": headed(104n),
    "a header cell of another number of extras": headed(168n),
    "a header cell of another number of L1 operations": headed(184n),
    "a header cell of another size": headed(200n),
    "no L1 operation": l1([]),
    "an L1 operation consumed twice": l1([operation, operation]),
    "an unused L1 operation": l1([operation, zeros]),
    "no payout": payouts([]),
    "a payout twice": payouts([payout, payout]),
    "an unused payout": payouts([payout, zeros]),
    "a payout with a third word": payouts([[payee, amount, 1n]]),
    "a block hash of another predecessor": hash(before.blocks + 1n, claim.firstBlock),
    "a block hash of another number": hash(before.blocks, claim.firstBlock + 1n),
    "a block hash with another header cell": hash(before.blocks, claim.firstBlock, [
      (cells[0] ?? 0n) ^ (1n << 104n),
      ...cells.slice(1),
    ]),
    "a block hash over exchanged cells": hash(before.blocks, claim.firstBlock, exchangedCells),
  };

  it("of the honest block", async () => {
    const honest = {
      ...data(rows),
      ...l1([operation]),
      ...payouts([payout]),
      ...hash(before.blocks, claim.firstBlock),
    };
    expect(honest).toEqual(block.built.chains);
    expect(await refusalOf(block)).toBeNull();
  });

  it.each(Object.entries(lies))("%s", async (_name, lie) => {
    const history = historyOf({ ...block.built.chains, ...lie });
    expect(history).not.toBe(claim.after.history);
    const refused = await refusalOf(block, { claim: () => ({ ...claim, after: { ...claim.after, history } }) });
    expect(refused).toBe("claim: new history differs");
  });

  it("exchanged in the history before or after it", async () => {
    const exchanged = ({ data: x, l1: y, ...others }: Chains): Chains => ({ data: y, l1: x, ...others });
    const early = await refusalOf(block, {
      witness: (forged) => Object.assign(forged.chains, exchanged(before)),
      claim: () => claim,
    });
    expect(early).toBe("claim: old history differs");
    const history = historyOf(exchanged(block.built.chains));
    const late = await refusalOf(block, { claim: () => ({ ...claim, after: { ...claim.after, history } }) });
    expect(late).toBe("claim: new history differs");
  });
});

describe("time", () => {
  const block = target({ groups: [signed(transfer())] });

  it("of the claim moved, within the validity of everything signed", async () => {
    const claim = { ...block.built.claim, firstTimestamp: BigInt(NOW + 1), lastTimestamp: BigInt(NOW + 1) };
    expect(await refusalOf(block, { claim: () => claim })).toBe("claim: new history differs");
  });

  it("of more than 64 bits", async () => {
    const empty = target({});
    const claim = { ...empty.built.claim, firstTimestamp: 1n << 64n, lastTimestamp: 1n << 64n };
    expect(await refusalOf(empty, { claim: () => claim })).toBe("block.nr: timestamp.assert_max_bit_size");
  });

  it("after validUntil", async () => {
    const expired = transfer({ validUntil: NOW - 1 });
    const refused = await refusalOf(block, {
      witness: (witness) => {
        const slot = slotOf(witness, 0);
        slot.validUntil = BigInt(NOW - 1);
        slot.signature = signatureOf(expired);
      },
    });
    expect(refused).toBe("message.nr: time_left.assert_max_bit_size");
  });

  it("before validFrom", async () => {
    const terms = { reference: 9n, validFrom: NOW + 1 };
    const refused = await refusalOf(block, {
      witness: (witness) => {
        put(witness.terms, 0, { reference: 9n, validFrom: BigInt(NOW + 1) });
        slotOf(witness, 0).signature = signatureOf(transfer(terms));
      },
    });
    expect(refused).toBe("message.nr: time_since.assert_max_bit_size");
  });

  it("in time, with reference and validFrom as signed", async () => {
    const terms = { reference: 2n ** 248n - 1n, validFrom: NOW };
    const refused = await refusalOf(block, {
      witness: (witness) => {
        put(witness.terms, 0, { reference: terms.reference, validFrom: BigInt(NOW) });
        slotOf(witness, 0).signature = signatureOf(transfer(terms));
      },
    });
    expect(refused).toBeNull();
  });
});

describe("account counter", () => {
  it("that starts or ends elsewhere", async () => {
    const deposit: L1Operation = {
      type: "deposit",
      owner: carol.owner,
      tokenId: ETH,
      amount: 5n,
      index: accountIndex(0),
      key: carol.key,
    };
    const block = target({ l1Operations: [deposit] });
    const { before, after } = block.built.claim;
    const moved = (by: number, end: number) => ({
      ...block.built.claim,
      before: { ...before, nextIndex: before.nextIndex + by },
      after: { ...after, nextIndex: after.nextIndex + end },
    });
    expect(await refusalOf(block, { claim: () => moved(0, 0) })).toBeNull();
    expect(await refusalOf(block, { claim: () => moved(0, 1) })).toBe("claim: new next index differs");
    expect(await refusalOf(block, { claim: () => moved(1, 1) })).toBe(
      "slot: account created at another index than the next",
    );
    expect(await refusalOf(block, { claim: () => moved(-1, -1) })).toBe(
      "slot: account created at another index than the next",
    );
  });
});

describe("links", () => {
  it("are signed: a transfer that was part of a swap does not run alone", async () => {
    const link = { offset: 1, content: 5n };
    const block = target({ groups: [signed(transfer())] });
    const refused = await refusalOf(block, {
      witness: (witness) => {
        slotOf(witness, 0).signature = signatureOf(transfer({ link }));
      },
    });
    expect(refused).toMatch(/schnorr|signature/);
  });
});
