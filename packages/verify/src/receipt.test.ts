import { bigintToHex, FIELD_MODULUS } from "@cairn/protocol";
import type { ReceiptJson } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALICE, BOB, type Scene, startScene } from "../test/scene.ts";
import { type VerifyErrorCode, verifyReceipt } from "./index.ts";

const WORD = `0x${"00".repeat(31)}01`;

describe("the receipt of a transfer", () => {
  let scene: Scene;
  let honest: ReceiptJson;
  beforeAll(async () => {
    scene = await startScene();
    honest = scene.receiptOf(1, 0);
  });
  afterAll(() => scene?.stop());

  const transactionAt = (place: number) => scene.signed[place]?.transaction ?? expect.unreachable();
  const expectRefused = (receipt: unknown, code: VerifyErrorCode, what: string) =>
    expect(verifyReceipt(scene.l1, receipt), what).rejects.toMatchObject({ code });

  it("shows what was moved, in which block and batch, and by which L1 block", async () => {
    const shown = await verifyReceipt(scene.l1, honest, { transaction: transactionAt(1), maxBehind: 0 });
    expect(shown).toMatchObject({
      batch: 2,
      block: 3,
      slot: 0,
      word: { type: "transfer", from: BOB, to: ALICE },
      amount: 7n,
      fee: 3n,
      l1: { finality: "latest", newestBatch: 2, rollup: scene.l1.address },
      notShown: ["nonce", "validity", "reference"],
    });
    expect(await verifyReceipt(scene.l1, scene.receiptOf(1, 1))).toMatchObject({
      word: { type: "withdraw", from: ALICE },
      amount: 9n,
      notShown: expect.arrayContaining(["recipient"]),
    });
  });

  it("is refused when it is of another transaction than was asked for", async () => {
    for (const other of [0, 2]) {
      const check = verifyReceipt(scene.l1, honest, { transaction: transactionAt(other) });
      await expect(check, String(other)).rejects.toMatchObject({ code: "verify/other-transaction" });
    }
  });

  it("is refused with anything altered between the slot and the blocks root", async () => {
    const { path } = honest;
    const other = scene.receiptOf(0, 0).path;
    const changes: readonly (readonly [string, Partial<ReceiptJson["path"]>, number?])[] = [
      ["another slot", {}, 2],
      ["an empty slot", scene.receiptOf(1, 2).path, 3],
      ["another cell", { cell: other.cell }],
      ["another position", { position: 1 }],
      ["a position outside the block", { position: 16 }],
      ["another block", { block: 0 }],
      ["a block after the batch", { block: 2 }],
      ["another predecessor", { previousBlockHash: WORD }],
      ["another header cell", { headerCell: other.headerCell }],
      ["a path of another block", { cellSiblings: other.cellSiblings }],
      ["a path of another place in the batch", { blockSiblings: other.blockSiblings }],
      ["a missing level", { cellSiblings: path.cellSiblings.slice(1) }],
      ["a missing level of blocks", { blockSiblings: path.blockSiblings.slice(1) }],
      ["a level too many", { cellSiblings: [...path.cellSiblings, [WORD, WORD, WORD]] }],
      ["no field element", { previousBlockHash: bigintToHex(FIELD_MODULUS, 32) }],
      ["a cell of 27 bytes", { cell: `0x01${path.cell.slice(2)}` }],
      ["a huge array", { cellSiblings: Array.from({ length: 100_000 }, () => [WORD, WORD, WORD]) }],
    ];
    for (const [what, change, slot = honest.slot] of changes) {
      await expectRefused({ ...honest, slot, path: { ...path, ...change } }, "verify/bad-receipt", what);
    }
  });

  it("is refused with a batch that the contract did not commit to, or does not have", async () => {
    const { batch } = honest;
    const changes: readonly (readonly [string, Partial<ReceiptJson["batch"]>])[] = [
      ["the number of another batch", { number: 1 }],
      ["a number that L1 lacks", { number: 3 }],
      ["another data commitment", { dataCommitment: WORD }],
      ["another payouts hash", { payoutsHash: WORD }],
    ];
    for (const [what, change] of changes) {
      await expectRefused({ ...honest, batch: { ...batch, ...change } }, "verify/not-on-l1", what);
    }
    const forged = { ...batch, header: `${batch.header.slice(0, -2)}00` };
    await expectRefused({ ...honest, batch: forged }, "verify/bad-receipt", "another blocks root");
  });

  it.each([null, 7, [], {}, "receipt", { slot: 0, batch: null, path: null }])("is refused when it is none: %j", (it) =>
    expectRefused(it, "verify/bad-receipt", "no receipt"),
  );
});
