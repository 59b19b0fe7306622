import { join } from "node:path";
import type { Compress } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { type DevRollup, type DevToken, startDevRollup } from "@cairn/devnet";
import {
  depositEth,
  depositToken,
  type L1Rollup,
  type ProvenBatch,
  readQueue,
  rollupDomain,
  submitBatch,
} from "@cairn/l1";
import {
  type Account,
  type AccountIndex,
  accountIndex,
  addressToBigint,
  blockNumber,
  EMPTY_QUEUE_HASH,
  encodeFloat16,
  encodeFloat40,
  FIRST_ACCOUNT_INDEX,
  type L2Transaction,
  tokenId,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { FAKE_CRYPTO, type Person, personOf, signTransaction, type TestCrypto } from "@cairn/testkit";
import { type BlockBuilder, blockPublicInput, createBlockBuilder, type ExecutedBlock } from "@cairn/vm";
import { createTestClient, http, type TestClient } from "viem";

const SLOTS = 16;
/** Code that answers 1 to every call. */
const ACCEPTS_ALL = "0x600160005260206000f3";
const cacheDir = process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache");

/** A block that L1 accepted. */
export interface SubmittedBlock {
  readonly batch: ProvenBatch;
  readonly executed: ExecutedBlock;
}

/**
 * The real contract on a real anvil, but with verifiers that accept everything, so that tests can publish many batches quickly.
 * What is submitted is what an honest operator would submit, proofs aside.
 */
export interface UnprovenRollup {
  readonly devnet: DevRollup;
  readonly rollup: L1Rollup;
  readonly token: DevToken;
  readonly compress: Compress;
  readonly client: TestClient;
  /** The operator's state. */
  readonly tree: StateTree;
  readonly blocks: readonly SubmittedBlock[];
  /** Owner of wallet `position`, with a key for L2. */
  person(position: number): Person;
  /** Queues a deposit of wallet `position` into a new account of its own. */
  deposit(position: number, amount: bigint, of?: "eth" | "token"): Promise<void>;
  /** Publishes a block of all that waits in the queue and what `fill` adds. */
  publish(fill?: (send: Send) => void): Promise<SubmittedBlock>;
  /** Publishes a block of transfers, new accounts and withdrawals that differ with `seed`. */
  publishSome(seed: number): Promise<SubmittedBlock>;
  /** Takes the operator's state back by a block that L1 has forgotten. */
  forgetLast(): void;
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
) => void;

/** Starts an anvil and deploys a rollup that takes blocks of 16 slots. */
export async function startUnprovenRollup(): Promise<UnprovenRollup> {
  const devnet = await startDevRollup({ cacheDir, sizes: [SLOTS] });
  const { rollup } = devnet;
  const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
  for (const address of devnet.verifiers.values()) await client.setCode({ address, bytecode: ACCEPTS_ALL });
  const token = await devnet.createToken("USD", 6);
  const compress = await createFastCompress();
  const crypto: TestCrypto = { ...FAKE_CRYPTO, compress };
  const tree = createStateTree({ store: createMemoryStore(), compress });
  const domain = rollupDomain(rollup);
  const blocks: SubmittedBlock[] = [];
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
        validUntil: 2 ** 32 - 1,
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
      const result = builder.addGroup([signTransaction(transaction, signerOf(sender), domain, crypto)]);
      if (result.type !== "included") throw new TypeError(`the block does not take it: ${JSON.stringify(result)}`);
    };

  const publish: UnprovenRollup["publish"] = async (fill = () => {}) => {
    const consumed = blocks.reduce((sum, { executed }) => sum + executed.l1OperationCount, 0);
    const queued = await readQueue(rollup, consumed);
    const { timestamp } = await rollup.reader.getBlock();
    const feeAccount = accountIndex(FIRST_ACCOUNT_INDEX);
    const builder = createBlockBuilder({
      state: tree,
      domain,
      slotCount: SLOTS,
      blockNumber: blockNumber(tree.blockNumber() + 1),
      timestamp: Number(timestamp),
      queueHash: blocks.at(-1)?.executed.queueHashAfter ?? EMPTY_QUEUE_HASH,
      feeAccounts: tree.nextIndex() > feeAccount ? [feeAccount] : [],
      verifySignature: crypto.verify,
      compress,
    });
    for (const { operation } of queued.slice(0, SLOTS / 4)) builder.addL1Operation(operation);
    fill(sendInto(builder));
    const executed = builder.seal();
    const oldRoot = tree.root();
    const newRoot = tree.applyBlock(executed.blockNumber, executed.updates, executed.newNextIndex);
    const batch: ProvenBatch = {
      slots: SLOTS,
      fields: blockPublicInput(executed, oldRoot, newRoot),
      publishedData: executed.publishedBytes,
      proof: new Uint8Array(32),
      payouts: executed.payouts,
    };
    await submitBatch(rollup, devnet.wallet(0), batch);
    const block = { batch, executed };
    blocks.push(block);
    return block;
  };

  return {
    devnet,
    rollup,
    token,
    compress,
    client,
    tree,
    blocks,
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
    publishSome: (seed) =>
      publish((send) => {
        const { funded } = fundedAccounts(tree);
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
    forgetLast() {
      blocks.pop();
      tree.rollbackTo(blockNumber(tree.blockNumber() - 1));
    },
    stop: devnet.stop,
  };
}

/** Accounts that can send, at most 10. */
function fundedAccounts(tree: StateTree): { readonly funded: readonly AccountIndex[] } {
  const funded: AccountIndex[] = [];
  for (let index = FIRST_ACCOUNT_INDEX; index < tree.nextIndex() && funded.length < 10; index++) {
    const { ownerKey, balance } = tree.getAccount(accountIndex(index));
    if (ownerKey && balance > 10_000n) funded.push(accountIndex(index));
  }
  return { funded };
}
