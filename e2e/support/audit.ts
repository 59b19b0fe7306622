import { erc20Abi, rollupAbi } from "@cairn/contracts";
import { type AccountIndex, bigintToAddress, type SignedTransaction } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { getAbiItem } from "viem";
import { expect, vi } from "vitest";
import { callApi, readApi } from "./api.ts";
import { auditEvents } from "./audit-events.ts";
import { PURPOSES } from "./l1-proxy.ts";
import { type AcceptedBlock, idsBySlot, type Outcome, readAcceptedBlocks, runOracle } from "./oracle.ts";
import type { Scene } from "./scene.ts";

/** What an audit allows beyond the usual. */
export interface AuditOptions {
  /** Acknowledged transactions that a reorg of L1 has made impossible; they must be rejected, visibly. */
  readonly impossible?: ReadonlySet<string>;
  /** L1 transactions of the publisher that were mined and reverted; 0 unless the fault explains them. */
  readonly reverted?: number;
}

/** How much was checked. */
export interface AuditReport {
  readonly blocks: number;
  readonly batches: number;
  /** L2 transactions in them. */
  readonly transactions: number;
  readonly acknowledged: number;
  readonly payouts: number;
}

const DRAIN_TIMEOUT_MS = 500_000;
const PAID = getAbiItem({ abi: rollupAbi, name: "PayoutPaid" });
const DEFERRED = getAbiItem({ abi: rollupAbi, name: "PayoutDeferred" });
/** Waits until everything in the node is final on L1 and paid, and the node has processed everything on L1. */
export async function drain(scene: Scene, timeoutMs: number = DRAIN_TIMEOUT_MS): Promise<void> {
  await vi.waitFor(() => assertDrained(scene), { timeout: timeoutMs, interval: 300 });
}

/** Throws, with the reason, unless the node has nothing left to do. */
export async function assertDrained(scene: Scene): Promise<void> {
  const api = scene.api();
  const [rollup, { blocks }, { payouts }, ready, chain] = await Promise.all([
    readApi(api, "rollup"),
    readApi(api, "blocks", { query: { limit: "1" } }),
    readApi(api, "payouts", { query: { status: "owed", limit: "1" } }),
    readApi(api, "ready"),
    scene.l1.state(),
  ]);
  const now = {
    isReady: ready.isReady,
    newestBlock: blocks[0]?.status ?? "final",
    owed: payouts.length,
    queue: chain.queueTail - chain.queueHead,
    blocksOnL1: Number(chain.lastBlock),
    final: rollup.lastFinalBlock,
  };
  const number = blocks[0]?.number ?? 0;
  expect(now).toEqual({
    isReady: true,
    newestBlock: "final",
    owed: 0,
    queue: 0n,
    blocksOnL1: number,
    final: number,
  });
}

/**
 * Drains, then checks that nothing was lost, done twice or invented: every acknowledged transaction is in exactly one
 * block; the reference model, run over the blocks, computes L1's root, the node's root and the node's accounts; each
 * payout was settled once, with the right amount; custody equals what is owed; no batch and no payment was sent twice;
 * events lead to the histories.
 */
export async function audit(scene: Scene, options: AuditOptions = {}): Promise<AuditReport> {
  await drain(scene);
  const problems: string[] = [];
  const lists = await readBlockLists(scene.api());
  const sent = scene.ledger.sent();
  const placesOf = new Map<string, number[]>();
  for (const [block, ids] of lists) for (const id of ids) placesOf.set(id, [...(placesOf.get(id) ?? []), block]);

  for (const [id, places] of placesOf) {
    const entry = sent.get(id);
    if (entry === undefined) problems.push(`${id} in block ${places} was never sent`);
    if (entry?.refusal != null) problems.push(`${id} in block ${places} was refused: ${entry.refusal}`);
    if (places.length > 1) problems.push(`${id} is in blocks ${places}`);
  }
  problems.push(...(await auditAcknowledged(scene, placesOf, options.impossible ?? new Set())));

  const accepted = await readBlocks(scene, lists);
  const numbers = accepted.map(({ number }) => number);
  const inOrder = Array.from({ length: lists.size }, (_, i) => i + 1);
  if (numbers.join() !== inOrder.join()) problems.push(`L1 has blocks ${numbers}, the node ${[...lists.keys()]}`);
  const outcome = runOracle(scene.l1.rollup, accepted, scene.crypto, scene.feeOwner);
  problems.push(...outcome.problems);
  problems.push(...(await auditState(scene, outcome)));
  const owners = new Set([...[...outcome.accounts.values()].map(({ owner }) => owner), ...scene.recipients()]);
  problems.push(...(await auditEvents(scene.api(), owners)));
  const payouts = await auditMoney(scene, outcome, problems);
  const batches = new Set(accepted.map(({ batch }) => batch)).size;
  problems.push(...(await auditPublisher(scene, batches, options.reverted ?? 0)));
  expect(problems, problems.join("\n")).toEqual([]);
  return {
    blocks: accepted.length,
    batches,
    transactions: placesOf.size,
    acknowledged: scene.ledger.acknowledged().length,
    payouts,
  };
}

/** The result of the blocks on L1 according to the reference model; the node is only asked for the blocks' content. */
export async function readOutcome(scene: Scene): Promise<Outcome> {
  const accepted = await readBlocks(scene, await readBlockLists(scene.api()));
  return runOracle(scene.l1.rollup, accepted, scene.crypto, scene.feeOwner);
}

function readBlocks(scene: Scene, lists: ReadonlyMap<number, readonly string[]>): Promise<AcceptedBlock[]> {
  return readAcceptedBlocks(scene.l1, (block) => toGroups(lists.get(block) ?? [], scene));
}

async function readBlockLists(api: string): Promise<Map<number, string[]>> {
  const numbers: number[] = [];
  let cursor: string | undefined;
  do {
    const page: RouteResponse<"blocks"> = await readApi(api, "blocks", {
      query: cursor === undefined ? { limit: "100" } : { limit: "100", cursor },
    });
    numbers.push(...page.blocks.map(({ number }) => number));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  const lists = await Promise.all(
    numbers.map(async (number) => {
      const { transactions } = await readApi(api, "blockTransactions", { params: { number: String(number) } });
      return [number, idsBySlot(transactions)] as const;
    }),
  );
  return new Map(lists.sort(([a], [b]) => a - b));
}

async function auditAcknowledged(
  scene: Scene,
  placesOf: ReadonlyMap<string, readonly number[]>,
  impossible: ReadonlySet<string>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { id, acknowledgement } of scene.ledger.acknowledged()) {
    const answer = await callApi(scene.api(), "transaction", { params: { id } });
    if (answer.type === "failure") {
      problems.push(`${id} was acknowledged and has disappeared: ${answer.message}`);
      continue;
    }
    const { status, inclusion, history } = answer.value;
    const wasRequeued = history.some(({ type }) => type === "requeued");
    if (impossible.has(id)) {
      if (status !== "rejected" || !wasRequeued || placesOf.has(id))
        problems.push(`${id} was executed anyway: ${status}`);
      continue;
    }
    if (status !== "final" || placesOf.get(id)?.[0] !== inclusion?.block) {
      problems.push(`${id} was acknowledged and is ${status} in ${inclusion?.block}, found in ${placesOf.get(id)}`);
    }
    const promised = acknowledgement?.inclusion ?? null;
    const isMoved = promised !== null && JSON.stringify(promised) !== JSON.stringify(inclusion);
    if (isMoved && !wasRequeued) problems.push(`${id} moved from ${promised.block} to ${inclusion?.block} unseen`);
  }
  return problems;
}

/** Transactions of a block in the groups they were sent in. */
function toGroups(ids: readonly string[], scene: Scene): SignedTransaction[][] {
  const groups: SignedTransaction[][] = [];
  let last: readonly string[] | null = null;
  for (const id of ids) {
    const entry = scene.ledger.sent().get(id);
    if (entry === undefined) continue;
    const continues = last !== null && last === entry.group && entry.group.length > 1;
    if (continues) groups.at(-1)?.push(entry.signed);
    else groups.push([entry.signed]);
    last = entry.group;
  }
  return groups;
}

async function auditState(scene: Scene, outcome: Outcome): Promise<string[]> {
  const problems: string[] = [];
  const api = scene.api();
  const [chain, rollup] = await Promise.all([scene.l1.state(), readApi(api, "rollup")]);
  const roots = { model: outcome.root, l1: BigInt(chain.root), node: BigInt(rollup.root) };
  if (new Set(Object.values(roots)).size > 1) {
    problems.push(
      `roots differ: ${JSON.stringify(roots, (_, value) => (typeof value === "bigint" ? `0x${value.toString(16)}` : value))}`,
    );
  }
  if (chain.nextIndex !== outcome.nextIndex || rollup.nextIndex !== outcome.nextIndex)
    problems.push("nextIndex differs");
  const compareAccount = async (index: AccountIndex): Promise<void> => {
    const shown = await readApi(api, "account", { params: { index: String(index) } });
    const expected = outcome.accounts.get(index);
    if (expected === undefined) return;
    const [seen, wanted] = [
      [shown.balance, shown.nonce, shown.owner, shown.tokenId, BigInt(shown.key), shown.ownerKey],
      [
        expected.balance.toString(),
        expected.nonce,
        bigintToAddress(expected.owner),
        expected.tokenId,
        expected.key,
        expected.ownerKey,
      ],
    ].map((fields) => fields.join(" ").toLowerCase());
    if (seen !== wanted) problems.push(`account ${index} is ${seen}, should be ${wanted}`);
  };
  for (const index of outcome.accounts.keys()) await compareAccount(index);
  return problems;
}

/** Checks payouts, custody and the recipients' balances; returns the number of payouts. */
async function auditMoney(scene: Scene, outcome: Outcome, problems: string[]): Promise<number> {
  const { reader, address } = scene.l1.rollup;
  const contract = { address, abi: rollupAbi } as const;
  const settled = await reader.getLogs({ address, events: [PAID, DEFERRED], fromBlock: 0n, strict: true });
  // L1 emits no event for a payout of zero, the result of an empty account's forced withdrawal.
  const due = [...outcome.payouts].flatMap(([batch, list]) =>
    list.flatMap(({ recipient, tokenId, amount }, i) =>
      amount === 0n ? [] : [`${batch}/${i} ${bigintToAddress(recipient)} ${tokenId} ${amount}`],
    ),
  );
  const done = settled.map(({ args }) =>
    [`${args.batchNumber}/${args.position}`, args.recipient, args.tokenId, args.amount].join(" "),
  );
  const [wanted, seen] = [due, done].map((list) => list.map((line) => line.toLowerCase()).sort());
  if (wanted?.join() !== seen?.join()) problems.push(`payouts due ${wanted}, settled ${seen}`);

  const paid = settled.filter(({ eventName }) => eventName === "PayoutPaid").map(({ args }) => args);
  for (const recipient of scene.recipients()) {
    const owner = bigintToAddress(recipient).toLowerCase();
    const earned = paid
      .filter((one) => one.tokenId === 0 && one.recipient.toLowerCase() === owner)
      .reduce((sum, { amount }) => sum + amount, 0n);
    const balance = await reader.getBalance({ address: bigintToAddress(recipient) });
    if (balance !== earned) problems.push(`${owner} has ${balance}, was paid ${earned}`);
  }

  const beneficiaries = new Set([...settled.map(({ args }) => args.recipient), scene.l1.wallet(0).account.address]);
  const tokenCount = await reader.readContract({ ...contract, functionName: "tokenCount" });
  for (let token = 0; token <= tokenCount; token++) {
    let owed = [...outcome.accounts.values()]
      .filter(({ tokenId }) => tokenId === token)
      .reduce((sum, { balance }) => sum + balance, 0n);
    for (const beneficiary of beneficiaries) {
      owed += await reader.readContract({ ...contract, functionName: "claimable", args: [token, beneficiary] });
    }
    const custody = await reader.readContract({ ...contract, functionName: "custody", args: [token] });
    const balance = await balanceOf(scene, token);
    if (custody !== owed || balance !== custody) {
      problems.push(`token ${token}: owed ${owed}, custody ${custody}, balance ${balance}`);
    }
  }
  return due.length;
}

async function balanceOf(scene: Scene, token: number): Promise<bigint> {
  const { reader, address } = scene.l1.rollup;
  if (token === 0) return reader.getBalance({ address });
  const contract = await reader.readContract({
    address,
    abi: rollupAbi,
    functionName: "tokenAddress",
    args: [token],
  });
  return reader.readContract({ address: contract, abi: erc20Abi, functionName: "balanceOf", args: [address] });
}

/**
 * Checks the L1 transactions of the publisher's account: every batch once, no batch and no payment under two nonces.
 */
async function auditPublisher(scene: Scene, batches: number, allowedReverts: number): Promise<string[]> {
  const problems: string[] = [];
  const { reader, address } = scene.l1.rollup;
  const operator = scene.l1.wallet(0).account.address.toLowerCase();
  const successful = new Map<string, number>();
  let reverts = 0;
  for (let number = await scene.l1.head(); number > 0; number--) {
    const { transactions } = await reader.getBlock({ blockNumber: BigInt(number), includeTransactions: true });
    for (const { from, to, input, hash } of transactions) {
      const name = PURPOSES.get(input.slice(0, 10));
      if (from.toLowerCase() !== operator || to?.toLowerCase() !== address.toLowerCase() || name === undefined)
        continue;
      const { status } = await reader.getTransactionReceipt({ hash });
      if (status === "reverted") reverts++;
      else successful.set(input, (successful.get(input) ?? 0) + 1);
    }
  }
  const submitted = [...successful].filter(([input]) => PURPOSES.get(input.slice(0, 10)) === "submitBatch");
  if (submitted.length !== batches) problems.push(`${batches} batches, ${submitted.length} submissions`);
  for (const [input, times] of successful) if (times > 1) problems.push(`${input.slice(0, 74)}… ran ${times} times`);
  if (reverts > allowedReverts) problems.push(`${reverts} transactions of the publisher reverted`);
  return problems;
}
