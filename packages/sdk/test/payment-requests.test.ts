import { bigintToAddress, memoReference, type PaymentRequest, paymentRequestId, tokenId } from "@cairn/protocol";
import { bigintToWord, type RouteResponse } from "@cairn/rpc";
import { createClient, custom } from "viem";
import { beforeEach, describe, expect, it } from "vitest";
import {
  cairnActions,
  memoryStorage,
  type NodeClient,
  parsePaymentRequest,
  paymentRequestLink,
  secretSigner,
} from "../src/index.ts";
import { type FakeNode, fakeNode } from "./fake-node.ts";
import { ALICE, accountOf, BOB, DOMAIN } from "./people.ts";

const NOW = 1_000;

describe("a request for a payment", () => {
  let node: FakeNode;
  let storage = memoryStorage();
  let asked: Record<string, unknown>[] = [];

  const connect = (person: typeof ALICE, nowSeconds = NOW, rollup = DOMAIN.rollup) => {
    const request = async ({ method }: { method: string }) => {
      if (method === "eth_chainId") return "0x7a69";
      throw new TypeError(`L1 was asked for ${method}`);
    };
    const config = {
      rollup: bigintToAddress(rollup),
      node: node.client,
      signer: secretSigner(person.secretKey),
      owner: bigintToAddress(person.owner),
      storage,
      nowSeconds: () => nowSeconds,
    };
    return createClient({ transport: custom({ request }), pollingInterval: 10 }).extend(cairnActions(config));
  };
  const received = () => BigInt(node.accounts.get(65)?.balance ?? 0);

  beforeEach(() => {
    storage = memoryStorage();
    asked = [];
    node = fakeNode(DOMAIN, [
      accountOf(ALICE, { nonce: 0, balance: "100000" }),
      accountOf(BOB, { index: 65, nonce: 0, balance: "0" }),
    ]);
    const requestPayment = async (body: Record<string, unknown>): Promise<Partial<RouteResponse<"requestPayment">>> => {
      asked.push(body);
      const request: PaymentRequest = {
        account: 65 as PaymentRequest["account"],
        owner: BOB.owner,
        key: BOB.key,
        tokenId: tokenId(0),
        amount: BigInt(String(body.amount)),
        reference: BigInt(String(body.reference)),
        expiresAt: Number(body.expiresAt),
      };
      return { id: paymentRequestId(request, DOMAIN) };
    };
    const rollup = async () => ({
      chainId: Number(DOMAIN.chainId),
      rollup: bigintToAddress(DOMAIN.rollup),
      minValiditySeconds: 900,
    });
    node.lies = {
      requestPayment: requestPayment as unknown as NodeClient["requestPayment"],
      rollup: rollup as unknown as NodeClient["rollup"],
    };
  });

  it("is signed by the payee, and paid exactly and once by whoever gets its link or QR code", async () => {
    const { link, qrText, request } = await connect(BOB).requestPayment({ amount: 700n, reference: "order 17" });
    expect(asked).toMatchObject([{ account: 65, amount: "700", expiresAt: NOW + 3_600 }]);
    const handle = await connect(ALICE).payRequest(link);
    await handle.wait({ for: "confirmed", timeout: 10_000 });
    const again = await connect(ALICE, NOW + 50).payRequest(qrText);
    expect(again.hashes()).toEqual(handle.hashes());
    expect([received(), node.executed.length]).toEqual([700n, 1]);
    const [sent] = [...node.known.values()].map(({ transaction }) => transaction);
    expect(sent).toMatchObject({ type: "transfer", to: 65, toKey: bigintToWord(BOB.key), validUntil: NOW + 3_600 });
    expect(BigInt(sent?.reference ?? 0)).toBe(request.reference);
  });

  it("may have a memo, whose hash is its reference, and otherwise has a random reference", async () => {
    const bob = connect(BOB);
    const memo = "Invoice 17: 25 hours of advice";
    expect((await bob.requestPayment({ amount: 1n, memo })).request.reference).toBe(memoReference(memo));
    expect(asked).toMatchObject([{ memo }]);
    const [a, b] = [await bob.requestPayment({ amount: 1n }), await bob.requestPayment({ amount: 1n })];
    expect(a.request.reference).not.toBe(b.request.reference);
    await expect(bob.requestPayment({ amount: 1n, memo, reference: "x" })).rejects.toMatchObject({
      code: "sdk/bad-request",
    });
    await expect(bob.requestPayment({ amount: 0n })).rejects.toMatchObject({ code: "sdk/bad-payment-request" });
  });

  it("is the same request when it is repeated with its expiry, however late", async () => {
    const order = { amount: 700n, reference: "order 17", expiresAt: NOW + 600 };
    const { id } = await connect(BOB).requestPayment(order);
    expect((await connect(BOB, NOW + 50).requestPayment(order)).id).toBe(id);
    await expect(connect(BOB).requestPayment({ ...order, expiresIn: 600 })).rejects.toMatchObject({
      code: "sdk/bad-request",
    });
  });

  it("is not paid when it is over, altered, of another rollup, or names another account", async () => {
    const { link, request } = await connect(BOB).requestPayment({ amount: 700n });
    const refused = async (code: string, text: string, client = connect(ALICE)) =>
      expect(client.payRequest(text)).rejects.toMatchObject({ code });
    await refused("sdk/request-expired", link, connect(ALICE, NOW + 3_601));
    await refused("sdk/bad-payment-request", link.replace("amount=700", "amount=70"));
    const elsewhere = paymentRequestLink({ request, domain: { ...DOMAIN, rollup: 5n } });
    await refused("sdk/wrong-rollup", elsewhere);
    await refused("sdk/wrong-rollup", paymentRequestLink({ request, domain: { ...DOMAIN, chainId: 1n } }));
    const bob = node.accounts.get(65);
    if (bob === undefined) throw new TypeError("no account");
    for (const change of [{ key: bigintToWord(ALICE.key) }, { owner: bigintToAddress(ALICE.owner) }, { tokenId: 1 }]) {
      node.accounts.set(65, { ...bob, ...change });
      await refused("sdk/bad-payee", link);
    }
    expect(node.submitted).toBe(0);
  });

  it("that expires soon is signed for as long as the node demands", async () => {
    const { link } = await connect(BOB).requestPayment({ amount: 700n, expiresIn: 60 });
    await connect(ALICE).payRequest(link);
    const [sent] = [...node.known.values()].map(({ transaction }) => transaction);
    expect(sent?.validUntil).toBe(NOW + 960);
  });

  it("is refused from a node that has taken another one", async () => {
    node.lies = {
      ...node.lies,
      requestPayment: (async () => ({ id: bigintToWord(5n) })) as unknown as NodeClient["requestPayment"],
    };
    await expect(connect(BOB).requestPayment({ amount: 700n })).rejects.toMatchObject({ code: "sdk/bad-answer" });
  });

  it("says where it can be paid", async () => {
    const { link } = await connect(BOB).requestPayment({ amount: 700n });
    expect(parsePaymentRequest(link).domain).toEqual(DOMAIN);
  });
});
