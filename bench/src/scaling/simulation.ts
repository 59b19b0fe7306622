import { type ProofNode, planTree } from "../batch/tree.ts";

/** Seconds that one machine takes for one proof of a kind, witness included. */
export interface ProofSeconds {
  readonly block: number;
  readonly merge: number;
  readonly last: number;
}

/** A steady stream of transfers, and what proves it. */
export interface Pipeline {
  readonly transfersPerSecond: number;
  readonly slots: number;
  /** Of each batch. */
  readonly blocks: number;
  readonly seconds: ProofSeconds;
}

interface Job {
  readonly batch: number;
  readonly seconds: number;
  /** Job that verifies this one's proof; null for the last proof of a batch. */
  parent: Job | null;
  /** Proofs, or a sealed block, that it still waits for. */
  waitsFor: number;
}

/** Seconds between the first and the last transfer of a batch. */
export function fillSeconds({ transfersPerSecond, slots, blocks }: Pipeline): number {
  return (slots * blocks) / transfersPerSecond;
}

/** Seconds of one machine that the proofs of a batch take. */
export function batchWork({ blocks, seconds }: Pick<Pipeline, "blocks" | "seconds">): number {
  return jobsOf(0, blocks, seconds).jobs.reduce((sum, job) => sum + job.seconds, 0);
}

/**
 * Seconds from the last transfer of each of `batches` batches to its last proof, with this many machines, each at one proof at
 * a time: the oldest batch first, and in it the proof that the tree has first.
 *
 * @example simulateLags(pipeline, 4, 10).at(-1) // the lag once the machines are busy with several batches
 */
export function simulateLags(pipeline: Pipeline, machines: number, batches: number): number[] {
  const { blocks, seconds } = pipeline;
  const blockSeconds = fillSeconds(pipeline) / blocks;
  const order = new Map<Job, number>();
  const sealed: { readonly at: number; readonly job: Job }[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const { jobs, leaves } = jobsOf(batch, blocks, seconds);
    for (const job of jobs) order.set(job, order.size);
    for (const [i, job] of leaves.entries()) sealed.push({ at: (batch * blocks + i + 1) * blockSeconds, job });
  }
  const lags: number[] = [];
  const ready: Job[] = [];
  const running: { readonly at: number; readonly job: Job }[] = [];
  const fulfil = (job: Job): void => {
    job.waitsFor--;
    if (job.waitsFor === 0) insertSorted(ready, job, (other) => order.get(other) ?? 0);
  };
  let next = 0;
  while (lags.length < batches) {
    const [seal, end] = [sealed[next], running[0]];
    const isSeal = seal !== undefined && (end === undefined || seal.at <= end.at);
    const event = isSeal ? seal : end;
    if (event === undefined) throw new TypeError("a proof waits for nothing");
    if (isSeal) {
      next++;
      fulfil(event.job);
    } else {
      running.shift();
      if (event.job.parent !== null) fulfil(event.job.parent);
      else lags[event.job.batch] = event.at - (event.job.batch + 1) * blocks * blockSeconds;
    }
    while (running.length < machines) {
      const job = ready.shift();
      if (job === undefined) break;
      insertSorted(running, { at: event.at + job.seconds, job }, ({ at }) => at);
    }
  }
  return lags;
}

/** The fewest machines with which lags do not grow, and the largest lag then. */
export function fewestMachines(pipeline: Pipeline): { readonly machines: number; readonly lagSeconds: number } {
  const work = batchWork(pipeline);
  const period = fillSeconds(pipeline);
  // Enough batches for those under way at the same time to reach a steady state.
  const batches = 40 + 4 * Math.ceil(work / period);
  for (let machines = Math.ceil(work / period); ; machines++) {
    const late = simulateLags(pipeline, machines, batches).slice(batches / 2);
    const [first = 0, last = 0] = [late[0], late.at(-1)];
    if (last <= first + 1) return { machines, lagSeconds: Math.max(...late) };
  }
}

/** The proofs of a batch in the order of the tree, those that others verify first. */
function jobsOf(batch: number, blocks: number, seconds: ProofSeconds): { jobs: Job[]; leaves: Job[] } {
  const [jobs, leaves]: [Job[], Job[]] = [[], []];
  const add = (node: ProofNode): Job => {
    const children = node.type === "block" ? [] : node.children.map(add);
    const job: Job = {
      batch,
      seconds: node.type === "block" ? seconds.block : seconds.merge,
      parent: null,
      waitsFor: Math.max(1, children.length),
    };
    for (const child of children) child.parent = job;
    jobs.push(job);
    if (node.type === "block") leaves.push(job);
    return job;
  };
  const children = planTree(blocks).children.map(add);
  const last: Job = { batch, seconds: seconds.last, parent: null, waitsFor: children.length };
  for (const child of children) child.parent = last;
  return { jobs: [...jobs, last], leaves };
}

function insertSorted<T>(list: T[], item: T, key: (item: T) => number): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = list[middle];
    if (other !== undefined && key(other) <= key(item)) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, item);
}
