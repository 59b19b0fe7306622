import { messageHash, verify } from "@cairn/crypto";
import { bigintToAddress, messageWords, type SignedTransaction, WHOLE_BALANCE } from "@cairn/protocol";
import { bigintToWord } from "@cairn/rpc";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { ALICE, accountOf, BOB, DOMAIN } from "../test/people.ts";
import { keyFromSigner, randomKey, secretKeyFromHex, secretKeyToHex } from "./keys.ts";
import { existingPayee } from "./payee.ts";
import { createWallet, DEFAULT_VALIDITY_SECONDS } from "./wallet.ts";

const wallet = createWallet({ secret: ALICE.secretKey, domain: DOMAIN }, { nowSeconds: () => 1000 });
const from = accountOf(ALICE);
const toBob = existingPayee(accountOf(BOB, { index: 65 }));

function isValid({ transaction, signature }: SignedTransaction, key: bigint, domain = DOMAIN): boolean {
  return verify(messageHash(messageWords(transaction, domain)), signature, key);
}

describe("wallet", () => {
  it("signs transfers that name the receiver's owner and key, for an hour", () => {
    const signed = wallet.transfer({ from, to: toBob, amount: 10n, fee: 1n });
    expect(signed.transaction).toMatchObject({
      type: "transfer",
      from: 64,
      to: 65,
      nonce: 7,
      toOwner: BOB.owner,
      toKey: BOB.key,
      validUntil: 1000 + DEFAULT_VALIDITY_SECONDS,
      link: null,
    });
    expect(signed.id).toBe(bigintToWord(messageHash(messageWords(signed.transaction, DOMAIN))));
    expect(isValid(signed, ALICE.key)).toBe(true);
    expect(isValid(signed, ALICE.key, { ...DOMAIN, chainId: 1n })).toBe(false);
  });

  it("signs transfers to new accounts, whole balances and withdrawals", () => {
    const created = wallet.transfer({
      from,
      to: { type: "new", owner: 5n, key: 0n },
      amount: "all",
      fee: 0n,
      nonce: 9,
    });
    expect(created.transaction).toMatchObject({ type: "transferToNew", toOwner: 5n, amount: WHOLE_BALANCE, nonce: 9 });
    const out = wallet.withdraw({ from, recipient: bigintToAddress(6n), amount: 10n, fee: 0n, validUntil: 77 });
    expect(out.transaction).toMatchObject({ type: "withdraw", recipient: 6n, validUntil: 77 });
    expect([created, out].every((signed) => isValid(signed, ALICE.key))).toBe(true);
  });

  it("refuses accounts it cannot sign for and amounts it cannot encode", () => {
    const draft = { from, to: toBob, amount: 10n, fee: 1n };
    const refuses = (change: object, code: string) =>
      expect(() => wallet.transfer({ ...draft, ...change })).toThrow(expect.objectContaining({ code }));
    refuses({ from: accountOf(BOB) }, "sdk/foreign-account");
    refuses({ from: accountOf(ALICE, { key: bigintToWord(0n) }) }, "sdk/foreign-account");
    refuses({ amount: 2n ** 35n + 1n }, "sdk/not-encodable");
    refuses({ fee: 2049n }, "sdk/not-encodable");
    refuses({ to: { type: "new", owner: 0n, key: 0n } }, "sdk/bad-payee");
    refuses({ nonce: 2 ** 40 }, "protocol/out-of-range");
    expect(() => wallet.withdraw({ from, recipient: bigintToAddress(0n), amount: 1n, fee: 0n })).toThrow(
      expect.objectContaining({ code: "sdk/bad-payee" }),
    );
  });

  it("never hands out a signature that does not verify", () => {
    let calls = 0;
    const broken = createWallet({ secret: ALICE.secretKey, domain: DOMAIN }, { compress: () => BigInt(++calls) });
    expect(() => broken.transfer({ from, to: toBob, amount: 1n, fee: 0n })).toThrow(
      expect.objectContaining({ code: "sdk/signature-check-failed" }),
    );
  });
});

describe("keys", () => {
  it("survive as hex", () => {
    const secret = randomKey();
    expect(secretKeyFromHex(secretKeyToHex(secret))).toBe(secret);
    expect(randomKey()).not.toBe(secret);
  });

  it("follow from a wallet's signature, with a different one in each rollup", async () => {
    const signer = privateKeyToAccount(`0x${"7".repeat(64)}`);
    const derived = await keyFromSigner(DOMAIN, signer);
    expect(await keyFromSigner(DOMAIN, signer)).toBe(derived);
    expect(await keyFromSigner({ ...DOMAIN, rollup: 1n }, signer)).not.toBe(derived);
  });

  it("are not taken from a wallet that signs at random", async () => {
    const signers = [privateKeyToAccount(`0x${"7".repeat(64)}`), privateKeyToAccount(`0x${"8".repeat(64)}`)];
    let calls = 0;
    const random = { signTypedData: (data: object) => signers[calls++ % 2]?.signTypedData(data as Typed) ?? "" };
    await expect(keyFromSigner(DOMAIN, random as Signer)).rejects.toMatchObject({
      code: "crypto/non-deterministic-wallet",
    });
  });
});

type Signer = Parameters<typeof keyFromSigner>[1];
type Typed = Parameters<Signer["signTypedData"]>[0];
