import { readdirSync, readFileSync } from "node:fs";
import { GENESIS_CHAINS } from "@cairn/crypto";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import type { BlockOpening, StoredBlock } from "@cairn/db";
import { blockNumber, EMPTY_QUEUE_HASH } from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CACHE_DIR } from "../../test/node-harness.ts";
import { calldataOf, statementOf } from "../batches/content.ts";
import { sealBlock } from "../sequencer/sealing.ts";
import { PROOF_MEMORY_MB } from "./memory.ts";
import type { ProofMaker } from "./proof-maker.ts";
import type { SoloTask } from "./proof-task.ts";
import { createProofThread } from "./proof-thread.ts";

/** Priorities of this process's threads. */
function priorities(): number[] {
  return readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });
}

describe("proofs made in a thread of their own", () => {
  let task: SoloTask;
  let maker: ProofMaker;
  beforeAll(async () => {
    const compress = await createFastCompress();
    const tree = createStateTree({ store: createMemoryStore(), compress });
    const domain = { chainId: 31337n, rollup: 0xca1n };
    const opening: BlockOpening = {
      number: blockNumber(1),
      timestamp: 1000,
      slotCount: 16,
      feeAccounts: [],
      firstQueueIndex: 0,
      l1OperationCount: 0,
      queueHashAfter: EMPTY_QUEUE_HASH,
      openedAtMs: 1,
    };
    const { seal, witness: input } = sealBlock(
      tree,
      {
        domain,
        opening,
        operations: [],
        groups: [],
        ids: [],
        chains: GENESIS_CHAINS,
        expected: { type: "root", root: tree.root() },
      },
      { compress, verify: (await createFastSignatureVerifier()).verify },
    );
    const stored = { origin: "own", status: "sealed", provenAtMs: null, finalAtMs: null } as const;
    const block: StoredBlock = { ...opening, ...stored, seal: { ...seal, sealedAtMs: 2 } };
    const { commitment: dataCommitment } = calldataOf([block]);
    const how = { submitter: 7n, dataSource: "calldata", dataCommitment } as const;
    const content = { blocks: [block], chainsBefore: GENESIS_CHAINS, queueEntries: [], payouts: [] };
    const { publicInputs } = statementOf(content, domain, how);
    const submission = { ...how, queueHash: EMPTY_QUEUE_HASH };
    task = { type: "solo", circuit: "solo16", input, publicInputs, submission };
    maker = createProofThread({ cacheDir: CACHE_DIR, srs: "dev", nice: 1 });
  });
  afterAll(() => maker.stop());

  it("prove what was asked, at a lower priority than everything else in the process", async () => {
    const { prove } = await maker.prepare(task);
    if (process.platform === "linux") {
      // The first thread is that of the test, which may itself have been started at any priority.
      const [own = 0, ...others] = priorities();
      expect(others).toContain(own + 1);
    }
    const proof = await prove(new AbortController().signal);
    expect(proof.publicInputs).toEqual(task.publicInputs);
    expect(proof.proof.length).toBeGreaterThan(1000);
    if (process.platform === "linux") expect(proof.proverPeakBytes).toBeGreaterThan(0);
    expect(proof.proverPeakBytes ?? 0).toBeLessThan(PROOF_MEMORY_MB.solo16 * 1e6);
  });

  it("are refused for an input that leads elsewhere, and for a damaged one", async () => {
    await expect(maker.prepare({ ...task, publicInputs: task.publicInputs.with(8, 5n) })).rejects.toMatchObject({
      code: "node/witness-mismatch",
    });
    const damaged = { ...task, input: task.input.slice(1) };
    await expect(maker.prepare(damaged)).rejects.toMatchObject({ code: "node/witness-mismatch" });
  });

  it("stop when they are no longer wanted", async () => {
    const early = await maker.prepare(task);
    await expect(early.prove(AbortSignal.abort())).rejects.toMatchObject({ code: "circuits/aborted" });
    const late = await maker.prepare(task);
    await expect(late.prove(AbortSignal.timeout(300))).rejects.toMatchObject({ code: "circuits/aborted" });
  });

  it("are refused once it has stopped", async () => {
    await maker.stop();
    await expect(maker.prepare(task)).rejects.toMatchObject({ code: "node/stopping" });
  });
});
