import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runChild } from "./child.mjs";
import { BootstrapFailure } from "./failure.mjs";
import { cacheDir, machinePath, modulesDir, pinnedNode, root } from "./paths.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockEntry */

const SHOWN_LINES = 25;

/** Whether the packages that npm recorded as installed match package-lock.json. */
export function isInstalled() {
  const installedPath = join(modulesDir, ".package-lock.json");
  if (!existsSync(installedPath) || !existsSync(pinnedNode)) return false;
  return lockSatisfied(readPackages(join(root, "package-lock.json")), readPackages(installedPath));
}

/**
 * Whether every wanted package is installed at the wanted version; optional ones (other platforms' binaries) may be
 * missing.
 * @param {Record<string, LockEntry>} wanted
 * @param {Record<string, LockEntry>} installed
 */
export function lockSatisfied(wanted, installed) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/**
 * Runs `npm ci`. Its output goes to a log, and to the screen only on failure: npm warns at length about packages
 * that require a newer Node than the machine's, which never runs them.
 */
export async function install() {
  const logPath = join(cacheDir, "npm-ci.log");
  mkdirSync(cacheDir, { recursive: true });
  /** @type {string[]} */
  const log = [];
  const [program, ...args] = npmCommand();
  const code = await runChild(program, [...args, "ci", "--no-audit", "--no-fund"], {
    cwd: root,
    env: { ...process.env, PATH: machinePath() },
    onLine: (line) => log.push(line),
  });
  writeFileSync(logPath, `${log.join("\n")}\n`);
  if (code !== 0) {
    const errors = log.filter((line) => !line.startsWith("npm warn")).slice(0, SHOWN_LINES);
    throw new BootstrapFailure(`${errors.join("\n")}\nnpm ci failed (log: ${logPath})`, code);
  }
}

/** Checks that the pinned Node runs on this machine; npm may be configured not to run its install script. */
export function assertPinnedNodeRuns() {
  const wanted = readPackages(join(root, "package-lock.json"))["node_modules/node"]?.version;
  const { stdout } = spawnSync(pinnedNode, ["--version"], { encoding: "utf8" });
  if (stdout?.trim() === `v${wanted}`) return;
  throw new BootstrapFailure(
    `Node ${wanted} did not install into node_modules/node (found: ${stdout?.trim() || "none that runs"}). ` +
      "Is npm set to ignore install scripts? Try: rm -rf node_modules && npm ci --ignore-scripts=false",
  );
}

/**
 * The npm that started this process, run by its own Node; otherwise the machine's.
 * @returns {[string, ...string[]]}
 */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  return npm && node && existsSync(npm) && !node.startsWith(modulesDir) ? [node, npm] : ["npm"];
}

/**
 * @param {string} path
 * @returns {Record<string, LockEntry>}
 */
const readPackages = (path) => JSON.parse(readFileSync(path, "utf8")).packages;
