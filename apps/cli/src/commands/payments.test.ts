import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addressToBigint, encodeFloat40, hexToReference, textReference, WHOLE_BALANCE } from "@cairn/protocol";
import { bigintToWord, type RouteResponse, signedTransactionFromJson } from "@cairn/rpc";
import { createWallet, encodePaymentCode, keyFromSigner, publicKeyFromSecret } from "@cairn/sdk";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ALICE, BOB, createHome } from "../../test/home.ts";
import { DOMAIN, type NodeDouble, startNodeDouble } from "../../test/node-double.ts";
import { runInTest } from "../../test/run.ts";

type Account = RouteResponse<"account">;

const ETH = 10n ** 18n;
const STRANGER = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";

describe("payments", () => {
  let node: NodeDouble;
  let home: ReturnType<typeof createHome>;
  let keys: { readonly alice: bigint; readonly bob: bigint };

  beforeAll(async () => {
    const [alice, bob] = await Promise.all(
      [ALICE, BOB].map(async ({ privateKey }) =>
        publicKeyFromSecret(await keyFromSigner(DOMAIN, privateKeyToAccount(privateKey))),
      ),
    );
    keys = { alice: alice ?? 0n, bob: bob ?? 0n };
  });
  beforeEach(async () => {
    node = await startNodeDouble();
    home = createHome(node.url);
    node.state.accounts = [
      account(64, ALICE.address, keys.alice, { balance: (2n * ETH).toString() }),
      account(65, ALICE.address, keys.alice, { balance: ETH.toString() }),
      account(66, BOB.address, keys.bob, { tokenId: 1, balance: "500000000" }),
    ];
  });
  afterEach(async () => {
    await node.stop();
    home.remove();
  });

  const cairn = async (...args: string[]) => {
    const { code, stdout } = await runInTest([...args, "--json"], home.env);
    return { code, value: JSON.parse(stdout) };
  };
  const refused = async (code: number, name: string, ...args: string[]) => {
    expect(await cairn(...args), args.join(" ")).toMatchObject({ code, value: { error: { code: name } } });
    expect(node.submitted, args.join(" ")).toEqual([]);
  };
  const onlySubmitted = () => {
    expect(node.submitted).toHaveLength(1);
    return (node.submitted[0] ?? []).map((json) => signedTransactionFromJson(json).transaction);
  };

  describe("transfer", () => {
    it("pays exactly what was written from the richest account, with the quoted fee", async () => {
      expect((await cairn("transfer", "0.5", "eth", "66", "--from", "65")).code).toBe(1);
      expect(await cairn("transfer", "0.5", "ETH", STRANGER)).toMatchObject({
        code: 0,
        value: { status: "confirmed" },
      });
      expect(onlySubmitted()).toMatchObject([
        {
          type: "transferToNew",
          from: 64,
          toOwner: addressToBigint(STRANGER),
          toKey: 0n,
          amount: encodeFloat40(ETH / 2n),
          fee: 5,
        },
      ]);
    });

    it("signs what the payment is for, as text or bytes", async () => {
      const bytes = `0x${"ab".repeat(31)}`;
      await cairn("transfer", "0.1", "ETH", STRANGER, "--reference", "invoice 17");
      await cairn("withdraw", "0.1", "ETH", "--reference", bytes);
      const [first, second] = node.submitted.flat().map((json) => signedTransactionFromJson(json).transaction);
      expect([first?.reference, second?.reference]).toEqual([textReference("invoice 17"), hexToReference(bytes)]);
    });

    it("pays to payment codes and indices, and whole balances", async () => {
      const code = encodePaymentCode({ owner: addressToBigint(BOB.address), key: keys.bob }, DOMAIN);
      await cairn("transfer", "all", "ETH", code, "--from", "65", "--valid-for", "600");
      const [transaction] = onlySubmitted();
      expect(transaction).toMatchObject({ from: 65, toKey: keys.bob, amount: WHOLE_BALANCE });
      expect(transaction?.validUntil).toBeLessThan(Date.now() / 1000 + 700);
    });

    it("signs nothing that is wrong", async () => {
      await refused(2, "cli/bad-address", "transfer", "1", "ETH", STRANGER.replace("AA", "aA"));
      await refused(2, "cli/usage", "transfer", "1", "ETH", "bob");
      await refused(2, "sdk/bad-payment-code", "transfer", "1", "ETH", `cairn1${"a".repeat(90)}`);
      await refused(1, "sdk/bad-payee", "transfer", "1", "ETH", "99");
      await refused(2, "cli/unknown-token", "transfer", "1", "EUR", STRANGER);
      await refused(2, "cli/bad-amount", "transfer", "1.1234567890123", "ETH", STRANGER);
      await refused(1, "cli/insufficient-balance", "transfer", "2", "ETH", STRANGER);
      await refused(1, "cli/unknown-account", "transfer", "1", "USD", STRANGER);
      await refused(1, "cli/unknown-account", "transfer", "1", "USD", STRANGER, "--from", "66");
      await refused(2, "cli/usage", "transfer", "1", "ETH", STRANGER, "--valid-for", "soon");
      await refused(2, "cli/usage", "transfer", "1", "ETH", STRANGER, "--reference", "x".repeat(32));
      await refused(2, "cli/usage", "transfer", "1", "ETH", STRANGER, "--reference", "");
      await refused(2, "cli/too-short", "transfer", "1", "ETH", STRANGER, "--valid-for", "300");
      await refused(2, "cli/usage", "transfer", "1", "ETH", STRANGER, "--wait", "final", "--timeout", "x");
      await refused(2, "cli/unknown-key", "transfer", "1", "ETH", STRANGER, "--key", "nobody");
    });

    it("does not accept every fee that a node asks for", async () => {
      node.state.fee = (3n * ETH).toString();
      await refused(1, "cli/fee-too-high", "transfer", "0.1", "ETH", STRANGER);
      node.state.fee = (ETH / 10n).toString();
      await refused(1, "cli/fee-too-high", "transfer", "0.2", "ETH", STRANGER, "--max-fee", "0.05");
      await cairn("transfer", "0.05", "ETH", STRANGER, "--max-fee", "0.1");
      node.state.fee = null;
      await cairn("transfer", "0.05", "ETH", STRANGER);
      await cairn("transfer", "0.05", "ETH", STRANGER, "--fee", "0.002");
      const fees = node.submitted.flat().map((json) => signedTransactionFromJson(json).transaction.fee);
      expect(new Set(fees).size).toBe(3);
      expect(fees[1]).toBe(0);
    });

    it("does not sign for a node of another rollup", async () => {
      node.state.domain = { ...DOMAIN, rollup: 1n };
      await refused(1, "cli/wrong-chain", "transfer", "1", "ETH", STRANGER);
    });

    it("says what to do when the node refuses", async () => {
      const reason = { type: "nonceTooLow", expected: 8, actual: 7 };
      const error = { code: "rejected", message: "transaction 0 cannot run", details: { index: 0, reason } };
      node.state.refusal = { status: 422, error };
      expect(await cairn("transfer", "1", "ETH", STRANGER)).toMatchObject({
        code: 1,
        value: { error: { code: "sdk/api-error", hint: expect.stringContaining("run the command again") } },
      });
    });

    it("waits, and says so when that was in vain", async () => {
      node.state.status = "expired";
      expect(await cairn("transfer", "1", "ETH", STRANGER, "--wait", "final")).toMatchObject({
        code: 1,
        value: { error: { code: "sdk/not-reached" } },
      });
      node.state.status = "confirmed";
      expect(await cairn("transfer", "0.1", "ETH", STRANGER, "--wait", "final", "--timeout", "1")).toMatchObject({
        code: 1,
        value: { error: { code: "sdk/timeout" } },
      });
    });
  });

  describe("a payment whose acknowledgement was lost", () => {
    const pay = (...args: string[]) => cairn("transfer", "0.5", "ETH", STRANGER, ...args);
    const fees = () => node.submitted.flat().map((json) => signedTransactionFromJson(json).transaction.fee);
    const loseAnswer = async () => {
      node.state.isSilent = true;
      const lost = await pay("--timeout", "1");
      node.state.isSilent = false;
      node.state.fee = "9";
      return lost;
    };

    it("has a code of its own, and is submitted again by the same command, which signs no other", async () => {
      const lost = await loseAnswer();
      expect(lost).toMatchObject({ code: 3, value: { error: { code: "cli/payment-unknown" } } });
      const again = await pay();
      expect(again).toMatchObject({ code: 0, value: { id: lost.value.error.details.ids[0], isResumed: true } });
      expect(new Set(fees())).toEqual(new Set([5]));
      expect(new Set(node.submitted.map((group) => JSON.stringify(group))).size).toBe(1);
    });

    it("is not found by another request, and ends with its reported result", async () => {
      await loseAnswer();
      await cairn("transfer", "0.5", "ETH", BOB.address);
      await cairn("transfer", "0.4", "ETH", STRANGER);
      expect(fees().slice(-2)).toEqual([9, 9]);
      const { stdout } = await runInTest(["transfer", "0.5", "ETH", STRANGER], home.env);
      expect(stdout).toContain("Signed by an earlier run");
      expect(await pay()).toMatchObject({ value: { isResumed: false } });
      expect(fees().slice(-2)).toEqual([5, 9]);
    });

    it("is signed anew after the node refused it, and with --again", async () => {
      await loseAnswer();
      await pay("--again");
      expect(fees().at(-1)).toBe(9);
      node.state.fee = "5";
      await loseAnswer();
      node.state.refusal = {
        status: 422,
        error: { code: "rejected", message: "transaction 0 cannot run", details: { index: 0, reason: { type: "x" } } },
      };
      node.submitted.splice(0);
      expect(await pay()).toMatchObject({ code: 1, value: { error: { code: "sdk/api-error" } } });
      node.state.refusal = null;
      expect(await pay()).toMatchObject({ code: 0 });
      expect(fees()).toEqual([9]);
    });

    it("counts if the node has it, although it would refuse it now", async () => {
      const lost = await loseAnswer();
      node.state.refusal = {
        status: 422,
        error: { code: "rejected", message: "transaction 0 cannot run", details: { index: 0, reason: { type: "x" } } },
      };
      expect(await pay()).toMatchObject({ code: 0, value: { id: lost.value.error.details.ids[0] } });
    });
  });

  describe("withdraw", () => {
    it("pays the owner on L1, or someone else", async () => {
      await cairn("withdraw", "0.5", "ETH");
      await cairn("withdraw", "all", "ETH", STRANGER, "--from", "65");
      expect(node.submitted.flat().map((json) => signedTransactionFromJson(json).transaction)).toMatchObject([
        { type: "withdraw", recipient: addressToBigint(ALICE.address) },
        { type: "withdraw", recipient: addressToBigint(STRANGER), amount: WHOLE_BALANCE, from: 65 },
      ]);
    });

    it("waits until the money is on L1", async () => {
      node.state.status = "proven";
      const owed = { block: 1, position: 0, batch: null, recipient: ALICE.address, tokenId: 0, amount: "1000" };
      const waiting = { ...owed, status: "owed", leftGas: null, l1Transaction: null, isFromArchive: false } as const;
      node.state.payouts = [waiting];
      const first = await cairn("withdraw", "0.5", "ETH", "--wait", "paid", "--timeout", "1");
      expect(first).toMatchObject({ code: 1, value: { error: { code: "cli/not-reached" } } });
      node.state.payouts = [{ ...waiting, status: "claimable" }];
      expect(await cairn("withdraw", "0.4", "ETH", "--wait", "paid")).toMatchObject({
        code: 0,
        value: { payout: { status: "claimable" } },
      });
      // Nobody waits for a payout that the node does not pay.
      node.state.payouts = [{ ...waiting, leftGas: 190_000 }];
      const left = await cairn("withdraw", "0.3", "ETH", "--wait", "paid");
      expect(left).toMatchObject({
        code: 1,
        value: {
          error: {
            code: "cli/not-reached",
            message: expect.stringMatching(/leaves it to others.*190000 gas.*cairn pay/),
            details: { block: 1, position: 0, leftGas: 190_000 },
          },
        },
      });
      const { stdout } = await runInTest(["tx", left.value.error.details.id], home.env);
      expect(stdout).toMatch(/payout +owed; the node leaves it to others/);
    });

    it("signs nothing that is wrong", async () => {
      await refused(2, "cli/bad-address", "withdraw", "1", "ETH", "0x12");
      await refused(1, "sdk/bad-payee", "withdraw", "1", "ETH", `0x${"0".repeat(40)}`);
      await refused(1, "cli/insufficient-balance", "withdraw", "3", "ETH");
      await refused(2, "cli/too-short", "withdraw", "1", "ETH", "--valid-for", "300");
    });
  });

  describe("swap", () => {
    const offer = () => join(home.dir, "offer.json");
    const accept = (give: string, get: string, ...rest: string[]) =>
      cairn("swap", "accept", offer(), give, "USD", get, "ETH", "--key", "bob", ...rest);

    it("is offered, shown and accepted only on the agreed terms", async () => {
      const made = await cairn("swap", "offer", "0.1", "ETH", "300", "USD", "66", "--out", offer());
      expect(made).toMatchObject({
        code: 0,
        value: { terms: { giveTokenId: 1, giveAmount: "300000000", giveFee: "5" } },
      });
      expect((await cairn("swap", "show", offer())).value.terms).toEqual(made.value.terms);
      for (const wrong of [await accept("299", "0.1"), await accept("300", "0.2")]) {
        expect(wrong).toMatchObject({ code: 1, value: { error: { code: "sdk/bad-offer" } } });
      }
      expect(await accept("300", "0.1", "--max-fee", "0.000001")).toMatchObject({
        value: { error: { code: "cli/fee-too-high" } },
      });
      expect(node.submitted).toEqual([]);
      expect((await accept("300", "0.1")).value.transactions).toHaveLength(2);
      expect(onlySubmitted()).toMatchObject([
        { type: "transferToNew", from: 64, toKey: keys.bob, link: { offset: 1 } },
        { type: "transferToNew", from: 66, toKey: keys.alice, link: { offset: -1 } },
      ]);
    });

    it("is not made or accepted when it would expire before the node could take it", async () => {
      const make = (...rest: string[]) =>
        cairn("swap", "offer", "0.1", "ETH", "300", "USD", "66", "--out", offer(), ...rest);
      await refused(2, "cli/too-short", "swap", "offer", "0.1", "ETH", "300", "USD", "66", "--valid-for", "300");
      expect((await make("--valid-for", "600")).code).toBe(0);
      expect(await accept("300", "0.1", "--valid-for", "300")).toMatchObject({
        value: { error: { code: "cli/too-short" } },
      });
      node.state.minValiditySeconds = 900;
      expect(await accept("300", "0.1")).toMatchObject({
        code: 2,
        value: {
          error: {
            code: "cli/too-short",
            message: expect.stringContaining("left of the offer"),
            details: { minValiditySeconds: 900 },
          },
        },
      });
      expect(node.submitted).toEqual([]);
    });

    it("is printed when no file is named", async () => {
      const { stdout } = await runInTest(["swap", "offer", "0.1", "ETH", "300", "USD", "66"], home.env);
      writeFileSync(offer(), stdout);
      expect((await cairn("swap", "show", offer())).code).toBe(0);
      expect(JSON.parse(readFileSync(offer(), "utf8"))).toMatchObject({ type: "cairn-swap-offer", version: 1 });
    });

    it("is done directly between two local keys", async () => {
      expect(await cairn("swap", "direct", "0.1", "ETH", "300", "USD", "--with", "bob")).toMatchObject({ code: 0 });
      expect(onlySubmitted()).toHaveLength(2);
    });

    it("finds the taker's account by address only if the owner authorised its key", async () => {
      await refused(2, "cli/usage", "swap", "direct", "1", "ETH", "1", "USD", "--with", "alice");
      await refused(2, "cli/usage", "swap", "offer", "1", "ETH", "1", "ETH", "66");
      node.state.accounts = node.state.accounts.map((one) => ({ ...one, ownerKey: false }));
      await refused(1, "cli/unknown-account", "swap", "offer", "1", "ETH", "1", "USD", BOB.address);
      writeFileSync(offer(), "{}");
      await refused(1, "sdk/bad-offer", "swap", "show", offer());
      await refused(2, "cli/bad-offer", "swap", "show", "/nonexistent");
    });
  });

  describe("balance", () => {
    it("shows the user's accounts, an owner's, a code's, or one account", async () => {
      const indices = async (...args: string[]) =>
        (await cairn("balance", ...args)).value.accounts.map(({ index }: Account) => index);
      expect(await indices()).toEqual([64, 65]);
      expect(await indices(BOB.address)).toEqual([66]);
      expect(
        await indices(encodePaymentCode({ owner: addressToBigint(BOB.address), key: keys.alice }, DOMAIN)),
      ).toEqual([]);
      expect(await indices("66")).toEqual([66]);
      expect(await indices("--token", "USD")).toEqual([]);
      await refused(1, "cli/unknown-account", "balance", "99");
      const { stdout } = await runInTest(["balance", "66"], home.env);
      expect(stdout).toContain("500 USD");
    });
  });

  describe("balance of an owner for whom a stranger opened many accounts", () => {
    it("comes in pages, and directly by token", async () => {
      const before = node.state.accounts;
      const junk = Array.from({ length: 150 }, (_, i) => account(100 + i, BOB.address, keys.alice, { tokenId: 9 }));
      node.state.accounts = [...junk, account(400, BOB.address, keys.bob, {}), ...before];
      const { accounts, next } = (await cairn("balance", BOB.address)).value;
      expect([accounts.length, next]).toEqual([100, 199]);
      const rest = (await cairn("balance", BOB.address, "--from", "199")).value;
      expect([rest.accounts.length, rest.next]).toEqual([52, null]);
      const eth = (await cairn("balance", BOB.address, "--token", "ETH")).value;
      expect(eth.accounts.map(({ index }: Account) => index)).toEqual([400]);
      node.state.accounts = before;
    });
  });

  it("are of a wallet that derives the same key each time", async () => {
    const secret = await keyFromSigner(DOMAIN, privateKeyToAccount(ALICE.privateKey));
    expect(createWallet({ secret, domain: DOMAIN }).key).toBe(keys.alice);
  });
});

function account(index: number, owner: string, key: bigint, change: Partial<Account>): Account {
  return {
    index,
    owner: owner.toLowerCase(),
    tokenId: 0,
    nonce: 7,
    balance: "0",
    key: bigintToWord(key),
    ownerKey: true,
    ...change,
  };
}
