import { FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { formatAmount } from "../amounts.ts";
import { cliError } from "../errors.ts";
import { type RollupOnL1, readRollup } from "../health/l1-view.ts";
import { type NodeView, readNode } from "../health/node-view.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { type Failure, table, toFailure } from "../output.ts";

/** A requested value, or why it is missing. */
type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** `cairn status`: node, L1, queue, batches, lag. */
export function addStatusCommand({ program, run }: Host): void {
  const command = program.command("status").description("show node, L1, queue, batches, and how far each lags");
  addNetworkOptions(command);
  addExamples(command, "cairn status", "cairn status --json --node-url https://node.example");
  run(command, async (context) => {
    const network = context.network();
    if (!network.hasNode() && !network.hasL1()) {
      throw cliError("cli/not-configured", `neither a node nor L1 is named, not even in ${network.profilePath}`);
    }
    const [node, l1] = await Promise.all([
      network.hasNode() ? ask(() => readNode(network.node(), context.signal)) : null,
      network.hasL1() ? ask(async () => readRollup(await network.l1())) : null,
    ]);
    const isGood = (node === null || (node.ok && node.value.readiness.isReady)) && (l1 === null || l1.ok);
    const data = { isGood, node: shown(node), l1: shown(l1), agreement: compare(node, l1) };
    const rows = [...nodeRows(node), ...l1Rows(l1), ...data.agreement.map((line) => ["", line])];
    return { data, text: table(rows), exitCode: isGood ? 0 : 1 };
  });
}

async function ask<T>(read: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

function shown<T extends object>(answer: Answer<T> | null): object | null {
  if (answer === null) return null;
  if (answer.ok) return answer.value;
  const { code, message, hint } = answer.failure;
  return { error: { code, message, hint } };
}

function nodeRows(answer: Answer<NodeView> | null): string[][] {
  if (answer === null) return [["node", "not named"]];
  if (!answer.ok) return failureRows("node", answer.failure);
  const { url, health, readiness, rollup, ...lag } = answer.value;
  const parts = Object.entries(readiness.parts).map(
    ([name, { isReady, state }]) => `${name} ${state}${isReady ? "" : " (not ready)"}`,
  );
  const oldest = lag.oldestUnprovenSeconds === null ? "" : `, the oldest for ${lag.oldestUnprovenSeconds} s`;
  return [
    ["node", `${url}, version ${health.version}, ${readiness.isReady ? "ready" : "NOT READY"}`],
    ["parts", parts.join(", ")],
    [
      "blocks",
      `${rollup.lastBlock} sealed, ${rollup.lastProvenBlock} proven, ${rollup.lastFinalBlock} final; ${rollup.slots} slots each`,
    ],
    ["waiting", `${lag.unprovenBlocks} for L1${oldest}; ${lag.unfinalBlocks} for finality`],
    ["accounts", String(rollup.nextIndex - FIRST_ACCOUNT_INDEX)],
    ["batches", lag.recentBatches.map(describeBatch).join(", ") || "none"],
  ];
}

function describeBatch({ firstBlock, lastBlock, status }: NodeView["recentBatches"][number]): string {
  return `${firstBlock === lastBlock ? firstBlock : `${firstBlock} … ${lastBlock}`} ${status}`;
}

function l1Rows(answer: Answer<RollupOnL1> | null): string[][] {
  if (answer === null) return [["L1", "not named"]];
  if (!answer.ok) return failureRows("L1", answer.failure);
  const { queue, ...l1 } = answer.value;
  const open = l1.isSubmissionOpen ? "anyone may submit batches" : `operator ${l1.operator}`;
  const eth = { symbol: "ETH", decimals: 18 };
  return [
    [
      "L1",
      `chain ${l1.chainId}, block ${l1.l1Block}, gas ${formatAmount(l1.gasPriceWei, { symbol: "gwei", decimals: 9 })}`,
    ],
    ["rollup", `${l1.rollup}, ${l1.isFrozen ? "FROZEN" : open}`],
    ["accepted", `${l1.batches} batches up to block ${l1.lastBlock}`],
    [
      "queue",
      queue.feeWei === null
        ? `${queue.waiting} left over: their owners can reclaim them (cairn reclaim); no new entries are accepted`
        : `${queue.waiting} waiting, ${queue.overdue} overdue; a new entry costs ${formatAmount(queue.feeWei, eth)}`,
    ],
  ];
}

/** Disagreements between node and L1. */
function compare(node: Answer<NodeView> | null, l1: Answer<RollupOnL1> | null): string[] {
  if (node === null || l1 === null || !node.ok || !l1.ok) return [];
  const { rollup } = node.value;
  const told: string[] = [];
  if (rollup.rollup.toLowerCase() !== l1.value.rollup.toLowerCase() || rollup.chainId !== l1.value.chainId) {
    told.push(`the node serves another rollup: ${rollup.rollup} on chain ${rollup.chainId}`);
  }
  const behind = l1.value.lastBlock - rollup.lastProvenBlock;
  if (behind > 0) told.push(`L1 is ${behind} blocks ahead of what the node has seen of it`);
  const isSame = rollup.lastBlock === l1.value.lastBlock;
  if (isSame && rollup.root.toLowerCase() !== l1.value.root.toLowerCase()) {
    told.push(`node and L1 have different roots after block ${rollup.lastBlock}`);
  }
  return told;
}

function failureRows(what: string, { message, hint }: Failure): string[][] {
  return [[what, `UNREACHABLE: ${message}`], ...(hint === null ? [] : [["", hint]])];
}
