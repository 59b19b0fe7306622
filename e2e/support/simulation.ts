import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { requestSetKey, requestWithdraw } from "@cairn/l1";
import { CRASH_POINTS } from "@cairn/node";
import { FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { personOf } from "@cairn/testkit";
import { expect, vi } from "vitest";
import { readApi } from "./api.ts";
import { type AuditReport, audit } from "./audit.ts";
import { expectSeveralBlocks, payInSeveralBlocks } from "./batches.ts";
import type { Proofs } from "./commands.ts";
import type { Holder } from "./holders.ts";
import { childrenOf } from "./processes.ts";
import { createRandom, type Random } from "./random.ts";
import { rawPost, sendRaw } from "./raw-http.ts";
import { openScene, type Scene } from "./scene.ts";
import { type Supervisor, supervise } from "./supervise.ts";

/** Outcome of a simulation. */
export interface SimulationReport extends AuditReport {
  /** What was done, in order. */
  readonly steps: readonly string[];
  /** How often the node's process ended. */
  readonly deaths: number;
}

type Step = readonly [name: string, weight: number, run: () => Promise<void> | void];

const ETHER = 10n ** 18n;
const PEOPLE = [1, 2, 3, 4];
/** Owner of accounts that only L1 requests touch. */
const RECLUSE = 5;
const STEP_MS = 250;
const HOUR_MS = 3_600_000;
const FINAL = 3;
const NUISANCE_SHARE = 0.1;
const SECOND_NODE_MS = 4000;
const FUNDING = { timeout: 60_000, interval: 200 };
/** After the people, the recluse and the fee account. */
const FUNDED_INDEX = FIRST_ACCOUNT_INDEX + PEOPLE.length + 2;

/**
 * People act while faults come and go, all chosen by the seed; then the faults end, everyone waits for their
 * answers, and the usual audit runs. Which events coincide depends on the machine's speed; a seed makes it likely, not
 * certain.
 */
export async function simulate(seed: number, seconds: number, proofs: Proofs): Promise<SimulationReport> {
  const random = createRandom(seed);
  const scene = await openScene({
    proofs,
    database: random.chance(0.5) ? "embedded" : "own server",
    feeOwner: BigInt(`0x${"fee".padStart(40, "0")}`),
    env: {
      CAIRN_FEE_OWNER: `0x${"fee".padStart(40, "0")}`,
      CAIRN_L1_FINAL_CONFIRMATIONS: String(FINAL),
      CAIRN_BLOCK_TIME_MS: "5000",
      CAIRN_BUMP_AFTER_MS: "2000",
      CAIRN_PROVER_HEARTBEAT_SECONDS: "10",
      // Provers are killed far more often than in production.
      CAIRN_PROOF_RETRIES: "50",
      // Blocks that follow one another sooner than a batch is closed.
      ...(proofs === "stand-in" ? { CAIRN_BLOCK_TIME_MS: "1000", CAIRN_BATCH_SECONDS: "5" } : {}),
    },
  });
  const steps: string[] = [];
  try {
    return await run(scene, { random, nuisance: createRandom(~seed) }, seconds, steps);
  } catch (error) {
    process.stdout.write(`seed ${seed} failed after: ${steps.join(", ")}\n`);
    throw error;
  } finally {
    await scene.stop();
  }
}

/** Records each step in `steps` before it is taken. */
async function run(
  scene: Scene,
  { random, nuisance }: { readonly random: Random; readonly nuisance: Random },
  seconds: number,
  steps: string[],
): Promise<SimulationReport> {
  const { holders, ledger, l1, api } = scene;
  const offsetFile = join(scene.dir, "offset");
  const feeOwner = scene.feeOwner ?? 0n;
  const setClock = (offsetMs: number): void => writeFileSync(offsetFile, String(offsetMs));
  setClock(0);
  const env = { CAIRN_CLOCK_OFFSET_FILE: offsetFile };
  await holders.depositFor(RECLUSE, feeOwner, ETHER);
  for (const position of [...PEOPLE, RECLUSE]) await holders.deposit(position, 100n * ETHER);
  let supervisor: Supervisor = supervise(scene, env);
  const people = await Promise.all(PEOPLE.map((position) => holders.find(api, position)));
  const recluse = await holders.find(api, RECLUSE);
  // Fees can be paid from the first block that was opened after the fee account existed.
  await vi.waitFor(async () => expect((await readApi(api(), "rollup")).nextIndex).toBe(FUNDED_INDEX), FUNDING);
  await vi.waitFor(
    async () => expect((await readApi(api(), "blocks", {})).blocks[0]?.status).not.toBe("open"),
    FUNDING,
  );
  await l1.mineEvery(1);

  const clients = new Set<Promise<void>>();
  const exits: Supervisor[] = [supervisor];
  const later = (work: Promise<void>): void => {
    const client = work.finally(() => clients.delete(client));
    clients.add(client);
    // The error surfaces at the end, when all of them are awaited.
    client.catch(() => undefined);
  };
  /** Requests to L1 are sequential: each is mined before the next. */
  let requests = Promise.resolve();
  const ask = (request: () => Promise<unknown>): void => {
    requests = requests.then(request).then(() => undefined);
    later(requests);
  };
  const send = (group: Parameters<typeof ledger.submitUntilAcknowledged>[1]) =>
    later(ledger.submitUntilAcknowledged(api, group, 300_000));
  const amount = () => BigInt(1 + random.whole(1000)) * 10n ** 12n;
  const terms = () => (random.chance(0.3) ? { fee: BigInt(random.whole(2000)) * 10n ** 6n } : {});
  const two = (): readonly [Holder, Holder] => {
    const from = random.pick(people);
    return [from, random.chance(0.1) ? from : random.pick(people)];
  };
  const restart = async (crashAt: string | null): Promise<void> => {
    await supervisor.stop();
    supervisor = supervise(scene, env, crashAt === null ? {} : { CAIRN_CRASH_AT: crashAt });
    exits.push(supervisor);
  };
  const heal = async (): Promise<void> => {
    await l1.proxy.comeBack();
    await l1.proxy.passTransactions();
    setClock(0);
  };

  const table: readonly Step[] = [
    ["transfer", 30, () => send([holders.transfer(...two(), amount(), terms())])],
    [
      "swap",
      8,
      () => {
        const [a, b] = two();
        if (a !== b) send(holders.swap(a, b, [amount(), amount()]));
      },
    ],
    ["withdraw", 6, () => send([holders.withdraw(random.pick(people), scene.newRecipient(), amount(), terms())])],
    [
      "transfer to someone new",
      4,
      () => send([holders.transferToNew(random.pick(people), personOf(`new ${random.whole(1e6)}`), amount())]),
    ],
    [
      "deposit",
      4,
      () => {
        const [person, wei] = [random.pick(people), amount()];
        ask(() => holders.topUp(person, wei));
      },
    ],
    ["deposit for a stranger", 1, () => ask(() => holders.depositFor(RECLUSE, BigInt(1 + steps.length), ETHER))],
    ["forced withdrawal", 1, () => ask(() => requestWithdraw(l1.rollup, recluse.wallet, recluse.index))],
    ["set key", 1, () => ask(() => requestSetKey(l1.rollup, recluse.wallet, recluse.index, recluse.person.key))],
    ["kill -9", 3, () => restart(null)],
    ["crash point", 4, () => restart(`${random.pick(CRASH_POINTS)}:${1 + random.whole(2)}`)],
    ["stop", 1, async () => void (await supervisor.stop("SIGTERM").then(() => restart(null)))],
    ["database crash", 2, () => scene.postgres?.crashAndRestart()],
    ["L1 refuses", 2, () => l1.proxy.refuse()],
    ["L1 hangs", 1, () => l1.proxy.hang()],
    ["L1 is stale", 2, async () => l1.proxy.freeze(Math.max(1, (await l1.head()) - random.whole(5)))],
    ["L1 is two", 2, async () => l1.proxy.alternate(Math.max(1, (await l1.head()) - random.whole(5)))],
    ["L1 drops transactions", 2, () => l1.proxy.dropTransactions()],
    ["L1 holds transactions back", 2, () => l1.proxy.holdTransactions()],
    [
      "fee spike",
      2,
      async () => {
        // People go by the fees of the last block; the change should surprise the publisher, not them.
        await requests;
        await l1.setNextBaseFee(BigInt(1 + random.whole(150)) * 10n ** 9n);
        await l1.mine();
      },
    ],
    [
      "reorg",
      3,
      async () => {
        await requests;
        await l1.reorgKeepingDeposits(1 + random.whole(2 * FINAL));
      },
    ],
    ["clock jump", 2, () => setClock((random.whole(48) - 24) * HOUR_MS)],
    ["heal", 8, heal],
    ["pause", 8, () => undefined],
  ];
  /** Chosen separately, so that a seed's other steps stay the same. */
  const nuisances: readonly Step[] = [
    [
      "prover killed",
      1,
      () => {
        const provers = childrenOf(supervisor.current().pid).filter(({ command }) => / prove /.test(command));
        for (const { pid } of provers) endIfThere(pid);
      },
    ],
    ["nonsense", 1, () => later(sendNonsense(api()))],
    [
      "second node",
      1,
      async () => {
        // It ends on its own unless the first one has just died.
        const second = scene.spawn(env);
        await Promise.race([second.exited, delay(SECOND_NODE_MS)]);
        if (second.isRunning()) await second.kill();
      },
    ],
  ];
  const total = table.reduce((sum, [, weight]) => sum + weight, 0);
  const choose = (): Step => {
    let left = random.whole(total);
    for (const step of table) {
      left -= step[1];
      if (left < 0) return step;
    }
    return random.pick(table);
  };

  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    const [name, , act] = choose();
    steps.push(name);
    await act();
    if (nuisance.chance(NUISANCE_SHARE)) {
      const [other, , annoy] = nuisance.pick(nuisances);
      steps.push(other);
      await annoy();
    }
    // Steps follow one another at a fixed pace, whatever their outcome: that is the simulated world's time.
    await delay(STEP_MS);
  }
  await heal();
  await restart(null);
  await Promise.all(clients);
  // Blocks may be a minute ahead of L1 if the clock was.
  await l1.passTime(61);
  const [alice, bob] = people;
  if (alice !== undefined && bob !== undefined) await payInSeveralBlocks(scene, { alice, bob });
  const report = await audit(scene, { reverted: Number.POSITIVE_INFINITY });
  await expectSeveralBlocks(scene);
  const deaths = exits.reduce((sum, one) => sum + one.exits().length, 0);
  await supervisor.stop();
  return { ...report, steps, deaths };
}

/** Malformed requests; the node may be down, but accepts none of them. */
async function sendNonsense(api: string): Promise<void> {
  const path = "/v1/transactions";
  const requests = [
    rawPost(path, "{"),
    rawPost(path, '{"transactions":[{}]}'),
    rawPost(path, "[".repeat(50_000)),
    rawPost(path, "{}", { "content-length": "10000000000" }),
    "GET // HTTP/1.1\r\nhost: node\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    "EHLO node\r\n\r\n",
  ];
  for (const { status } of await Promise.all(requests.map((request) => sendRaw(api, request)))) {
    expect(status === null || status >= 400, `nonsense was answered with ${status}`).toBe(true);
  }
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended since it was listed.
  }
}
