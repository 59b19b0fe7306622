import { setTimeout as delay } from "node:timers/promises";
import { rollupAbi } from "@cairn/contracts";
import type { DevRollup } from "@cairn/devnet";
import { CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";
import type { FundedAccounts } from "./accounts.ts";
import { type ApiBlock, readBlocks } from "./chain-reader.ts";
import type { Expected } from "./ledger.ts";
import type { NodeApi } from "./node-api.ts";
import type { NodeProcess } from "./node-process.ts";

/** What was checked after the load and found correct. */
export interface Checks {
  /** Accepted transactions, each found by its id, with its place in a block. */
  readonly found: number;
  /** Transactions in blocks; as many as were accepted, none twice. */
  readonly executed: number;
  /** Accounts with exactly the balance and nonce that follow from the accepted transactions. */
  readonly accounts: number;
  /** Last block that L1 has accepted, whose root is the node's; 0 when nothing was proven. */
  readonly provenBlocks: number;
}

const READERS = 32;
const SETTLE_TIMEOUT_MS = 120_000;

/** Seals the open block and waits until none is open, which is when the fees are credited. Throws `bench/node-failed`. */
export async function waitUntilSealed(api: NodeApi, { sealBlock }: Pick<NodeProcess, "sealBlock">): Promise<void> {
  await sealBlock();
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const { blocks } = await api.get("blocks", { query: { limit: "1" } });
    if (blocks.every(({ status }) => status !== "open")) return;
    if (Date.now() > deadline) throw new CairnError<BenchErrorCode>("bench/node-failed", "the last block stays open");
    await delay(250);
  }
}

/** Waits until L1 has accepted this block. Throws `bench/node-failed` after `timeoutMs`. */
export async function waitUntilProven(api: NodeApi, block: number, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { lastProvenBlock } = await api.get("rollup");
    if (lastProvenBlock >= block) return;
    if (Date.now() > deadline) {
      throw new CairnError<BenchErrorCode>(
        "bench/node-failed",
        `block ${block} is not proven, only ${lastProvenBlock}`,
      );
    }
    await delay(1000);
  }
}

/** Checks the node against what it acknowledged. Precondition: no block is open. Throws `bench/check-failed`. */
export async function checkNode(
  api: NodeApi,
  devnet: DevRollup,
  wanted: {
    readonly ids: readonly string[];
    readonly funded: FundedAccounts;
    readonly expected: readonly Expected[];
    readonly expectedFeeBalance: bigint;
  },
): Promise<Checks> {
  const blocks = await readBlocks(api, 1);
  const executed = await checkExecutedOnce(api, blocks, wanted.ids);
  await checkFoundById(api, wanted.ids);
  const accounts = await checkAccounts(api, wanted);
  return { found: wanted.ids.length, executed, accounts, provenBlocks: await checkRoot(devnet, blocks) };
}

async function checkExecutedOnce(api: NodeApi, blocks: readonly ApiBlock[], ids: readonly string[]): Promise<number> {
  const places = new Map<string, string>();
  await inParallel(blocks, async ({ number }) => {
    const { transactions } = await api.get("blockTransactions", { params: { number: String(number) } });
    for (const { id, inclusion } of transactions) {
      const place = `${inclusion?.block}/${inclusion?.slot}`;
      if (places.has(id)) throw failed(`${id} is executed in ${places.get(id)} and in ${place}`);
      places.set(id, place);
    }
  });
  const missing = ids.filter((id) => !places.has(id));
  if (missing.length > 0)
    throw failed(`${missing.length} accepted transactions are in no block, such as ${missing[0]}`);
  if (places.size !== ids.length) throw failed(`${places.size} transactions executed, but ${ids.length} accepted`);
  return places.size;
}

async function checkFoundById(api: NodeApi, ids: readonly string[]): Promise<void> {
  await inParallel(ids, async (id) => {
    const { status, inclusion } = await api.get("transaction", { params: { id } });
    const isIncluded = (status === "confirmed" || status === "proven" || status === "final") && inclusion !== null;
    if (!isIncluded) throw failed(`${id} was accepted and is ${status}`);
  });
}

async function checkAccounts(
  api: NodeApi,
  { funded, expected, expectedFeeBalance }: Parameters<typeof checkNode>[2],
): Promise<number> {
  const read = (index: number) => api.get("account", { params: { index: String(index) } });
  await inParallel([...funded.accounts.entries()], async ([position, { index }]) => {
    const [account, should] = [await read(index), expected[position]];
    if (should === undefined || account.balance !== should.balance.toString() || account.nonce !== should.nonce) {
      throw failed(
        `account ${index} holds ${account.balance} with nonce ${account.nonce}, should hold ${should?.balance} with ${should?.nonce}`,
      );
    }
  });
  const { balance } = await read(funded.feeIndex);
  if (balance !== expectedFeeBalance.toString()) {
    throw failed(`the operator's account holds ${balance}, should hold ${expectedFeeBalance}`);
  }
  return funded.accounts.length + 1;
}

/** L1's root must be that of the node's block with the same number. */
async function checkRoot({ rollup }: DevRollup, blocks: readonly ApiBlock[]): Promise<number> {
  const { reader, address } = rollup;
  const { root, lastBlock } = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
  const number = Number(lastBlock);
  if (number === 0) return 0;
  const block = blocks.find((one) => one.number === number);
  if (block?.newRoot !== root) throw failed(`block ${number} has root ${root} on L1 and ${block?.newRoot} in the node`);
  return number;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: READERS }, worker));
}

function failed(message: string): CairnError<BenchErrorCode> {
  return new CairnError<BenchErrorCode>("bench/check-failed", message);
}
