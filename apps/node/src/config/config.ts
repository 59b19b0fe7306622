import { DEV_CHAIN_IDS } from "@cairn/contracts";
import { CairnError } from "@cairn/protocol";
import type { z } from "zod";
import { REBUILD_AGE_SECONDS } from "../block-rules.ts";
import type { NodeErrorCode } from "../errors.ts";
import { flagOf, type Setting } from "./setting.ts";
import { SETTINGS } from "./settings.ts";

type Settings = typeof SETTINGS;

/** All settings, parsed. */
export type NodeConfig = { readonly [Name in keyof Settings]: z.output<Settings[Name]["parse"]> };

const ENTRIES: readonly (readonly [string, Setting<unknown>])[] = Object.entries(SETTINGS);

/**
 * The configuration of environment variables and flags (`--name value` or `--name=value`), which win.
 * Throws `node/bad-config` with every problem in `details.problems`.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[] = [],
): NodeConfig {
  const problems: string[] = [];
  const flags = readFlags(args, problems);
  const values: Record<string, unknown> = {};
  for (const [name, { env: variable, parse, fallback }] of ENTRIES) {
    const written = flags.get(variable) ?? (env[variable] === "" ? undefined : env[variable]) ?? fallback ?? undefined;
    const result = parse.safeParse(written);
    if (result.success) values[name] = result.data;
    else problems.push(`${variable} ${result.error.issues.map(({ message }) => message).join(", ")}`);
  }
  problems.push(...unknownVariables(env));
  if (problems.length === 0) problems.push(...contradictions(values as NodeConfig));
  if (problems.length === 0) return values as NodeConfig;
  throw new CairnError<NodeErrorCode>("node/bad-config", `bad configuration: ${problems.join("; ")}`, {
    details: { problems },
  });
}

/** What other programs need to know of a setting to offer it themselves. */
export interface SettingInfo
  extends Pick<Setting<unknown>, "env" | "fallback" | "isRequired" | "isSwitch" | "isSecret" | "unit" | "text"> {
  readonly flag: string;
}

/** Every setting, in the order of the documentation. */
export function listSettings(): readonly SettingInfo[] {
  return ENTRIES.map(([, one]) => {
    const { env, fallback, isRequired, isSwitch, isSecret, unit, text } = one;
    return { env, flag: flagOf(one), fallback, isRequired, isSwitch, isSecret, unit, text };
  });
}

/** Help text: every flag with its default and meaning. */
export function configHelp(): string {
  const lines = ENTRIES.map(([, one]) => {
    const unit = one.unit === null ? "" : ` (${one.unit})`;
    return `  ${(one.isSecret ? "(variable only)" : flagOf(one)).padEnd(32)} ${one.text}${unit}\n${" ".repeat(35)}${one.env}, ${defaultOf(one)}`;
  });
  return `Usage: cairn node [flags]\n\nEvery flag may also be given as an environment variable; secrets as variables alone.\n\n${lines.join("\n")}\n`;
}

/** The `.env.example` file. */
export function envExample(): string {
  const lines = ENTRIES.map(([, one]) => {
    const unit = one.unit === null ? "" : ` In ${one.unit}.`;
    const note = one.isRequired ? " Required." : "";
    const assignment = `${one.env}=${one.fallback ?? ""}`;
    return `# ${one.text}${unit}${note}\n${one.isRequired ? assignment : `# ${assignment}`}\n`;
  });
  return `# Settings of a Cairn node. Written by apps/node/scripts/generate-config.ts.\n\n${lines.join("\n")}`;
}

/** The settings as a Markdown table. */
export function configMarkdown(): string {
  const rows = ENTRIES.map(
    ([, one]) =>
      `| \`${one.env}\` | ${one.isSecret ? "–" : `\`${flagOf(one)}\``} | ${defaultOf(one)} | ${one.unit ?? ""} | ${one.text} |`,
  );
  return [
    "# Configuration",
    "",
    "Written by `apps/node/scripts/generate-config.ts`. Flags win over environment variables. Secrets have no flag: everyone",
    "on the machine can read the flags of a process. An unknown variable that begins with CAIRN_ prevents the start.",
    "",
    "| Variable | Flag | Default | Unit | Meaning |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function defaultOf({ fallback, isRequired }: Setting<unknown>): string {
  if (isRequired) return "required";
  return fallback === null ? "none" : `default ${fallback}`;
}

/** Variables of the command line and of tests, which a node's environment may also contain. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set([
  ...["CAIRN_HOME", "CAIRN_PROFILE", "CAIRN_NODE_URL", "CAIRN_STATE"],
  ...["CAIRN_KEY", "CAIRN_KEYSTORE", "CAIRN_PASSPHRASE"],
  "CAIRN_DEVNET_READY_SECONDS",
]);
const TEST_VARIABLE = /^CAIRN_(?:E2E|SIM|TEST)_/;

/** A mistyped name would silently leave its setting at the default. */
function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = ENTRIES.map(([, one]): string => one.env);
  return Object.keys(env)
    .filter((name) => name.startsWith("CAIRN_") && env[name] !== "" && env[name] !== undefined)
    .filter((name) => !known.includes(name) && !OTHER_VARIABLES.has(name) && !TEST_VARIABLE.test(name))
    .map((name) => `${name} is not a setting${nearest(name, known)}`);
}

function nearest(name: string, known: readonly string[]): string {
  const [best] = known
    .map((one) => ({ one, distance: editDistance(name, one) }))
    .filter(({ distance }) => distance <= MAX_TYPOS)
    .sort((a, b) => a.distance - b.distance);
  return best === undefined ? "" : `; ${best.one} is`;
}

const MAX_TYPOS = 3;

/** Letters to insert, delete or replace to make one text of the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function readFlags(args: readonly string[], problems: string[]): Map<string, string> {
  const byFlag = new Map(ENTRIES.map(([, one]) => [flagOf(one), one]));
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [flag = "", inline] = (args[i] ?? "").split(/=(.*)/s);
    const known = byFlag.get(flag);
    const follows = args[i + 1];
    const isAlone = known?.isSwitch === true && (follows === undefined || follows.startsWith("--"));
    const value = inline ?? (isAlone ? "true" : follows);
    if (known === undefined) problems.push(`unknown flag ${flag}`);
    else if (value === undefined) problems.push(`${flag} has no value`);
    else if (known.isSecret || holdsPassword(known.env, value)) {
      problems.push(`${flag} would show a secret to everyone on this machine: set ${known.env} instead`);
    } else if (flags.has(known.env)) problems.push(`${flag} is given twice`);
    else flags.set(known.env, value);
    if (inline === undefined && !isAlone) i++;
  }
  return flags;
}

function holdsPassword(variable: string, value: string): boolean {
  return variable === "DATABASE_URL" && URL.canParse(value) && new URL(value).password !== "";
}

function contradictions(config: NodeConfig): string[] {
  const { roles, databaseUrl, publisherKey, adminPort, adminToken, feeOwner, feeOperatorPercent } = config;
  const { sequencerUrl, sequencerPort } = config;
  const problems: string[] = [];
  if (roles.some((role) => role !== "prover")) {
    if (config.chainId === undefined) problems.push("CAIRN_CHAIN_ID is required");
    if (config.rollup === undefined) problems.push("CAIRN_ROLLUP is required");
  }
  const [isApi, isSequencer] = [roles.includes("api"), roles.includes("sequencer")];
  if (isApi && !isSequencer && sequencerUrl === undefined) {
    problems.push("CAIRN_ROLES names api without sequencer: it needs CAIRN_SEQUENCER_URL");
  }
  if (sequencerUrl !== undefined && (isSequencer || !isApi)) {
    problems.push("CAIRN_SEQUENCER_URL is for an api without sequencer");
  }
  if (sequencerPort !== undefined && (isApi || !isSequencer)) {
    problems.push("CAIRN_SEQUENCER_PORT is for a sequencer without api");
  }
  if (sequencerPort !== undefined && config.maxStreamClients === 0) {
    problems.push("CAIRN_MAX_STREAM_CLIENTS=0 keeps out the api that CAIRN_SEQUENCER_PORT is for");
  }
  if (!roles.includes("sequencer") && databaseUrl === undefined) {
    problems.push("CAIRN_ROLES without sequencer needs DATABASE_URL: an embedded database has one process");
  }
  if (roles.includes("sequencer") && feeOwner === undefined && feeOperatorPercent > -100) {
    problems.push("CAIRN_FEE_OWNER is required to take fees; CAIRN_FEE_OPERATOR_PERCENT=-100 makes transactions free");
  }
  if (roles.includes("publisher") && publisherKey === undefined) {
    problems.push("CAIRN_PUBLISHER_KEY is required by the publisher");
  }
  const { blockTimeMs, maxWaitSeconds, expectedBlockSeconds } = config;
  // A block ages from the moment it is opened.
  if (blockTimeMs / 1000 + maxWaitSeconds > REBUILD_AGE_SECONDS) {
    problems.push(
      `CAIRN_BLOCK_TIME_MS and CAIRN_MAX_WAIT_SECONDS together exceed the ${REBUILD_AGE_SECONDS} s after which a block is rebuilt`,
    );
  }
  if (expectedBlockSeconds !== undefined && expectedBlockSeconds > maxWaitSeconds) {
    problems.push("CAIRN_EXPECTED_BLOCK_SECONDS exceeds CAIRN_MAX_WAIT_SECONDS: no transaction would ever be accepted");
  }
  const { batchBlocks, batchSeconds, maxLagSeconds } = config;
  if (batchBlocks > 1 && batchSeconds + (expectedBlockSeconds ?? 0) > Math.min(maxWaitSeconds, maxLagSeconds)) {
    problems.push(
      "CAIRN_BATCH_SECONDS exceeds CAIRN_MAX_WAIT_SECONDS or CAIRN_MAX_LAG_SECONDS: no transaction would be accepted while a batch fills",
    );
  }
  if (adminPort !== undefined && adminToken === undefined) problems.push("CAIRN_ADMIN_PORT needs CAIRN_ADMIN_TOKEN");
  if (config.clockOffsetFile !== undefined && !DEV_CHAIN_IDS.includes(config.chainId ?? 0)) {
    problems.push("CAIRN_CLOCK_OFFSET_FILE is for development chains only");
  }
  return problems;
}
