import { compress } from "@cairn/crypto";
import {
  decodeHeaderCell,
  decodeL1Operation,
  decodePayoutList,
  FIELD_MODULUS,
  hexToBytes,
  l1Entry,
  payoutEntry,
  SLOT_KIND,
} from "@cairn/protocol";
import { createWorkingTree } from "@cairn/state";
import { createSparseState } from "@cairn/testkit";
import { describe, expect, it } from "vitest";
import batches from "../../../vectors/batch.json" with { type: "json" };
import blocks from "../../../vectors/block.json" with { type: "json" };
import float from "../../../vectors/float.json" with { type: "json" };
import hash from "../../../vectors/hash.json" with { type: "json" };
import leaf from "../../../vectors/leaf.json" with { type: "json" };
import message from "../../../vectors/message.json" with { type: "json" };
import queue from "../../../vectors/queue.json" with { type: "json" };
import signature from "../../../vectors/signature.json" with { type: "json" };
import tree from "../../../vectors/tree.json" with { type: "json" };
import { float16Witness, float40Witness, indexWitness, l1Witness, signatureWitness } from "../src/witness/parts.ts";
import { gadgetRefusal, runGadget } from "./support/gadget.ts";
import { pathOf, subrootsOf } from "./support/tree-path.ts";

const big = BigInt;
const WORD = 104n;
/** Of the gadget. */
const POLYNOMIAL_WORDS = 12;

describe("golden vectors in Noir", () => {
  it.each(hash.compress)("compress $hash", async (row) => {
    expect(await runGadget("compress", { words: [row.a, row.b, row.c, row.d].map(big) })).toBe(big(row.hash));
  });

  it.each(leaf.cases)("leaf $hash", async (row) => {
    const fields = {
      owner: big(row.owner),
      tokenId: big(row.tokenId),
      nonce: big(row.nonce),
      ownerKey: big(row.ownerKey),
      balance: big(row.balance),
      key: big(row.key),
    };
    expect(await runGadget("leaf", { leaf: fields })).toEqual([big(row.owner) !== 0n, big(row.hash)]);
  });

  it.each(tree.roots)("tree $root", async (row) => {
    const base = createSparseState({ accounts: new Map(), nextIndex: 64 }, compress);
    const working = createWorkingTree(base, compress);
    let root: unknown = big(tree.genesisRoot);
    for (const [i, index] of row.indices.entries()) {
      const [before, after] = [working.prove(index).leafHash, big(row.leaves[i] ?? 0)];
      const inputs = { subroots: subrootsOf(working), index: indexWitness(index), children: pathOf(working, index) };
      const output = (await runGadget("tree", { ...inputs, before, after })) as readonly unknown[];
      expect(output[0]).toBe(root);
      root = output[1];
      working.update(index, after);
    }
    expect(root).toBe(big(row.root));
  });

  it.each(float.float40)("float40 $encoded", async ({ encoded, value }) => {
    expect(await runGadget("float40", { amount: float40Witness(encoded) })).toEqual([big(value), big(encoded)]);
  });

  it.each(float.float16)("float16 $encoded", async ({ encoded, value }) => {
    expect(await runGadget("float16", { fee: float16Witness(encoded) })).toEqual([big(value), big(encoded)]);
  });

  it.each(message.cases)("message $hash", async (row) => {
    const output = await runGadget("message", {
      message: {
        kind: big(row.kind),
        from: big(row.from),
        to: big(row.to),
        nonce: big(row.nonce),
        tokenId: big(row.tokenId),
        amount: big(row.amount),
        fee: big(row.fee),
        receiver: big(row.recipientOrOwner),
        toKey: big(row.toKey),
      },
      domain: big(row.domainAndTag),
      terms: { reference: big(row.reference), validFrom: big(row.validFrom) },
      validUntil: big(row.validUntil),
      timestamp: 0n,
      isSigned: 0n,
      linkOffset: big(row.word2) & 0xffffn,
      linkContent: big(row.linkContent),
    });
    const [messageHash, linkContent] = output as readonly unknown[];
    expect(messageHash).toBe(big(row.hash));
    if (row.kind !== SLOT_KIND.withdraw) expect(linkContent).toBe(big(row.contentHash));
  });

  it.each([...signature.valid, ...signature.malleated])("signature $rx $s", async (row) => {
    const [m, key] = [big(row.message), big(row.key)];
    const witness = signatureWitness(m, { rx: big(row.rx), s: big(row.s) }, key, compress);
    expect(await gadgetRefusal("schnorr", { m, key, signature: witness })).toBeNull();
  });

  it.each(signature.invalid)("refused signature: $flaw", async (row) => {
    const [honest] = signature.valid;
    const s = big(row.s);
    const { keyY } = signatureWitness(
      big(honest?.message ?? 0),
      { rx: big(honest?.rx ?? 0), s: big(honest?.s ?? 0) },
      big(honest?.key ?? 0),
      compress,
    );
    const forged = { rx: big(row.rx), sLow: s % 2n ** 128n, sHigh: s / 2n ** 128n, keyY };
    const inputs = { m: big(row.message), key: big(row.key), signature: forged };
    const isField = [inputs.m, inputs.key, forged.rx].every((value) => value < FIELD_MODULUS);
    if (isField) expect(await gadgetRefusal("schnorr", inputs)).not.toBeNull();
    else await expect(runGadget("schnorr", inputs)).rejects.toMatchObject({ code: "circuits/bad-input" });
  });

  it.each(queue.cases)("L1 operation $record", async (row) => {
    const operation = l1Witness(decodeL1Operation(hexToBytes(row.record)));
    expect(await runGadget("l1_operation", { operation })).toEqual(row.words.map(big));
  });

  it.each(blocks.cases)("cells of block $blockHash", async (row) => {
    const [header = 0n, ...cells] = row.cells.map(big);
    const { l1Count, extraCount, timestamp, feeIndices } = decodeHeaderCell(header);
    const words = cells.flatMap((cell) => [cell >> WORD, BigInt.asUintN(Number(WORD), cell)]);
    const output = await runGadget("cells", {
      counts: [big(l1Count), big(extraCount)],
      timestamp,
      feeIndices: feeIndices.map(big),
      slots: words.slice(0, 16),
      extras: [16, 20, 24, 28].map((at) => [0, 1, 2, 3].map((i) => words[at + i] ?? 0n)),
      used: [0, 1, 2, 3, 4].map((j) => big(j < extraCount)),
      chain: big(row.dataChainBefore),
    });
    expect(output).toEqual([header, big(row.dataChainAfter), big(row.cellsRoot)]);
  });

  it.each(blocks.cases)("chains of block $blockHash", async (row) => {
    const after = {
      data: big(row.dataChainAfter),
      l1: big(row.l1ChainAfter),
      payouts: big(row.payoutChainAfter),
      blocks: big(row.blocksChainAfter),
    };
    /** The chain, the history and the blocks root. */
    const extended = async (chain: bigint, entry?: readonly bigint[]) => {
      const inputs = { chains: { ...after, l1: chain }, used: big(entry !== undefined), entry: entry ?? [0n, 0n, 0n] };
      return (await runGadget("chains", inputs)) as readonly bigint[];
    };
    const chained = async (before: string, words: readonly string[], length: number) => {
      let chain = big(before);
      for (let at = 0; at < words.length; at += length) {
        const entry = [0, 1, 2].map((i) => big(i < length ? (words[at + i] ?? 0) : 0));
        [chain = 0n] = await extended(chain, entry);
      }
      return chain;
    };
    expect(await chained(row.l1ChainBefore, row.l1Entries, 3)).toBe(after.l1);
    expect(await chained(row.payoutChainBefore, row.payoutEntries, 2)).toBe(after.payouts);
    expect((await extended(after.l1))[1]).toBe(big(row.history));
  });

  it.each(batches.cases)("lists of batch $commitment", async (row) => {
    const lists = [
      [row.l1Evaluation, row.l1Records.flatMap((record) => l1Entry(decodeL1Operation(hexToBytes(record))))],
      [
        row.payoutsEvaluation,
        decodePayoutList(hexToBytes(row.payoutList)).flatMap((payout) => [...payoutEntry(payout)].slice(0, 2)),
      ],
    ] as const;
    for (const [value, list] of lists) {
      expect(list.length).toBeLessThanOrEqual(POLYNOMIAL_WORDS);
      const words = Array.from({ length: POLYNOMIAL_WORDS }, (_, i) => list[i] ?? 0n);
      expect(await runGadget("polynomial", { words, point: big(row.point) })).toBe(big(value));
    }
  });
});
