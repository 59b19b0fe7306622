import { batchPlan, createBatchPolicy, earlyPlans, type PlannedProof, type WaitingBlock } from "@cairn/node";
import { accountIndex, type BlockSize, cellsToBytes, encodeHeaderCell, type SoloSize } from "@cairn/protocol";
import { createProofQueue, type SimulatedProof } from "./proof-queue.ts";
import { insertSorted } from "./sorted.ts";

/** Seconds that one machine takes for one proof of a kind, witness included. */
export interface ProofSeconds {
  /** Alone or for a batch. */
  readonly block: number;
  readonly merge: number;
  /** Last proofs of batches of several blocks, by their circuits. */
  readonly pair: number;
  readonly batch: number;
}

/** A steady stream of transfers, and what proves it. */
export interface Pipeline {
  readonly transfersPerSecond: number;
  readonly slots: BlockSize;
  /** Most blocks of a batch, `CAIRN_BATCH_BLOCKS`. */
  readonly blocks: number;
  readonly seconds: ProofSeconds;
  /** A block that is not full is sealed after so long, `CAIRN_BLOCK_TIME_MS`; never unless given. */
  readonly blockSeconds?: number;
  /** A batch that is not full is closed after so long, `CAIRN_BATCH_SECONDS`; never unless given. */
  readonly batchSeconds?: number;
  /** Most proofs offered at a time, `CAIRN_PROOF_JOBS`; by default its default, and at least twice the machines. */
  readonly maxJobs?: number;
}

/** A batch of the simulation. Times are seconds since the first transfer of all. */
export interface SimulatedBatch {
  readonly blocks: number;
  readonly transfers: number;
  /** When its first block was opened, and its last one sealed. */
  readonly firstTransferAt: number;
  readonly lastTransferAt: number;
  readonly closedAt: number;
  readonly provenAt: number;
}

/** Of `CAIRN_PROOF_JOBS`. */
const DEFAULT_JOBS = 64;

/** Called when a machine begins a proof. */
type Begun = (plan: PlannedProof) => void;

/** Seconds between two blocks. */
export function blockInterval(pipeline: Pick<Pipeline, "transfersPerSecond" | "slots" | "blockSeconds">): number {
  const { transfersPerSecond, slots, blockSeconds = Number.POSITIVE_INFINITY } = pipeline;
  return Math.min(slots / transfersPerSecond, blockSeconds);
}

/** Seconds between the first and the last transfer of a full batch. */
export function fillSeconds({ transfersPerSecond, slots, blocks }: Pipeline): number {
  return (slots * blocks) / transfersPerSecond;
}

/** Seconds of one machine that the proofs of a batch of so many blocks take. */
export function batchWork({ blocks, seconds }: Pick<Pipeline, "blocks" | "seconds">): number {
  const sum = (plan: PlannedProof): number =>
    plan.children.reduce((total, child) => total + sum(child), secondsOf(plan, seconds));
  return sum(batchPlan(1, sizesOf(blocks)));
}

/**
 * The first `count` batches that so many machines prove, each machine one proof at a time. Blocks are sealed as the stream fills
 * them. Which of them form a batch is decided by the node's own policy, what is proven ahead by its plans, and who gets which
 * proof next by the order of its jobs; only their clock and the times of proofs are simulated.
 *
 * @example simulateBatches(pipeline, 4, 10).map(({ provenAt, lastTransferAt }) => provenAt - lastTransferAt)
 */
export function simulateBatches(pipeline: Pipeline, machines: number, count: number, begun?: Begun): SimulatedBatch[] {
  const { slots, blocks: maxBlocks, batchSeconds = Number.POSITIVE_INFINITY } = pipeline;
  const interval = blockInterval(pipeline);
  const policy = createBatchPolicy({ maxBlocks, maxAgeSeconds: batchSeconds, inclusionDelaySeconds: null });
  const queue = createProofQueue(pipeline.maxJobs ?? Math.max(DEFAULT_JOBS, 2 * machines));
  const seal = { cells: headerBytes(slots) };
  const closed: Omit<SimulatedBatch, "provenAt">[] = [];
  const provenAt: number[] = [];
  const lastProofs = new Map<SimulatedProof, number>();
  const running: { readonly at: number; readonly proof: SimulatedProof }[] = [];
  let waiting: WaitingBlock[] = [];
  let [sealed, firstWaiting, isDone] = [0, 1, 0];
  let againAt = Number.POSITIVE_INFINITY;

  const close = (now: number): void => {
    const situation = { waiting, oldestEntryAt: null, nextEntryAt: [], isStranger: false, mayUseCalldata: false };
    const { batches, againAtMs } = policy({ ...situation, nowMs: Math.ceil(now * 1000) });
    againAt = againAtMs === null ? Number.POSITIVE_INFINITY : againAtMs / 1000;
    for (const blocks of batches) {
      const proof = queue.plan(batchPlan(firstWaiting, sizesOf(blocks)));
      lastProofs.set(proof, closed.length);
      const firstTransferAt = (firstWaiting - 1) * interval;
      const [lastTransferAt, inBlock] = [(firstWaiting - 1 + blocks) * interval, transfersOfBlock(pipeline)];
      closed.push({ blocks, transfers: blocks * inBlock, firstTransferAt, lastTransferAt, closedAt: now });
      waiting = waiting.slice(blocks);
      firstWaiting += blocks;
    }
    if (batches.length > 0) {
      close(now);
      return;
    }
    for (const early of earlyPlans(firstWaiting, sizesOf(waiting.length))) queue.plan(early);
  };

  while (isDone < count) {
    const sealAt = closed.length < count ? (sealed + 1) * interval : Number.POSITIVE_INFINITY;
    const end = running[0];
    const now = Math.min(sealAt, againAt, end?.at ?? Number.POSITIVE_INFINITY);
    if (!Number.isFinite(now)) throw new TypeError("a proof waits for nothing");
    if (now === sealAt) {
      sealed++;
      const [timestamp, sealedAtMs] = [(sealed - 1) * interval, sealAt * 1000];
      waiting.push({ timestamp, slotCount: slots, l1OperationCount: 0, seal: { ...seal, sealedAtMs } });
      close(now);
    } else if (now === againAt) {
      close(now);
    } else if (end !== undefined) {
      running.shift();
      queue.made(end.proof);
      const batch = lastProofs.get(end.proof);
      if (batch !== undefined) {
        provenAt[batch] = now;
        if (batch < count) isDone++;
      }
    }
    while (running.length < machines) {
      const proof = queue.take();
      if (proof === undefined) break;
      begun?.(proof.plan);
      insertSorted(running, { at: now + secondsOf(proof.plan, pipeline.seconds), proof }, ({ at }) => at);
    }
  }
  return closed.slice(0, count).map((batch, i) => ({ ...batch, provenAt: provenAt[i] ?? Number.NaN }));
}

/** Seconds from the last transfer of each of the first `count` batches to its last proof. */
export function simulateLags(pipeline: Pipeline, machines: number, count: number): number[] {
  return simulateBatches(pipeline, machines, count).map(({ provenAt, lastTransferAt }) => provenAt - lastTransferAt);
}

/** How many batches are under way at a time at least, if one is sealed every so many seconds. */
export function batchesUnderWay({ blocks, seconds }: Pick<Pipeline, "blocks" | "seconds">, batchEvery: number): number {
  return Math.ceil(longestPath(batchPlan(1, sizesOf(blocks)), seconds) / batchEvery);
}

/** The fewest machines with which lags do not grow, and the largest lag then. */
export function fewestMachines(pipeline: Pipeline): { readonly machines: number; readonly lagSeconds: number } {
  const work = batchWork(pipeline);
  const period = fillSeconds(pipeline);
  // Enough for a steady state.
  const batches = 40 + 4 * batchesUnderWay(pipeline, period);
  for (let machines = Math.ceil(work / period); ; machines++) {
    const late = simulateLags(pipeline, machines, batches).slice(batches / 2);
    const [first = 0, last = 0] = [late[0], late.at(-1)];
    if (last <= first + 1) return { machines, lagSeconds: Math.max(...late) };
  }
}

/** Trees and the order of jobs do not depend on the size of the blocks. */
function sizesOf(blocks: number): SoloSize[] {
  return new Array<SoloSize>(blocks).fill(16);
}

/** Transfers in a block. */
function transfersOfBlock({ transfersPerSecond, slots, blockSeconds = Number.POSITIVE_INFINITY }: Pipeline): number {
  return Math.min(slots, transfersPerSecond * blockSeconds);
}

function longestPath(plan: PlannedProof, seconds: ProofSeconds): number {
  return secondsOf(plan, seconds) + Math.max(0, ...plan.children.map((child) => longestPath(child, seconds)));
}

function secondsOf({ circuit, kind, children }: PlannedProof, seconds: ProofSeconds): number {
  if (kind === "merge") return seconds.merge;
  if (kind === "block" || children.length === 0) return seconds.block;
  return circuit === "pair" ? seconds.pair : seconds.batch;
}

/** Of a block, all that a policy reads of its cells. */
function headerBytes(slots: BlockSize): Uint8Array {
  const feeIndices = [0, 0, 0, 0].map(accountIndex);
  return cellsToBytes([encodeHeaderCell({ slots, l1Count: 0, extraCount: 0, timestamp: 0n, feeIndices })]);
}
