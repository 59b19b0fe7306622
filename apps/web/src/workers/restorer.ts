/** The worker that rebuilds the whole state from L1, and answers from it. It never asks a node. */
import { createFastCompress } from "@cairn/crypto/fast";
import { type BlobAccess, createBeaconSource, type L1Rollup, rollupAt } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { type ArchiveSource, readArchive, webArchive } from "@cairn/restore";
import { createMemoryStore, type KeyValueStore } from "@cairn/state";
import { restoreState, type StateFromL1, verifySolvency } from "@cairn/verify";
import { failureOf } from "./failure.ts";
import { type BrowserStorage, keptInBrowser } from "./kept-in-browser.ts";
import { readerOf } from "./l1-reader.ts";
import { ANSWERS, type Restored } from "./restored-answers.ts";
import type {
  RestoredSummary,
  RestorerOperation,
  RestorerOperations,
  RestorerQuestion,
  RestorerReply,
  RestorerSettings,
  RestoreStep,
} from "./restorer-protocol.ts";

/** Chains whose slots are not Ethereum's: a development L1 finds blobs by the number of the block. */
const DEVELOPMENT_CHAIN = 31_337;

/** A rollup, and what has been rebuilt of it so far. */
interface Work {
  readonly settings: RestorerSettings;
  readonly rollup: L1Rollup;
  readonly kept: BrowserStorage;
  store: KeyValueStore;
  state: StateFromL1 | null;
  /** An archive on a server is read once: later batches are on L1. */
  isArchiveRead: boolean;
}

let work: Promise<Work> | null = null;
let workOf = "";
/** Questions are answered one after another, so that none sees a state between two batches. */
let turn: Promise<unknown> = Promise.resolve();

self.addEventListener("message", ({ data }: MessageEvent<RestorerQuestion>) => {
  turn = turn.then(async () => self.postMessage(await reply(data)));
});

async function reply(question: RestorerQuestion): Promise<RestorerReply> {
  const { id, settings } = question;
  try {
    const key = JSON.stringify(settings);
    if (workOf !== key) work = null;
    workOf = key;
    work ??= begin(settings);
    const answer = await answerTo(await work, question, (step) => self.postMessage({ id, step }));
    return { id, answer };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

async function begin(settings: RestorerSettings): Promise<Work> {
  const { rollup, chainId, l1 } = settings;
  return {
    settings,
    rollup: rollupAt(readerOf(l1, chainId), rollup),
    kept: await keptInBrowser(rollup, chainId),
    store: createMemoryStore(),
    state: null,
    isArchiveRead: false,
  };
}

type Answer = RestorerOperations[RestorerOperation]["answer"];

async function answerTo(
  current: Work,
  { operation, asked }: RestorerQuestion,
  tell: (step: RestoreStep) => void,
): Promise<Answer> {
  if (operation === "restore") return restore(current, asked.file, tell);
  // The table ties each name to its types; a name that is not known yet cannot express that.
  const run = ANSWERS[operation] as (restored: Restored, asked: RestorerQuestion["asked"]) => Promise<Answer>;
  const { state, rollup } = current;
  if (state === null) throw new TypeError("nothing has been rebuilt");
  try {
    return await run({ state, rollup }, asked);
  } catch (error) {
    if (!isCairnError(error, "verify/l1-moved")) throw error;
    return run({ state: await bringUpToDate(current, null, tell), rollup }, asked);
  }
}

/** Rebuilds the state, and adds up whether the contract has what it owes. */
async function restore(current: Work, file: Blob | null, tell: (step: RestoreStep) => void): Promise<RestoredSummary> {
  const beganMs = performance.now();
  const state = await bringUpToDate(current, file, tell);
  const onProgress = (accounts: number, of: number) => tell({ type: "sums", accounts, of });
  const solvency = await verifySolvency(current.rollup, state.restored, { onProgress });
  const { batch, block, root } = state.restored.position();
  return {
    root,
    batch,
    block,
    accounts: solvency.accounts,
    l1: state.l1,
    solvency,
    seconds: (performance.now() - beganMs) / 1000,
    isKept: current.kept.isKept(),
  };
}

/** Until it is done, nothing is answered from the state: it may stand between two of L1's. */
async function bringUpToDate(
  current: Work,
  file: Blob | null,
  tell: (step: RestoreStep) => void,
): Promise<StateFromL1> {
  const { settings, rollup, kept, store, state: previous } = current;
  const { beacon, archive } = settings;
  const before = previous?.restored.position().batch;
  const archives: ArchiveSource[] = [];
  if (file !== null) archives.push(() => readArchive(chunksOf(file)));
  if (archive !== null && !current.isArchiveRead) archives.push(webArchive(archive));
  current.state = null;
  try {
    current.state = await restoreState({
      rollup,
      store,
      kept,
      finality: "latest",
      compress: await createFastCompress(),
      archives,
      ...(beacon === null ? {} : { blobs: await blobsFrom(beacon, settings.chainId) }),
      onProgress: ({ batch, batchCount, transactionsPerSecond, etaSeconds }) =>
        tell({ type: "batches", batch, batchCount, transactionsPerSecond, etaSeconds }),
    });
    current.isArchiveRead = true;
    return current.state;
  } catch (error) {
    if (isCairnError(error) && error.code.startsWith("l1/")) {
      // L1 could not be asked; what stands where it stood is still true of then.
      if (previous?.restored.position().batch === before) current.state = previous;
    } else {
      // What a lying RPC made may be past undoing: the next run begins anew, with what was kept and is checked again.
      current.store = createMemoryStore();
      current.isArchiveRead = false;
    }
    throw error;
  }
}

/** Checking blobs takes a large library, loaded when it is needed. */
async function blobsFrom(url: string, chainId: number): Promise<BlobAccess> {
  const { createBlobKzg } = await import("./blob-check.ts");
  const slots = chainId === DEVELOPMENT_CHAIN ? { slots: { type: "number" } as const } : {};
  return { sources: [createBeaconSource({ url, ...slots })], kzg: createBlobKzg() };
}

async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array, void, void> {
  const reader = file.stream().getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}
