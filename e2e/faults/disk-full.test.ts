import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  fileSizeLimit,
  fullFileSystem,
  type NodeProcess,
  openScene,
  type Population,
  pay,
  populate,
  RUNS_ALL,
  type Scene,
  type Supervisor,
  supervise,
} from "../support/index.ts";

const ETHER = 10n ** 18n;
/** Far more than fit into the space that the stores have reserved. */
const MAX_PAYMENTS = 2000;
/** Errors of the operating system when a file cannot grow (EFBIG) or the file system is full (ENOSPC). */
const NO_ROOM = /File too large|No space left on device|EFBIG|ENOSPC/;
const WAIT = { timeout: 60_000, interval: 100 };

const mounted = fullFileSystem();
if (mounted === null) process.stdout.write("no file system can be mounted here: a full file system is not tested\n");
const FULL = mounted === null ? [] : [{ database: "embedded", limit: mounted } as const];
/** The embedded database meets a limit like a full file system, so that one of them is enough for `npm test`. */
const LIMITED = RUNS_ALL || mounted === null ? (["embedded", "server"] as const) : (["server"] as const);
const SCENES = [...LIMITED.map((database) => ({ database, limit: fileSizeLimit() })), ...FULL];

/** Errors in a node's log. */
function errorsOf(node: NodeProcess): string {
  const lines = node.output().split("\n");
  return lines.filter((line) => /"level":(?:50|60)/.test(line)).join("\n");
}

describe.each(SCENES)("no room on the disk: $limit.name, $database database", ({ database, limit }) => {
  let scene: Scene;
  let people: Population;
  let supervisor: Supervisor;

  beforeAll(async () => {
    scene = await openScene({ database, env: { CAIRN_BLOCK_TIME_MS: "1500" } });
    limit.prepare(join(scene.dir, "data"));
    people = await populate(scene);
    await people.node.kill("SIGTERM");
    supervisor = supervise(scene);
    await supervisor.current().started;
  });
  afterAll(async () => {
    await supervisor?.stop();
    if (scene !== undefined) limit.remove();
    await scene?.stop();
  });

  it("only what is stored is acknowledged, and work continues once there is room", async () => {
    const { holders, ledger, api } = scene;
    const node = supervisor.current();
    limit.fill(node);
    let payment = [holders.transfer(people.alice, people.bob, ETHER / 1000n)];
    let tries = 0;
    let answer = await ledger.submit(api(), payment);
    while (answer.type === "acknowledged") {
      expect(++tries, "acknowledged without room").toBeLessThan(MAX_PAYMENTS);
      payment = [holders.transfer(people.alice, people.bob, 1n)];
      answer = await ledger.submit(api(), payment);
    }
    // Unavailable, or no answer because it ended; but no rejection of the payment.
    expect([{ type: "busy", status: 503 }, { type: "silence" }]).toContainEqual(answer);
    await vi.waitFor(() => expect(errorsOf(node)).toMatch(NO_ROOM), WAIT);
    limit.free(node);
    await ledger.submitUntilAcknowledged(api, payment);
    await pay(scene, people);
    await audit(scene);
    expect((await supervisor.stop("SIGTERM")).code).toBe(0);
    for (const { signal } of supervisor.exits().slice(0, -1)) expect(signal, "killed by a signal").toBeNull();
  });
});
