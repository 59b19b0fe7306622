import { createTestDatabases } from "@cairn/db/testing";
import { STAND_IN_PROVER } from "@cairn/devnet/testing";
import { bigintToAddress } from "@cairn/protocol";
import type { Person } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Client, clientOf, createL1Scene, type L1Scene } from "../../test/l1-scene.ts";
import { call } from "../../test/node-harness.ts";
import { PROOF_MEMORY_MB } from "../prover/memory.ts";
import type { Proving } from "../prover/proving.ts";

const ETHER = 10n ** 18n;
const WAIT = { timeout: 60_000, interval: 100 };
const RECIPIENT = 0xc0ffeen << 100n;
const EVERYTHING_BUT_PROVING = { CAIRN_ROLES: "sequencer,watcher,publisher,api" };
/** A batch closes when it has its blocks, not because time has passed. */
const BATCHES = { CAIRN_BATCH_SECONDS: "3600", CAIRN_BLOCK_TIME_MS: "100" };

/** The stand-in prover, telling which proofs it makes. */
function telling(
  tell: (circuit: string, blocks: string, signal: AbortSignal | undefined) => Promise<void> | void,
): Partial<Proving> {
  const { proveBlockClaim, proveMerge, proveBatch } = STAND_IN_PROVER;
  const range = (claims: readonly { readonly firstBlock: bigint; readonly lastBlock: bigint }[]): string =>
    `${claims.at(0)?.firstBlock}-${claims.at(-1)?.lastBlock}`;
  return {
    proveBlockClaim: async (circuit, block, options) => {
      await tell(circuit.name, range([block.claim]), options?.signal);
      return proveBlockClaim(circuit, block, options);
    },
    proveMerge: async (circuit, children, options) => {
      await tell(circuit.name, range(children.map(({ claim }) => claim)), options?.signal);
      return proveMerge(circuit, children, options);
    },
    proveBatch: async (circuit, batch, options) => {
      await tell(circuit.name, range(batch.children.map(({ claim }) => claim)), options?.signal);
      return proveBatch(circuit, batch, options);
    },
  };
}

describe("batches of several blocks, from transactions to L1", () => {
  let scene: L1Scene;
  let alice: Person;
  let bob: Person;
  let nonce = 0;
  beforeAll(async () => {
    scene = await createL1Scene(createTestDatabases().server);
    alice = await scene.harness.deposit(1, ETHER);
    bob = await scene.harness.deposit(2, ETHER);
  });
  afterAll(() => scene.stop());

  const sealed = async (client: Client, id: string): Promise<string> => {
    const types = async () => (await client.transaction(id)).history.map(({ type }) => type);
    await expect.poll(types, WAIT).toContain("sealed");
    return id;
  };
  /** Sends payments, each in a block of its own; returns their ids. */
  const pay = async (client: Client, count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      const { transactions } = await client.transfer(alice, bob, nonce++);
      ids.push(await sealed(client, transactions[0]?.id ?? ""));
    }
    return ids;
  };
  const statuses = (client: Client, ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await client.transaction(id)).status));

  it("are proven as a tree, of which blocks and full merges are made while the batch is still open", async () => {
    const made: string[] = [];
    const node = await scene.begin(
      "operator",
      { ...BATCHES, CAIRN_BATCH_BLOCKS: "7" },
      undefined,
      telling((circuit, blocks) => {
        made.push(`${circuit} ${blocks}`);
      }),
    );
    const client = clientOf(node, scene);
    await expect.poll(() => client.index(bob), WAIT).toBe(65);
    const { lastBlock: before } = await scene.onChain();
    const ids = await pay(client, 4);
    await expect.poll(() => made.length, WAIT).toBe(6);
    expect(made.toSorted()).toEqual([...[1, 2, 3, 4, 5].map((block) => `block16 ${block}-${block}`), "merge1 1-4"]);
    expect((await scene.onChain()).lastBlock).toBe(before);
    const { transactions } = await client.withdraw(alice, nonce++, RECIPIENT, ETHER / 4n);
    ids.push(await sealed(client, transactions[0]?.id ?? ""), ...(await pay(client, 1)));
    await expect.poll(() => statuses(client, ids), WAIT).toEqual(ids.map(() => "final"));
    expect(await scene.onChain()).toMatchObject({ lastBlock: 7, batchCount: 1 });
    expect(made.slice(6).toSorted()).toEqual(["batch 1-7", "block16 6-6", "block16 7-7"]);
    const { value: batch } = await call(node, "batch", { params: { firstBlock: "1" } });
    expect(batch).toMatchObject({ firstBlock: 1, lastBlock: 7, circuit: "batch", number: 1 });
    const { reader } = scene.harness.devnet.rollup;
    await expect.poll(() => reader.getBalance({ address: bigintToAddress(RECIPIENT) }), WAIT).toBe(ETHER / 4n);
    await node.stop();
  });

  it("go on when a prover ends in the midst of a tree: the next one makes what is missing, and nothing twice", async () => {
    const node = await scene.begin("operator", { ...BATCHES, ...EVERYTHING_BUT_PROVING, CAIRN_BATCH_BLOCKS: "5" });
    const client = clientOf(node, scene);
    const first = (await scene.onChain()).lastBlock + 1;
    const made: string[] = [];
    const begun = Promise.withResolvers<void>();
    const provers = { CAIRN_ROLES: "prover" };
    const dying = await scene.begin(
      "operator",
      provers,
      undefined,
      telling(async (circuit, blocks, signal) => {
        made.push(`${circuit} ${blocks}`);
        if (circuit !== "merge1") return;
        begun.resolve();
        // It would take for ever.
        await new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
        });
      }),
    );
    const ids = await pay(client, 5);
    await begun.promise;
    await dying.stop();
    const rest: string[] = [];
    const next = await scene.begin(
      "operator",
      provers,
      undefined,
      telling((circuit, blocks) => {
        rest.push(`${circuit} ${blocks}`);
      }),
    );
    await expect.poll(() => statuses(client, ids), WAIT).toEqual(ids.map(() => "final"));
    const blocks = [0, 1, 2, 3, 4].map((i) => `block16 ${first + i}-${first + i}`);
    const merge = `merge1 ${first}-${first + 3}`;
    expect([...made, ...rest].toSorted()).toEqual([...blocks, merge, merge, `pair ${first}-${first + 4}`].toSorted());
    await next.stop();
    await node.stop();
  });

  it("are proven by provers of different memory: each takes only what it has room for", async () => {
    const node = await scene.begin("operator", { ...BATCHES, ...EVERYTHING_BUT_PROVING, CAIRN_BATCH_BLOCKS: "5" });
    const client = clientOf(node, scene);
    const small: string[] = [];
    const large: string[] = [];
    const note = (circuits: string[]) =>
      telling((circuit) => {
        circuits.push(circuit);
      });
    const memory = (megabytes: number) => ({ CAIRN_ROLES: "prover", CAIRN_PROVER_MEMORY_MB: String(megabytes) });
    const weak = await scene.begin("operator", memory(PROOF_MEMORY_MB.block16), undefined, note(small));
    const ids = await pay(client, 5);
    await expect.poll(() => small.length, WAIT).toBe(5);
    const strong = await scene.begin("operator", memory(PROOF_MEMORY_MB.batch), undefined, note(large));
    await expect.poll(() => statuses(client, ids), WAIT).toEqual(ids.map(() => "final"));
    expect([small, large]).toEqual([Array.from({ length: 5 }, () => "block16"), ["merge1", "pair"]]);
    for (const one of [weak, strong, node]) await one.stop();
  });

  it("of one block are proven alone when no other block comes in time", async () => {
    const change = { CAIRN_BATCH_BLOCKS: "5", CAIRN_BATCH_SECONDS: "1", CAIRN_BLOCK_TIME_MS: "100" };
    const node = await scene.begin("operator", change);
    const client = clientOf(node, scene);
    const ids = await pay(client, 1);
    await expect.poll(() => statuses(client, ids), WAIT).toEqual(["final"]);
    const { lastBlock } = await scene.onChain();
    const { value: batch } = await call(node, "batch", { params: { firstBlock: String(lastBlock) } });
    expect(batch).toMatchObject({ firstBlock: lastBlock, lastBlock, circuit: "solo16" });
    await node.stop();
  });
});
