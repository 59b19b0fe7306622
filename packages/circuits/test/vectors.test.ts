import { compress } from "@cairn/crypto";
import { decodeL1Operation, FIELD_MODULUS, hexToBytes, publishedDataWords, SLOT_KIND, tokenId } from "@cairn/protocol";
import { createWorkingTree } from "@cairn/state";
import { createSparseState } from "@cairn/testkit";
import { describe, expect, it } from "vitest";
import data from "../../../vectors/data.json" with { type: "json" };
import float from "../../../vectors/float.json" with { type: "json" };
import hash from "../../../vectors/hash.json" with { type: "json" };
import leaf from "../../../vectors/leaf.json" with { type: "json" };
import message from "../../../vectors/message.json" with { type: "json" };
import payouts from "../../../vectors/payouts.json" with { type: "json" };
import publicInputs from "../../../vectors/public-input.json" with { type: "json" };
import queue from "../../../vectors/queue.json" with { type: "json" };
import signature from "../../../vectors/signature.json" with { type: "json" };
import tree from "../../../vectors/tree.json" with { type: "json" };
import txTree from "../../../vectors/tx-tree.json" with { type: "json" };
import {
  bigintToWords,
  bytesToWords,
  float16Witness,
  float40Witness,
  indexWitness,
  payoutWords,
  recordWitness,
  signatureWitness,
} from "../src/witness-parts.ts";
import { gadgetRefusal, runGadget } from "./support/gadget.ts";
import { pathOf, subrootsOf } from "./support/tree-path.ts";

const big = BigInt;
const words = (hex: string) => bytesToWords(hexToBytes(hex));

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

  it.each(queue.cases)("queue hash $hashAfter", async (row) => {
    const record = recordWitness(decodeL1Operation(hexToBytes(row.record)));
    const output = await runGadget("l1_queue", { record, hash: words(row.hashBefore) });
    expect((output as readonly unknown[])[1]).toEqual(words(row.hashAfter).map(big));
  });

  it.each(data.cases)("data $dataHash", async (row) => {
    const coefficients = publishedDataWords(16, hexToBytes(row.calldata));
    const extras = [0, 1, 2, 3].map((j) => {
      const [owner = 0n, key = 0n] = coefficients.slice(16 + 2 * j);
      return { owner, key };
    });
    const inputs = { slots: coefficients.slice(0, 16), extras, point: big(row.point) };
    expect(await runGadget("data", inputs)).toBe(big(row.evaluation));
  });

  it.each(payouts.cases.filter(({ slotCount }) => slotCount === 16))("payouts $hash", async (row) => {
    const list = row.recipients.map((recipient, i) => ({
      recipient: big(recipient),
      tokenId: tokenId(row.tokenIds[i] ?? 0),
      amount: big(row.amounts[i] ?? 0),
    }));
    const records = [0, 1, 2, 3].map((i) => payoutWords(list[i] ?? null));
    expect(records.flat()).toEqual(words(row.list));
    const made = Array.from({ length: 8 }, (_, i) => ({
      made: big(list[i] !== undefined),
      recipient: list[i]?.recipient ?? 0n,
      tokenId: big(list[i]?.tokenId ?? 0),
      amount: list[i]?.amount ?? 0n,
    }));
    expect(await gadgetRefusal("payouts", { words: records, made })).toBeNull();
  });

  it.each(publicInputs.cases.filter((row) => row.firstBlock === row.lastBlock))(
    "public input $publicInput",
    async (row) => {
      const output = await runGadget("public_input", {
        header: {
          chainId: bigintToWords(big(row.chainId), 2),
          rollup: words(row.rollup),
          blockNumber: bigintToWords(big(row.firstBlock), 2),
          timestamp: bigintToWords(big(row.timestamp), 2),
          queueHashBefore: words(row.queueHashBefore),
          oldNextIndex: row.oldNextIndex,
          dataPoint: words(row.dataPoint),
        },
        results: {
          oldRoot: big(row.oldRoot),
          newRoot: big(row.newRoot),
          newNextIndex: row.newNextIndex,
          queueHashAfter: words(row.queueHashAfter),
          l1Count: row.l1OperationCount,
          payoutsHash: words(row.payoutsHash),
          txRoot: big(row.txRoot),
          feeIndices: words(row.feeIndices).slice(0, 3),
          dataEvaluation: big(row.dataEvaluation),
        },
      });
      expect(output).toBe(big(row.publicInput));
    },
  );

  it.each(txTree.cases.filter(({ slotCount }) => slotCount === 16))("txRoot $root", async (row) => {
    const slots = row.slotWords.map((word, i) =>
      [word, row.ownersOrRecipients[i] ?? 0, row.keys[i] ?? 0, row.kinds[i] ?? 0].map(big),
    );
    expect(await runGadget("tx_root", { slots })).toBe(big(row.root));
  });

  it("leave no kind out", () => {
    expect(publicInputs.cases.filter((row) => row.firstBlock === row.lastBlock).length).toBeGreaterThan(3);
    expect(payouts.cases.filter(({ slotCount }) => slotCount === 16).length).toBeGreaterThan(3);
    expect(txTree.cases.filter(({ slotCount }) => slotCount === 16).length).toBeGreaterThan(3);
  });
});
