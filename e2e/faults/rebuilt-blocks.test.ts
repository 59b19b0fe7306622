import type { StoredProof } from "@cairn/db";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  audit,
  type NodeProcess,
  openScene,
  type Population,
  type ProofWatch,
  pay,
  payBeyond,
  populate,
  readApi,
  readBatches,
  type Scene,
  type SceneOptions,
  startProvers,
  WITHOUT_PROVER,
  watchProofs,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 120_000, interval: 50 };
const PROVERS = 2;
/** Long enough for blocks to be dropped while one is made. */
const PROOF_MS = 3000;

/** A proof of blocks, without what every try has of its own. */
const nameOf = ({ kind, firstBlock, lastBlock }: StoredProof): string => `${kind} ${firstBlock} to ${lastBlock}`;

describe("blocks that are rebuilt while provers are at work on their batches", () => {
  let scene: Scene;
  let people: Population;
  let watch: ProofWatch;
  let provers: NodeProcess[];

  const open = async (
    blocks: number,
    {
      confirmations = 1,
      batchSeconds = 300,
      ...options
    }: SceneOptions & { readonly confirmations?: number; readonly batchSeconds?: number } = {},
  ): Promise<void> => {
    scene = await openScene({
      // A real tree takes minutes; node/src/batches/trees.prover.test.ts makes one.
      proofs: "stand-in",
      database: "server",
      env: {
        CAIRN_BATCH_BLOCKS: String(blocks),
        CAIRN_BATCH_SECONDS: String(batchSeconds),
        CAIRN_L1_CONFIRMATIONS: String(confirmations),
        CAIRN_L1_FINAL_CONFIRMATIONS: String(confirmations),
        CAIRN_BLOCK_TIME_MS: "200",
        STAND_IN_PROOF_MS: String(PROOF_MS),
      },
      ...options,
    });
    people = await populate(scene, WITHOUT_PROVER);
    watch = await watchProofs(scene);
    provers = await startProvers(scene, PROVERS);
  };
  afterEach(async () => {
    await watch?.stop();
    await scene?.stop();
  });

  /** Proofs that a prover holds. */
  const proving = () =>
    [...watch.seen().values()].filter(({ id, state }) => watch.there().has(id) && state === "proving");
  const made = () => [...watch.seen().values()].filter(({ id, state }) => watch.there().has(id) && state === "made");
  const publisherWaitsFor = async (): Promise<string> =>
    (await readApi(scene.api(), "ready")).parts.publisher?.state ?? "";
  /** The newest block that consumed L1 operations. */
  const consuming = async (): Promise<number> => {
    const { blocks } = await readApi(scene.api(), "blocks", { query: { limit: "20" } });
    return blocks.find(({ l1Operations }) => l1Operations > 0)?.number ?? 0;
  };
  /** What provers said about the job of a proof. */
  const outcomesOf = (id: number): string[] =>
    provers
      .flatMap((prover) => prover.output().split("\n"))
      .filter((line) => line.includes('"proof job done"'))
      .map((line) => JSON.parse(line) as { readonly proof: number; readonly outcome: string })
      .filter(({ proof }) => proof === id)
      .map(({ outcome }) => outcome);
  const historiesOf = (ids: readonly string[]) =>
    Promise.all(
      ids.map(async (id) => {
        const { history } = await readApi(scene.api(), "transaction", { params: { id } });
        return history.map(({ type }) => type);
      }),
    );
  /** Pays until a block has this time, and returns its number. */
  const payUntil = async (seconds: number): Promise<number> => {
    const number = await pay(scene, people);
    const block = await readApi(scene.api(), "block", { params: { number: String(number) } });
    return block.timestamp >= seconds ? number : payUntil(seconds);
  };
  /** Those of the transactions that are in this block or later ones. */
  const idsFrom = async (first: number, ids: readonly string[]): Promise<string[]> => {
    const places = ids.map((id) => readApi(scene.api(), "transaction", { params: { id } }));
    const blocks = (await Promise.all(places)).map(({ inclusion }) => inclusion?.block ?? 0);
    return ids.filter((_, i) => (blocks[i] ?? 0) >= first);
  };
  /** Checks that provers gave up proofs of dropped blocks in their midst, and that no job is left. */
  const expectGivenUp = async (ids: readonly number[]): Promise<void> => {
    const held = ids.filter((id) => watch.seen().get(id)?.state === "proving");
    expect(held.length).toBeGreaterThan(0);
    await vi.waitFor(() => expect(held.map((id) => outcomesOf(id).length)).toEqual(held.map(() => 1)), WAIT);
    // One may be made in the moment between the last look and the end of its block.
    expect(held.flatMap(outcomesOf)).toContain("obsolete");
    await vi.waitFor(async () => expect(await watch.jobs()).toBe(0), WAIT);
  };

  it("because a reorg removed an L1 operation: earlier proofs stay and are used, later ones are made anew", async () => {
    const BLOCKS = 9;
    await open(BLOCKS);
    const kept = await payBeyond(scene, people, 3);
    const height = await scene.l1.head();
    await scene.holders.topUp(people.bob, ETHER / 1000n);
    const changed = await vi.waitUntil(async () => {
      const number = await consuming();
      return number >= kept && number;
    }, WAIT);
    const known = scene.ledger.sent().size;
    await payBeyond(scene, people, Math.max(changed, BLOCKS - 1));
    const later = [...scene.ledger.sent().keys()].slice(known);
    const isLater = ({ lastBlock }: StoredProof) => lastBlock >= changed;
    await vi.waitUntil(() => made().some((proof) => !isLater(proof)) && proving().some(isLater), WAIT);
    const early = made().filter((proof) => !isLater(proof));
    expect(early.length).toBeGreaterThan(0);
    const before = (await watch.look()).filter(isLater);
    await scene.l1.reorgTo(height);
    await vi.waitUntil(() => before.every(({ id }) => !watch.there().has(id)), WAIT);
    const dropped = [...watch.seen().values()].filter((proof) => isLater(proof) && !watch.there().has(proof.id));

    await payBeyond(scene, people, BLOCKS - 1);
    const [batch] = await vi.waitUntil(async () => {
      const batches = await readBatches(scene.l1.rollup);
      return batches.length > 0 && batches;
    }, WAIT);
    await audit(scene);
    expect(batch).toMatchObject({ firstBlock: 1, blocks: BLOCKS });
    // Each proof of the batch has one id, and what was made before was begun once.
    const last = [...watch.seen().values()].filter(({ id }) => !dropped.some((proof) => proof.id === id));
    expect(new Set(last.map(nameOf)).size).toBe(last.length);
    for (const { id } of early) expect(watch.seen().get(id)).toMatchObject({ state: "made", attempts: 1 });
    const again = dropped.filter(({ kind }) => kind === "block").map(nameOf);
    expect(again.length).toBeGreaterThan(0);
    expect(last.map(nameOf)).toEqual(expect.arrayContaining(again));
    expect((await historiesOf(later)).every((history) => history.includes("requeued"))).toBe(true);
    await expectGivenUp(dropped.map(({ id }) => id));
  });

  it("because an L1 operation that is overdue must come first: nothing is sent that L1 would refuse", async () => {
    const [BLOCKS, DELAY_SECONDS, CONFIRMATIONS] = [3, 1200, 12];
    await open(BLOCKS, {
      parameters: { inclusionDelaySeconds: DELAY_SECONDS },
      confirmations: CONFIRMATIONS,
      blockTimeSeconds: 1,
      // What is rebuilt need not fill its batches.
      batchSeconds: 40,
    });
    const { l1 } = scene;
    await payBeyond(scene, people, BLOCKS - 1);
    await audit(scene);
    const known = scene.ledger.sent().size;
    await l1.mineAtOnce();
    await scene.holders.topUp(people.bob, ETHER / 1000n);
    await l1.passTime(DELAY_SECONDS + 1);
    // The node sees the entry only when L1 has more blocks, and until then makes blocks that skip it.
    const { timestamp } = await l1.rollup.reader.getBlock();
    const late = await payUntil(Number(timestamp));
    await payBeyond(scene, people, late + 4 * BLOCKS);
    await vi.waitFor(async () => expect(await publisherWaitsFor()).toContain("OverdueL1OperationsLeft"), WAIT);
    const first = Number((await l1.state()).lastBlock) + 1;
    const settled = (await readBatches(l1.rollup)).length;
    const ids = await idsFrom(first, [...scene.ledger.sent().keys()].slice(known));
    await vi.waitUntil(() => proving().some(({ firstBlock }) => firstBlock >= first + BLOCKS), WAIT);
    const dropped = (await watch.look()).filter(({ firstBlock }) => firstBlock >= first);
    await l1.mine(CONFIRMATIONS + 1);
    await vi.waitUntil(() => dropped.every(({ id }) => !watch.there().has(id)), WAIT);

    await l1.mineEvery(1);
    await audit(scene);
    const batches = (await readBatches(scene.l1.rollup)).slice(settled);
    expect(batches[0]).toMatchObject({ firstBlock: first });
    expect((await readApi(scene.api(), "block", { params: { number: String(first) } })).l1Operations).toBe(1);
    expect((await historiesOf(ids)).every((history) => history.includes("requeued"))).toBe(true);
    await expectGivenUp(dropped.map(({ id }) => id));
  });
});
