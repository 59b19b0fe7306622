import { messageHash } from "@cairn/crypto";
import { addressToBigint, bigintToHex, messageWords, type SignedTransaction } from "@cairn/protocol";
import { signedTransactionToJson } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Scene, startScene } from "../test/scene.ts";
import { verifyTransaction } from "./index.ts";

describe("a transaction by its id", () => {
  let scene: Scene;
  let signed: SignedTransaction;
  beforeAll(async () => {
    scene = await startScene();
    signed = scene.signed[1] ?? expect.unreachable();
  });
  afterAll(() => scene?.stop());

  const idOf = ({ transaction }: SignedTransaction): string => {
    const domain = { chainId: BigInt(scene.l1.chainId), rollup: addressToBigint(scene.l1.address) };
    return bigintToHex(messageHash(messageWords(transaction, domain)), 32);
  };
  const claim = () => ({
    id: idOf(signed),
    transaction: signedTransactionToJson(signed),
    receipt: scene.receiptOf(1, 0),
  });
  const refused = { code: "verify/other-transaction" };

  it("is what was signed, in a batch on L1", async () => {
    const { id, ...rest } = claim();
    const found = await verifyTransaction(scene.l1, { id: id.toUpperCase().replace("0X", "0x"), ...rest });
    expect(found).toMatchObject({ batch: 2, block: 3, slot: 0, amount: 7n, fee: 3n });
    expect(found.checked[0]).toBe("the id is the hash of what was signed");
  });

  it("is refused with anything that was signed altered", async () => {
    const { transaction } = claim();
    const reference = `0x${"11".repeat(31)}`;
    for (const change of [{ amount: 8 }, { fee: 4 }, { nonce: 9 }, { validUntil: 1 }, { reference }, { to: 66 }, {}]) {
      const altered = Object.keys(change).length === 0 ? null : { ...transaction, ...change };
      const check = verifyTransaction(scene.l1, { ...claim(), transaction: altered });
      await expect(check, JSON.stringify(change)).rejects.toMatchObject(refused);
    }
  });

  it("is refused when id and transaction belong together, but not with the receipt or with what was asked for", async () => {
    const other = scene.signed[0] ?? expect.unreachable();
    const swapped = { id: idOf(other), transaction: signedTransactionToJson(other), receipt: scene.receiptOf(1, 0) };
    await expect(verifyTransaction(scene.l1, swapped)).rejects.toMatchObject(refused);
    await expect(verifyTransaction(scene.l1, { ...claim(), id: idOf(other) })).rejects.toMatchObject(refused);
    const elsewhere = { ...scene.l1, chainId: 1 };
    await expect(verifyTransaction(elsewhere, claim())).rejects.toMatchObject(refused);
  });
});
