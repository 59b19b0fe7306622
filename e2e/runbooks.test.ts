/**
 * Some procedures of docs/runbooks, carried out with their own commands on a rollup in use: start and stop, back-up and
 * restoration of an embedded database, the move to PostgreSQL, separate roles, handing over the operator's role, a lost
 * database. Not covered: `pg_dump`, upgrades, another L1 RPC, new keys and tokens, withdrawing an offer, burning the
 * role, archives, a full disk, incidents.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabases } from "@cairn/db/testing";
import { type RouteResponse, streamMessageSchema } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CairnProcess, cleanEnv, startProcess } from "./support/cairn-process.ts";

const MINUTES = 60_000;
const home = mkdtempSync(join(tmpdir(), "cairn-e2e-runbooks-"));
const env = { CAIRN_HOME: home, CAIRN_LOG_LEVEL: "warn" };
const databases = createTestDatabases().server;
const running = new Set<CairnProcess>();

interface Devnet {
  readonly chainId: number;
  readonly urls: { readonly l1: string };
  readonly contracts: { readonly rollup: string };
  readonly deploymentBlock: number;
  readonly accounts: readonly { readonly name: string; readonly address: string; readonly privateKey: string }[];
}

interface Service extends CairnProcess {
  readonly urls: { readonly api: string | null; readonly metrics: string };
}

/** Starts a long-running command and waits until it reports that it is ready. */
async function start<T>(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<CairnProcess & T> {
  const process_ = startProcess([...args, "--json"], cleanEnv({ ...env, ...settings }));
  running.add(process_);
  const document = await process_.firstDocument;
  if (document === null || typeof document !== "object" || "error" in document) {
    expect.unreachable(`${args.join(" ")} did not start: ${process_.stdout()}${process_.stderr()}`);
  }
  return { ...process_, ...(document as T) };
}

async function stop(service: CairnProcess): Promise<void> {
  service.child.kill("SIGTERM");
  expect(await service.ended, service.stderr()).toBe(0);
}

describe("runbooks", () => {
  let devnet: CairnProcess & Devnet;
  let settings: Readonly<Record<string, string>>;
  const account = (name: string) => {
    const found = devnet.accounts.find((one) => one.name === name);
    return found ?? expect.unreachable(`no ${name}`);
  };

  beforeAll(async () => {
    await databases.start();
    const free = ["--l1-port", "0", "--api-port", "0", "--metrics-port", "0"];
    devnet = await start<Devnet>(["devnet", "--no-node", ...free], {});
    settings = {
      CAIRN_CHAIN_ID: String(devnet.chainId),
      CAIRN_ROLLUP: devnet.contracts.rollup,
      CAIRN_DEPLOYMENT_BLOCK: String(devnet.deploymentBlock),
      CAIRN_L1_RPC_URL: devnet.urls.l1,
      CAIRN_L1_CONFIRMATIONS: "1",
      CAIRN_L1_FINAL_CONFIRMATIONS: "5",
      CAIRN_L1_POLL_MS: "250",
      CAIRN_SLOTS: "16",
      CAIRN_BLOCK_TIME_MS: "1000",
      CAIRN_FEE_OWNER: account("operator").address,
      CAIRN_PUBLISHER_KEY: account("operator").privateKey,
      CAIRN_DATA_DIR: join(home, "data"),
      CAIRN_API_PORT: "0",
      CAIRN_METRICS_PORT: "0",
    };
  }, 5 * MINUTES);
  afterAll(async () => {
    for (const one of running) if (one.child.exitCode === null) one.child.kill("SIGKILL");
    await databases.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** Runs a command to its end against the node of `service`. */
  const cairn = async <T>(service: Service | null, ...args: readonly string[]): Promise<T> => {
    const where = service?.urls.api == null ? [] : ["--node-url", service.urls.api];
    const run = startProcess([...args, ...where, "--json"], cleanEnv(env));
    const code = await run.ended;
    expect({ args, code, output: run.stdout() + run.stderr() }).toMatchObject({ code: 0 });
    return JSON.parse(run.stdout()) as T;
  };
  const pay = (service: Service, wait: string) =>
    cairn(service, "transfer", "0.01", "ETH", account("bob").address, "--key", "alice", "--wait", wait);
  const balances = async ({ urls }: Service): Promise<string[]> => {
    const found: string[] = [];
    for (const name of ["operator", "alice", "bob"]) {
      const response = await fetch(`${urls.api}/v1/accounts?owner=${account(name).address}`);
      const { accounts } = (await response.json()) as RouteResponse<"accounts">;
      found.push(...accounts.map(({ index, balance, nonce }) => `${name} ${index}: ${balance}, nonce ${nonce}`));
    }
    return found;
  };
  /** Output of the stream from now on. */
  const listen = ({ urls }: Service): string[] => {
    const said: string[] = [];
    const socket = new WebSocket(`${urls.api?.replace("http", "ws")}/v1/stream`);
    socket.addEventListener("message", ({ data }) => {
      const message = streamMessageSchema.parse(JSON.parse(String(data)));
      if (message.type === "block") said.push(`block ${message.number} ${message.status}`);
    });
    return said;
  };
  const rootOf = async ({ urls }: Service): Promise<RouteResponse<"rollup">> =>
    (await (await fetch(`${urls.api}/v1/rollup`)).json()) as RouteResponse<"rollup">;

  it("move the database, separate the roles, hand over the operator's role, restore a back-up, lose everything", {
    timeout: 25 * MINUTES,
  }, async () => {
    const first = await start<Service>(["node"], settings);
    await cairn(first, "deposit", "1", "ETH", "--key", "alice", "--wait", "confirmed");
    await pay(first, "final");
    await stop(first);
    cpSync(join(home, "data"), join(home, "backup"), { recursive: true });

    const { location } = await databases.create();
    const DATABASE_URL = location.type === "server" ? location.url : "";
    await cairn(null, "copy-database", "--data-dir", join(home, "data"), "--to", DATABASE_URL);
    const carol = account("carol");
    await cairn(null, "operator", "propose", carol.address, "--key", "operator");
    await cairn(null, "operator", "accept", "--key", "carol");
    const server = { ...settings, DATABASE_URL };
    const publisherKey = { CAIRN_PUBLISHER_KEY: carol.privateKey };
    const sequencing = await start<Service>(["node", "--roles", "sequencer", "--sequencer-port", "0"], server);
    const watching = await start<Service>(["node", "--roles", "watcher"], server);
    const sequencerUrl = ["--sequencer-url", sequencing.urls.api ?? ""];
    const serving = await start<Service>(["node", "--roles", "api", ...sequencerUrl], server);
    const publisher = await start<Service>(["node", "--roles", "publisher"], { ...server, ...publisherKey });
    const prover = await start<Service>(["prover"], { DATABASE_URL, CAIRN_METRICS_PORT: "0" });
    const stream = listen(serving);
    await pay(serving, "final");
    const newest = (await rootOf(serving)).lastBlock;
    await vi.waitFor(() => {
      for (const status of ["sealed", "proven", "final"]) expect(stream).toContain(`block ${newest} ${status}`);
    }, MINUTES);
    const metrics = async ({ urls }: Service) => (await fetch(`${urls.metrics}/metrics`)).text();
    expect(await metrics(prover)).toMatch(/cairn_proof_jobs_total\{outcome="made"\} [1-9]/);
    const parts = [
      [publisher, "publisher"],
      [watching, "watcher"],
      [sequencing, "sequencer"],
      [serving, "relay"],
    ] as const;
    for (const [service, part] of parts) expect(await metrics(service)).toContain(`cairn_part_ready{part="${part}"} 1`);
    const moved = { balances: await balances(serving), rollup: await rootOf(serving) };
    expect(moved.rollup.lastFinalBlock).toBe(moved.rollup.lastBlock);
    for (const service of [serving, prover, publisher, watching, sequencing]) await stop(service);

    const old = { ...settings, ...publisherKey, CAIRN_DATA_DIR: join(home, "backup") };
    const restored = await start<Service>(["node"], old);
    await vi.waitFor(async () => expect((await rootOf(restored)).root).toBe(moved.rollup.root), {
      timeout: 2 * MINUTES,
      interval: 500,
    });
    expect(await balances(restored)).toEqual(moved.balances);
    await pay(restored, "final");
    const last = { balances: await balances(restored), rollup: await rootOf(restored) };
    await stop(restored);

    const empty = { ...settings, ...publisherKey, CAIRN_DATA_DIR: join(home, "new") };
    const rebuilt = await start<Service>(["node", "--restore"], empty);
    await vi.waitFor(async () => expect((await rootOf(rebuilt)).root).toBe(last.rollup.root), {
      timeout: 2 * MINUTES,
      interval: 500,
    });
    expect(await balances(rebuilt)).toEqual(last.balances);
    await pay(rebuilt, "final");
    await stop(rebuilt);
    await stop(devnet);
  });
});
