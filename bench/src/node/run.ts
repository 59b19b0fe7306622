import { loadavg } from "node:os";
import { rollupDomain } from "@cairn/l1";
import { CairnError, floorToFloat16, type SoloSize } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";
import { DEPOSIT_WEI, fundAccounts } from "./accounts.ts";
import { readBatches, readBlocks } from "./chain-reader.ts";
import { checkNode, waitUntilProven, waitUntilSealed } from "./checks.ts";
import { type BenchDatabase, type BenchEnvironment, startEnvironment } from "./environment.ts";
import { lagsOf } from "./lags.ts";
import { expectedAccounts, idsOf } from "./ledger.ts";
import type { LoadClient, LoadResult, LoadShape } from "./load.ts";
import { createLoadThread } from "./load-thread.ts";
import { createNodeApi, type NodeApi } from "./node-api.ts";
import { percentilesOf } from "./percentiles.ts";
import type { LoadFigures, NodeRun, OverloadFigures } from "./report.ts";
import type { SignedRequest } from "./signing.ts";
import { signAll } from "./signing-pool.ts";
import { type PlannedRequest, planTraffic, staleAccount } from "./traffic.ts";
import { type CpuByName, cpuBetween, readDescendants, readThreads, readUsage } from "./usage.ts";

/** How one configuration is measured. */
export interface RunOptions {
  readonly cacheDir: string;
  readonly database: BenchDatabase;
  readonly isProving: boolean;
  readonly slots: SoloSize;
  readonly accounts: number;
  /** Duration of the full load, and of the half load after it. */
  readonly seconds: number;
  readonly seed: number;
  /** 0 … 1. */
  readonly invalidShare: number;
  /** Clients at full load. */
  readonly concurrency: number;
  /** Clients of the overload, more than the node serves at a time; 0 to leave the overload out. */
  readonly overloadClients: number;
  /** Transfers per second for which signed requests are made beforehand. */
  readonly signedPerSecond: number;
  /** Blocks of the load that must reach L1 before the end, when proving. */
  readonly drainBlocks: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Where CPU profiles of the node go; null for none. */
  readonly profileDir: string | null;
}

const WARM_UP_SECONDS = 3;
const MEMORY_POLL_MS = 250;
/** How the signed requests are divided; the half load gets what the full load leaves. */
const SHARES = { warmUp: 0.1, full: 0.45, overload: 0.2 };
const VALIDITY_SECONDS = 86_400;
/** How much more than the quote transfers pay, so that none is refused when the gas price moves. */
const FEE_MARGIN = 4n;
const PROOF_TIMEOUT_MS = 300_000;

/**
 * Measures one configuration and then checks the node's data. Throws `bench/wrong-answer`, `bench/check-failed`,
 * `bench/node-failed`.
 */
export async function measureNode(options: RunOptions, say: (message: string) => void): Promise<NodeRun> {
  say(`starting L1, ${options.database.type} database and node${options.isProving ? " with prover" : ""}`);
  const { profileDir } = options;
  const nodeFlags = profileDir === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
  const environment = await startEnvironment({ ...options, nodeFlags });
  const api = createNodeApi(environment.node.url);
  try {
    return await measure(options, environment, api, say);
  } finally {
    await api.close();
    await environment.stop();
  }
}

async function measure(
  options: RunOptions,
  { devnet, node }: BenchEnvironment,
  api: NodeApi,
  say: (message: string) => void,
): Promise<NodeRun> {
  const loadBefore = loadavg()[0] ?? 0;
  say(`${options.accounts} accounts by deposits on L1`);
  const funded = await fundAccounts(devnet, api, { count: options.accounts, seed: options.seed });
  await waitUntilSealed(api, node);
  const quote = await api.get("quote", { query: { kind: "transfer", tokenId: "0" } });
  const fee = floorToFloat16(FEE_MARGIN * BigInt(quote.fee));
  const plan = planRequests(options);
  say(`signing ${plan.length} requests`);
  const context = {
    accounts: funded.accounts,
    domain: rollupDomain(devnet.rollup),
    fee,
    validUntil: Math.floor(Date.now() / 1000) + VALIDITY_SECONDS,
  };
  const requests = await signAll(plan, context);
  const firstLoadBlock = ((await api.get("rollup")).lastBlock ?? 0) + 1;
  const client = createLoadThread(node.url, Math.max(options.concurrency, options.overloadClients, 256));
  const accepted: number[] = [];
  const load = async (name: string, shape: LoadShape): Promise<LoadFigures & { readonly result: LoadResult }> => {
    say(`${name}: ${shape.type === "open" ? `${shape.perSecond.toFixed(0)}/s` : `${shape.concurrency} clients`}`);
    const { result, figures } = await runLoad(client, shape, node.pid);
    for (const position of result.accepted) accepted.push(position);
    say(describe(figures));
    return { ...figures, result };
  };
  client.add(requests);
  const closed = (concurrency: number, seconds: number, limit: number): LoadShape => ({
    type: "closed",
    concurrency,
    seconds,
    limit: Math.ceil(limit),
  });
  await load("first request", closed(1, options.seconds, 1));
  const warmUpSeconds = Math.min(WARM_UP_SECONDS, options.seconds);
  await load("warm-up", closed(options.concurrency, warmUpSeconds, SHARES.warmUp * plan.length));
  const full = await load("full load", closed(options.concurrency, options.seconds, SHARES.full * plan.length));
  const overload =
    options.overloadClients === 0
      ? null
      : await measureOverload(options.overloadClients, node.pid, () =>
          load("overload", closed(options.overloadClients, options.seconds / 2, SHARES.overload * plan.length)),
        );
  const perSecond = full.acceptedPerSecond / (1 - options.invalidShare) / 2;
  const half = await load("half load", { type: "open", perSecond, seconds: options.seconds, seed: options.seed });
  await client.close();

  say("waiting for the last block");
  await waitUntilSealed(api, node);
  if (options.isProving) {
    say(`waiting for block ${firstLoadBlock + options.drainBlocks - 1} on L1`);
    await waitUntilProven(api, firstLoadBlock + options.drainBlocks - 1, PROOF_TIMEOUT_MS);
  }
  say(`checking ${accepted.length} accepted transactions`);
  const checks = await check(options, { devnet, api, funded, fee, plan, requests, accepted });
  const usage = await readUsage(node.pid);
  const [blocks, batches] = [await readBlocks(api, firstLoadBlock), await readBatches(api, firstLoadBlock)];
  return {
    database: options.database.type === "embedded" ? "PGlite" : "PostgreSQL",
    isProving: options.isProving,
    slots: options.slots,
    accounts: options.accounts,
    full: figuresOf(full),
    half: figuresOf(half),
    overload,
    lags: lagsOf(blocks, batches),
    proverCpuSeconds: options.isProving ? (usage?.childCpuSeconds ?? null) : null,
    nodePeakBytes: usage?.peakResidentBytes ?? null,
    loadAverage: [loadBefore, loadavg()[0] ?? 0],
    checks,
  };
}

/** The plan of the whole run; its first request makes nonce 0 of the stale account too low. */
function planRequests(options: RunOptions): PlannedRequest[] {
  const seconds = WARM_UP_SECONDS + 1.5 * options.seconds;
  const requests = Math.ceil(seconds * options.signedPerSecond);
  const first = { sender: staleAccount(options), receiver: 0, nonce: 0, amount: 1n, fault: null };
  return [first, ...planTraffic({ ...options, requests })];
}

async function runLoad(
  client: LoadClient,
  shape: LoadShape,
  pid: number,
): Promise<{ readonly result: LoadResult; readonly figures: LoadFigures }> {
  const read = async () => {
    const [node, threads, others] = [await readUsage(pid), await readThreads(pid), await readDescendants(process.pid)];
    return { node, threads, others, bench: process.cpuUsage() };
  };
  const before = await read();
  const result = await client.run(shape);
  const after = await read();
  if (result.wrong.count > 0) {
    const examples = result.wrong.examples.join("\n");
    throw new CairnError<BenchErrorCode>(
      "bench/wrong-answer",
      `${result.wrong.count} wrong answers, such as\n${examples}`,
    );
  }
  const { seconds, accepted, acceptedInTime, refused, overloaded, broken, latenciesMs } = result;
  const benchSeconds = (after.bench.user + after.bench.system - before.bench.user - before.bench.system) / 1e6;
  const perTransfer = (used: CpuByName): CpuByName =>
    Object.fromEntries(Object.entries(used).map(([name, cpu]) => [name, (1000 * cpu) / accepted.length]));
  const figures = {
    offeredPerSecond: shape.type === "open" ? shape.perSecond : null,
    seconds,
    accepted: accepted.length,
    acceptedPerSecond: acceptedInTime / seconds,
    refused,
    overloaded,
    broken,
    latencyMs: percentilesOf(latenciesMs),
    cpu:
      before.node === null || after.node === null
        ? null
        : {
            node: (after.node.cpuSeconds - before.node.cpuSeconds) / seconds,
            bench: benchSeconds / seconds,
            threadsMs: perTransfer(cpuBetween(before.threads, after.threads)),
            othersMs: perTransfer(cpuBetween(before.others, after.others)),
          },
  };
  return { result, figures };
}

async function measureOverload(
  clients: number,
  pid: number,
  load: () => Promise<LoadFigures & { readonly result: LoadResult }>,
): Promise<OverloadFigures> {
  const before = await readUsage(pid);
  let highest = before?.residentBytes ?? 0;
  const poll = setInterval(async () => {
    highest = Math.max(highest, (await readUsage(pid))?.residentBytes ?? 0);
  }, MEMORY_POLL_MS);
  const { result, ...figures } = await load().finally(() => clearInterval(poll));
  const memoryBytes = before === null ? null : highest - before.residentBytes;
  return { ...figures, clients, refusalMs: percentilesOf(result.overloadLatenciesMs), memoryBytes };
}

async function check(
  options: RunOptions,
  made: {
    readonly devnet: BenchEnvironment["devnet"];
    readonly api: NodeApi;
    readonly funded: Awaited<ReturnType<typeof fundAccounts>>;
    readonly fee: bigint;
    readonly plan: readonly PlannedRequest[];
    readonly requests: readonly SignedRequest[];
    readonly accepted: readonly number[];
  },
) {
  const executed = made.accepted.flatMap((position) => made.plan[position] ?? []);
  const { accounts, fees } = expectedAccounts(executed, { ...options, deposit: DEPOSIT_WEI, fee: made.fee });
  return checkNode(made.api, made.devnet, {
    ids: idsOf(made.requests, made.accepted),
    funded: made.funded,
    expected: accounts,
    expectedFeeBalance: DEPOSIT_WEI + fees,
  });
}

function figuresOf({ result: _result, ...figures }: LoadFigures & { readonly result: LoadResult }): LoadFigures {
  return figures;
}

function describe({ acceptedPerSecond, latencyMs, cpu, overloaded }: LoadFigures): string {
  const used = cpu === null ? "" : `, CPU node ${cpu.node.toFixed(2)} client ${cpu.bench.toFixed(2)}`;
  const refused = overloaded === 0 ? "" : `, ${overloaded} overloaded`;
  return `  ${acceptedPerSecond.toFixed(0)} accepted/s, p50 ${latencyMs.p50.toFixed(1)} ms, p99 ${latencyMs.p99.toFixed(1)} ms${used}${refused}`;
}
