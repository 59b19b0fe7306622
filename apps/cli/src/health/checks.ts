import { existsSync, globSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { DEV_CHAIN_IDS } from "@cairn/contracts";
import { loadArtefact, loadVerifier } from "@cairn/contracts/artefacts";
import { isCairnError, SOLO_SIZES, type SoloSize } from "@cairn/protocol";
import { formatAmount } from "../amounts.ts";
import type { Context } from "../context.ts";
import { knownKeys } from "../keys/identity.ts";
import { toFailure } from "../output.ts";
import { type RollupOnL1, readRollup } from "./l1-view.ts";
import { type NodeView, readNode } from "./node-view.ts";

/** The result of a check. After a `warn` everything still works for now. */
export interface Finding {
  readonly name: string;
  readonly result: "ok" | "warn" | "fail";
  readonly found: string;
  /** What to do; null when all is well. */
  readonly advice: string | null;
}

const ok = (name: string, found: string): Finding => ({ name, result: "ok", found, advice: null });
const warn = (name: string, found: string, advice: string): Finding => ({ name, result: "warn", found, advice });
const fail = (name: string, found: string, advice: string): Finding => ({ name, result: "fail", found, advice });

const MIN_NODE = 24;
const PLATFORMS = ["linux x64", "linux arm64", "darwin x64", "darwin arm64"];
const GIBIBYTE = 2 ** 30;
const LOW_DISK_BYTES = 5 * GIBIBYTE;
const NO_DISK_BYTES = GIBIBYTE;
const MAX_SKEW_SECONDS = 60;
const LOW_L1_WEI = 10n ** 16n;

/** Version of Node and platform. */
export function checkMachine(
  version = process.versions.node,
  platform = `${process.platform} ${process.arch}`,
): Finding[] {
  const isNew = Number.parseInt(version, 10) >= MIN_NODE;
  return [
    isNew
      ? ok("Node", version)
      : fail("Node", version, `Run \`npx cairn\`, which starts the Node ${MIN_NODE} that the repository pins.`),
    PLATFORMS.includes(platform)
      ? ok("platform", platform)
      : fail("platform", platform, `The prover exists for ${PLATFORMS.join(", ")}.`),
  ];
}

/** Whether the builds for `cairn devnet`, `node` and `prover` exist; client commands do not need them. */
export function checkBuilds(cacheDir: string, slots: readonly SoloSize[] = SOLO_SIZES): Finding[] {
  const setup = "Run `npm run setup`; only `devnet`, `node`, `prover` and `deploy` need it.";
  const built = slots.filter((size) => {
    const isCompiled = globSync(`solo${size}-*/program.json`, { cwd: join(cacheDir, "circuits") }).length > 0;
    return isCompiled && canLoad(() => loadVerifier(cacheDir, `solo${size}`, "dev"));
  });
  const sizes = built.length === 0 ? "none" : `blocks of ${built.join(", ")} slots`;
  const hasContracts = canLoad(() => loadArtefact(cacheDir, "Rollup"));
  const hasSrs = existsSync(join(cacheDir, "srs", "dev", "bn254_g1.dat"));
  return [
    // A node proves blocks of one size: others need not be built.
    built.length > 0 ? ok("circuits", sizes) : warn("circuits", sizes, setup),
    hasContracts ? ok("contracts", "compiled") : warn("contracts", "not compiled", setup),
    hasSrs ? ok("SRS", "development") : warn("SRS", "no development SRS", setup),
  ];
}

/** Free space for keys, data and caches. */
export function checkDisk(dirs: readonly string[]): Finding[] {
  const existing = [...new Set(dirs.map(nearestExisting))];
  return existing.map((dir) => {
    const { bavail, bsize } = statfsSync(dir);
    const free = bavail * bsize;
    const found = `${(free / GIBIBYTE).toFixed(1)} GiB free in ${dir}`;
    const advice = "Make room: a full disk stops the node.";
    if (free < NO_DISK_BYTES) return fail("disk", found, advice);
    return free < LOW_DISK_BYTES ? warn("disk", found, advice) : ok("disk", found);
  });
}

/** L1, the contract and its parameters, and the clock compared with L1's. */
export async function checkL1(
  context: Context,
): Promise<{ readonly findings: Finding[]; readonly l1: RollupOnL1 | null }> {
  const network = context.network();
  if (!network.hasL1()) {
    const advice = "Give --l1-rpc-url or CAIRN_L1_RPC_URL; needed for deposits and to check the node.";
    return { findings: [warn("L1", "not named", advice)], l1: null };
  }
  try {
    const l1 = await readRollup(await network.l1());
    return { findings: [...rollupFindings(l1), clockFinding(l1.l1Timestamp)], l1 };
  } catch (error) {
    return { findings: [failureOf("L1", error)], l1: null };
  }
}

/** The node, its parts, and whether it and L1 agree. */
export async function checkNode(context: Context, l1: RollupOnL1 | null): Promise<Finding[]> {
  const network = context.network();
  if (!network.hasNode())
    return [warn("node", "not named", "Give --node-url or CAIRN_NODE_URL; needed for everything on L2.")];
  try {
    const view = await readNode(network.node(), context.signal);
    return nodeFindings(view, l1);
  } catch (error) {
    return [failureOf("node", error)];
  }
}

/** Keys, and what their owners have on L1 and L2. */
export async function checkKeys(context: Context): Promise<Finding[]> {
  try {
    const keys = knownKeys(context).filter(({ source }) => source === "keystore");
    const profile = knownKeys(context).length - keys.length;
    if (keys.length + profile === 0) return [warn("keys", "none", "`cairn keys new NAME` creates one.")];
    const summary = ok("keys", `${keys.length} in ${context.keystoreDir}, ${profile} in the profile`);
    const balances = await Promise.all(keys.map((key) => checkBalance(context, key.name, key.owner, key.hasL1Key)));
    return [summary, ...balances.flat()];
  } catch (error) {
    return [failureOf("keys", error)];
  }
}

async function checkBalance(
  context: Context,
  name: string,
  owner: `0x${string}`,
  hasL1Key: boolean,
): Promise<Finding[]> {
  const network = context.network();
  const findings: Finding[] = [];
  const what = `key ${name}`;
  try {
    if (network.hasL1() && hasL1Key) {
      const wei = await (await network.l1()).reader.getBalance({ address: owner });
      const found = `${formatAmount(wei, { symbol: "ETH", decimals: 18 })} on L1`;
      const advice = `Send some ETH to ${owner} on L1: deposits need it.`;
      findings.push(wei < LOW_L1_WEI ? warn(what, found, advice) : ok(what, found));
    }
    if (network.hasNode()) {
      const { accounts, next } = await network.node().accounts({ owner }, { signal: context.signal });
      const count = `${accounts.length}${next === null ? "" : " or more"}`;
      const found = accounts.length === 0 ? "no account on L2" : `${count} accounts on L2`;
      findings.push(accounts.length === 0 ? warn(what, found, "`cairn deposit` opens one.") : ok(what, found));
    }
  } catch (error) {
    findings.push(failureOf(what, error));
  }
  return findings;
}

function rollupFindings(l1: RollupOnL1): Finding[] {
  const { parameters, queue } = l1;
  const hours = (seconds: number) => `${Math.round(seconds / 360) / 10} h`;
  const circuits = parameters.circuits.map(({ circuit, circuitType }) => circuit ?? `type ${circuitType}`).join(", ");
  const fixed = `batches of ${circuits}, inclusion ${hours(parameters.inclusionDelaySeconds)}, idle ${hours(parameters.operatorIdleDelaySeconds)}, return ${hours(parameters.returnDelaySeconds)}, freeze ${hours(parameters.freezeDelaySeconds)}`;
  return [
    ok("L1", `chain ${l1.chainId}${DEV_CHAIN_IDS.includes(l1.chainId) ? " (development)" : ""}, block ${l1.l1Block}`),
    l1.isFrozen
      ? fail(
          "rollup",
          `${l1.rollup} is FROZEN`,
          "It accepts nothing new: leave it with a proof against its last state.",
        )
      : ok("rollup", `${l1.rollup}, ${l1.operator === null ? "open to all" : `operator ${l1.operator}`}`),
    ok("parameters", fixed),
    queue.overdue > 0
      ? warn(
          "queue",
          `${queue.overdue} of ${queue.waiting} entries are overdue`,
          "The operator is late: anyone may submit now.",
        )
      : ok("queue", `${queue.waiting} waiting, none overdue`),
  ];
}

function clockFinding(l1Timestamp: number): Finding {
  const ahead = l1Timestamp - Math.floor(Date.now() / 1000);
  const advice = "Set this machine's clock: signatures would expire early and blocks would carry wrong times.";
  // An old L1 block says nothing about the clock: development chains stand still between transactions.
  return ahead > MAX_SKEW_SECONDS
    ? fail("clock", `${ahead} s behind L1's latest block`, advice)
    : ok("clock", "not behind L1");
}

function nodeFindings({ url, health, readiness, rollup, ...lag }: NodeView, l1: RollupOnL1 | null): Finding[] {
  const bad = Object.entries(readiness.parts).flatMap(([name, part]) =>
    part.isReady ? [] : [`${name}: ${part.state}`],
  );
  const { blobs } = readiness.parts;
  const findings = [
    readiness.isReady
      ? ok("node", `${url}, version ${health.version}, ready`)
      : fail("node", `${url} is not ready: ${bad.join(", ")}`, "Its log says why; it may only need a moment."),
    lag.unprovenBlocks > 0 && (lag.oldestUnprovenSeconds ?? 0) > 3600
      ? warn(
          "lag",
          `a block has waited for L1 for ${lag.oldestUnprovenSeconds} s`,
          "Check prover and publisher: `cairn status`.",
        )
      : ok("lag", `${lag.unprovenBlocks} blocks waiting for L1`),
    // A node reports this part only when something is wrong with it.
    ...(blobs === undefined ? [] : [warn("blobs", blobs.state, "Set CAIRN_BEACON_URLS for the node.")]),
  ];
  if (l1 === null) return findings;
  const isSame = rollup.rollup.toLowerCase() === l1.rollup.toLowerCase() && rollup.chainId === l1.chainId;
  const advice = "Do not use this node for this rollup: check --node-url and --rollup.";
  findings.push(
    isSame
      ? ok("same rollup", "node and L1 agree")
      : fail("same rollup", `the node serves ${rollup.rollup} on chain ${rollup.chainId}`, advice),
  );
  if (isSame && rollup.lastBlock === l1.lastBlock) {
    const isEqual = rollup.root.toLowerCase() === l1.root.toLowerCase();
    const restore = "The node's state is not the proven one: do not trust it; its operator must restore from L1.";
    findings.push(
      isEqual
        ? ok("root", `equal after block ${l1.lastBlock}`)
        : fail("root", "node and L1 have different roots", restore),
    );
  }
  return findings;
}

function failureOf(name: string, error: unknown): Finding {
  const { message, hint, code } = toFailure(error);
  return fail(name, `${message} (${code})`, hint ?? "See the message.");
}

function canLoad(load: () => unknown): boolean {
  try {
    load();
    return true;
  } catch (error) {
    if (isCairnError(error)) return false;
    throw error;
  }
}

function nearestExisting(dir: string): string {
  return existsSync(dir) ? dir : nearestExisting(join(dir, ".."));
}
