import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeReceipt, messageHash } from "@cairn/crypto";
import { startUnprovenRollup, type UnprovenBatch, type UnprovenRollup } from "@cairn/devnet/testing";
import { rollupDomain } from "@cairn/l1";
import { accountIndex, messageWords, payoutListHash, type SignedTransaction } from "@cairn/protocol";
import { bigintToWord, type ReceiptJson, receiptToJson, signedTransactionToJson } from "@cairn/rpc";
import { createTestClient, http, parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHome } from "../../test/home.ts";
import { type NodeDouble, startNodeDouble } from "../../test/node-double.ts";
import { runInTest } from "../../test/run.ts";

const ALICE = accountIndex(64);
const BOB = accountIndex(65);

describe("cairn receipt", () => {
  let rollup: UnprovenRollup;
  let node: NodeDouble;
  let home: ReturnType<typeof createHome>;
  let folder: string;
  let batch: UnprovenBatch;
  let honest: ReceiptJson;
  /** Ids of the transactions of the batch. */
  let first: string;
  let transfer: string;
  let withdrawal: string;

  /** The receipt of a slot of a block of the batch, as an honest node makes it. */
  const receiptOf = (block: number, slot: number): ReceiptJson => {
    const { header, payouts } = batch.batch;
    const previousBlockHash = rollup.batches[0]?.blocks.at(-1)?.chains.blocks ?? 0n;
    const blocks = batch.blocks.map(({ cells }) => cells);
    const path = makeReceipt({ firstBlock: header.firstBlock, previousBlockHash, blocks }, block, Math.floor(slot / 2));
    const hashes = { dataCommitment: batch.dataCommitment, payoutsHash: payoutListHash(payouts) };
    return receiptToJson({ slot, batchNumber: batch.number, header, ...hashes, path });
  };
  const cairn = async (...args: string[]) => {
    const { code, stdout } = await runInTest(["receipt", ...args, "--json"], home.env);
    return { code, value: JSON.parse(stdout) };
  };
  const checkFile = (content: string) => {
    const path = join(folder, "changed.json");
    writeFileSync(path, content);
    return cairn("--file", path);
  };

  beforeAll(async () => {
    rollup = await startUnprovenRollup();
    node = await startNodeDouble();
    folder = mkdtempSync(join(tmpdir(), "cairn-receipt-"));
    home = createHome(node.url, { l1RpcUrl: rollup.devnet.rpcUrl, rollup: rollup.rollup.address });
    for (const position of [1, 2]) await rollup.deposit(position, parseEther("1"));
    await rollup.publish();
    const signed: SignedTransaction[] = [];
    batch = await rollup.publishTogether("pair", [
      (send) => signed.push(send(ALICE, { amount: 5n, to: BOB })),
      (send) => {
        signed.push(send(BOB, { amount: 7n, to: ALICE, fee: 3n }));
        signed.push(send(ALICE, { amount: 9n, recipient: 0xc0ffeen }));
      },
    ]);
    const domain = rollupDomain(rollup.rollup);
    node.state.domain = domain;
    node.submitted.push(signed.map(signedTransactionToJson));
    const ids = signed.map(({ transaction }) => bigintToWord(messageHash(messageWords(transaction, domain))));
    [first = "", transfer = "", withdrawal = ""] = ids;
    honest = receiptOf(1, 0);
    node.state.receipt = honest;
  });
  afterAll(async () => {
    await rollup?.stop();
    await node?.stop();
    home?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shows what the node proves, checked against the contract, and writes it to a file for others", async () => {
    const out = join(folder, "receipt.json");
    const shown = { type: "transfer", from: BOB, to: ALICE, amount: "7", fee: "3" };
    expect(await cairn(transfer, "--out", out)).toMatchObject({
      code: 0,
      value: { id: transfer, batch: 2, block: 3, slot: 0, ...shown, receipt: honest },
    });
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual(honest);
    node.state.receipt = null;
    expect(await cairn("--file", out)).toMatchObject({ code: 0, value: { id: null, ...shown } });
    expect(await cairn(transfer)).toMatchObject({ code: 1, value: { error: { code: "cli/no-receipt" } } });
    node.state.receipt = receiptOf(1, 1);
    const { code, value } = await cairn(withdrawal);
    expect([code, value]).toMatchObject([0, { slot: 1, type: "withdraw", to: null, amount: "9" }]);
  });

  it("tells whether L1 can still undo the batch, and refuses on demand what it can", async () => {
    node.state.receipt = honest;
    const { devnet, rollup: l1 } = rollup;
    const mine = (blocks: number) =>
      createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) }).mine({ blocks });
    const refused = (onL1: string, wanted: string) => ({
      code: 1,
      value: { error: { code: "cli/not-final", details: { batch: 2, onL1, wanted } } },
    });
    // anvil calls safe what is 32 blocks deep, and final what is 64 deep.
    expect(await l1.reader.getBlockNumber()).toBeLessThan(32n);
    expect(await cairn(transfer)).toMatchObject({ code: 0, value: { onL1: "latest" } });
    const out = join(folder, "early.json");
    for (const wanted of ["safe", "finalized"]) {
      expect(await cairn(transfer, "--head", wanted, "--out", out)).toMatchObject(refused("latest", wanted));
    }
    expect(existsSync(out)).toBe(false);
    await mine(32);
    expect(await cairn(transfer, "--head", "safe")).toMatchObject({ code: 0, value: { onL1: "safe" } });
    expect(await cairn(transfer, "--head", "finalized")).toMatchObject(refused("safe", "finalized"));
    await mine(32);
    expect(await cairn(transfer, "--head", "finalized")).toMatchObject({ code: 0, value: { onL1: "finalized" } });
    expect(await cairn(transfer, "--head", "pending")).toMatchObject({ code: 2 });
  });

  it("refuses what a node passes off as the receipt of another transaction", async () => {
    const refusal = { code: 1, value: { error: { code: "cli/bad-receipt" } } };
    node.state.receipt = honest;
    expect(await cairn(transfer)).toMatchObject({ code: 0 });
    for (const id of [first, withdrawal]) expect(await cairn(id), id).toMatchObject(refusal);
    node.state.answersFor = transfer;
    expect(await cairn(first)).toMatchObject(refusal);
    node.state.answersFor = null;
  });

  it("refuses a receipt of which anything was altered", async () => {
    const word = `0x${"00".repeat(31)}01`;
    const altered: readonly (readonly [string, ReceiptJson])[] = [
      ["another slot", { ...honest, slot: 2 }],
      ["an empty slot", { ...receiptOf(1, 2), slot: 3 }],
      ["another cell", { ...honest, path: { ...honest.path, cell: receiptOf(0, 0).path.cell } }],
      ["another block", { ...honest, path: { ...honest.path, block: 0 } }],
      ["a block after the batch", { ...honest, path: { ...honest.path, block: 2 } }],
      ["another predecessor", { ...honest, path: { ...honest.path, previousBlockHash: word } }],
      ["another header cell", { ...honest, path: { ...honest.path, headerCell: receiptOf(0, 0).path.headerCell } }],
      ["a sibling too few", { ...honest, path: { ...honest.path, cellSiblings: honest.path.cellSiblings.slice(1) } }],
      ["another batch", { ...honest, batch: { ...honest.batch, number: 1 } }],
      ["a batch that L1 lacks", { ...honest, batch: { ...honest.batch, number: 3 } }],
      ["another data commitment", { ...honest, batch: { ...honest.batch, dataCommitment: word } }],
      ["another payouts hash", { ...honest, batch: { ...honest.batch, payoutsHash: word } }],
      ["another header", { ...honest, batch: { ...honest.batch, header: `${honest.batch.header.slice(0, -2)}00` } }],
    ];
    for (const [what, receipt] of altered) {
      const { code, value } = await checkFile(JSON.stringify(receipt));
      expect([code, value.error?.code], what).toEqual([1, "cli/bad-receipt"]);
    }
  });

  it("refuses what is no receipt, and arguments that contradict each other", async () => {
    for (const content of ["", "{}", "[1]", JSON.stringify({ ...honest, path: null })]) {
      expect(await checkFile(content), content).toMatchObject({
        code: 1,
        value: { error: { code: "cli/bad-receipt" } },
      });
    }
    const usage = { code: 2, value: { error: { code: "cli/usage" } } };
    expect(await cairn()).toMatchObject(usage);
    expect(await cairn(transfer, "--file", "x")).toMatchObject(usage);
    expect(await cairn("0x12")).toMatchObject(usage);
    const missing = { code: 2, value: { error: { code: "cli/bad-file", explain: "cli/bad-file" } } };
    expect(await cairn("--file", join(folder, "missing.json"))).toMatchObject(missing);
  });
});
