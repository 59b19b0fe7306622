import { join } from "node:path";
import { depositEth, depositToken, type L1Rollup, rollupDomain } from "@cairn/l1";
import {
  type Account,
  type AccountIndex,
  accountIndex,
  addressToBigint,
  encodeFloat16,
  encodeFloat40,
  FIRST_ACCOUNT_INDEX,
  type L2Transaction,
  type SignedTransaction,
  tokenId,
} from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import { type Person, personOf, signTransaction } from "@cairn/testkit";
import type { BlockBuilder } from "@cairn/vm";
import { createTestClient, http, type TestClient } from "viem";
import { type DevRollup, type DevToken, startDevRollup } from "../dev-rollup.ts";
import { standInVerifier } from "./stand-in-proofs.ts";
import {
  createUnprovenOperator,
  type PublishOptions,
  type UnprovenBatch,
  type UnprovenOperator,
  type UnprovenOptions,
} from "./unproven-operator.ts";

/** Where compiled contracts are, as set by the test runner. */
export const TEST_CACHE_DIR = process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../../.cache");

/**
 * The real contract on a real anvil, but with stand-in proofs, so that tests can publish many batches quickly. What is
 * submitted is what an honest operator would submit, proofs aside.
 */
export interface UnprovenRollup
  extends Omit<UnprovenOperator, "publish" | "publishTogether" | "publishInBlob" | "crypto"> {
  readonly devnet: DevRollup;
  readonly rollup: L1Rollup;
  readonly token: DevToken;
  readonly client: TestClient;
  /** Owner of wallet `position`, with a key for L2. */
  person(position: number): Person;
  /** Queues a deposit of wallet `position` into a new account of its own. */
  deposit(position: number, amount: bigint, of?: "eth" | "token"): Promise<void>;
  /** Publishes a batch of one block, of all that waits in the queue and what `fill` adds. */
  publish(fill?: (send: Send) => void, options?: PublishOptions): Promise<UnprovenBatch>;
  /** Publishes a batch of several blocks, one for each of `fills`. */
  publishTogether(circuit: "pair" | "batch", fills: readonly ((send: Send) => void)[]): Promise<UnprovenBatch>;
  /** Publishes a batch of one block in the first blob of its transaction; `others` are further blobs. Takes seconds. */
  publishInBlob(fill?: (send: Send) => void, others?: readonly Uint8Array[]): Promise<UnprovenBatch>;
  /** Publishes a batch of one block of transfers, new accounts and withdrawals that depend on `seed`. */
  publishSome(seed: number): Promise<UnprovenBatch>;
  stop(): Promise<void>;
}

/** Adds a transaction of an account to the block, signed by the owner of its key. */
export type Send = (
  from: AccountIndex,
  content: { readonly amount: bigint; readonly fee?: bigint } & (
    | { readonly to: AccountIndex }
    | { readonly toNew: Person }
    | { readonly recipient: bigint }
  ),
) => SignedTransaction;

/** Starts an anvil and deploys a rollup for blocks of 16 slots, or as many as asked, alone or several to a batch. */
export async function startUnprovenRollup({ slots = 16 }: UnprovenOptions = {}): Promise<UnprovenRollup> {
  const devnet = await startDevRollup({
    cacheDir: TEST_CACHE_DIR,
    sizes: [slots],
    isBatching: true,
    verifierOf: standInVerifier,
  });
  const { rollup } = devnet;
  const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
  const { crypto, tree, ...operator } = await createUnprovenOperator(devnet, { slots });
  const token = await devnet.createToken("USD", 6);
  const domain = rollupDomain(rollup);
  const people = new Map<number, Person>();
  const person = (position: number): Person => {
    const known = people.get(position) ?? {
      ...personOf(`person ${position}`),
      owner: addressToBigint(devnet.wallet(position).account.address),
    };
    people.set(position, known);
    return known;
  };
  const signerOf = ({ key }: Account): Person => [...people.values()].find((each) => each.key === key) ?? person(0);

  const sendInto =
    (builder: BlockBuilder): Send =>
    (from, content) => {
      const sender = builder.state.getAccount(from);
      const common = {
        from,
        nonce: sender.nonce,
        tokenId: sender.tokenId,
        amount: encodeFloat40(content.amount),
        fee: encodeFloat16(content.fee ?? 0n),
        validFrom: 0,
        validUntil: 2 ** 32 - 1,
        reference: 0n,
      };
      const transaction = ((): L2Transaction => {
        if ("recipient" in content) return { type: "withdraw", ...common, recipient: content.recipient };
        if ("toNew" in content) {
          const { owner, key } = content.toNew;
          return { type: "transferToNew", ...common, toOwner: owner, toKey: key, link: null };
        }
        const { owner, key } = builder.state.getAccount(content.to);
        return { type: "transfer", ...common, to: content.to, toOwner: owner, toKey: key, link: null };
      })();
      const signed = signTransaction(transaction, signerOf(sender), domain, crypto);
      const result = builder.addGroup([signed]);
      if (result.type !== "included") throw new TypeError(`the block does not include it: ${JSON.stringify(result)}`);
      return signed;
    };
  const publish: UnprovenRollup["publish"] = (fill = () => {}, options = {}) =>
    operator.publish((builder) => fill(sendInto(builder)), options);

  return {
    ...operator,
    devnet,
    rollup,
    token,
    client,
    tree,
    person,
    async deposit(position, amount, of = "eth") {
      const wallet = devnet.wallet(position);
      const { owner, key } = person(position);
      const target = { owner, key, index: accountIndex(0) };
      if (of === "eth") return void (await depositEth(rollup, wallet, amount, target));
      await devnet.mint(token, wallet.account.address, amount);
      await depositToken(rollup, wallet, token.id, amount, target);
    },
    publish,
    publishTogether: (circuit, fills) =>
      operator.publishTogether(
        circuit,
        fills.map((fill) => (builder) => fill(sendInto(builder))),
      ),
    publishInBlob: (fill = () => {}, others = []) =>
      operator.publishInBlob((builder) => fill(sendInto(builder)), others),
    publishSome: (seed) =>
      publish((send) => {
        const funded = fundedAccounts(tree);
        funded.forEach((from, i) => {
          const mix = (seed * 31 + i * 7) % 11;
          const amount = BigInt(1 + ((seed * 17 + i * 5) % 1000));
          const to = funded[(i + 1 + mix) % funded.length] ?? from;
          if (mix === 0 && i < 3) send(from, { amount, toNew: personOf(`stranger ${seed} ${i}`) });
          else if (mix === 1 && i < 3) send(from, { amount, recipient: 0xc0ffee00n + BigInt(seed * 100 + i) });
          else if (mix < 7 && tree.getAccount(to).tokenId === tree.getAccount(from).tokenId) {
            const fee = tree.getAccount(from).tokenId === tokenId(0) ? 3n : 0n;
            send(from, { amount, to, fee });
          }
        });
      }),
    stop: devnet.stop,
  };
}

/** Accounts that can send, at most 10. */
function fundedAccounts(tree: StateTree): AccountIndex[] {
  const funded: AccountIndex[] = [];
  for (let index = FIRST_ACCOUNT_INDEX; index < tree.nextIndex() && funded.length < 10; index++) {
    const { ownerKey, balance } = tree.getAccount(accountIndex(index));
    if (ownerKey && balance > 10_000n) funded.push(accountIndex(index));
  }
  return funded;
}
