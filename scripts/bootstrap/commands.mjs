import { DEVNET_ENV, DEVNET_NODE_OPTIONS } from "../../apps/cli/bin/devnet-process.mjs";
import { BootstrapFailure } from "./failure.mjs";

/** @typedef {import("./steps.mjs").Preparation} Preparation */
/**
 * @typedef {object} Command
 * @property {(args: string[]) => Preparation[]} prepare
 * @property {string[]} [run] options of Node, a script and its arguments
 * @property {Readonly<Record<string, string>>} [env] added to the environment, where that does not say otherwise
 */

/** Block sizes that exist, in slots. */
const SIZES = [16, 64, 256];
const TEST_SIZES = [16];

/**
 * @param {string[]} circuits
 * @returns {Preparation[]}
 */
const build = (circuits) => [
  { step: "circuits", circuits },
  { step: "contracts", circuits },
];
/**
 * The circuits of batches of one block.
 * @param {number[]} sizes
 */
const solo = (sizes) => sizes.map((slots) => `solo${slots}`);
/** @param {string[]} args */
const demoCircuits = (args) => (args.includes("--aggregate") ? ["pair"] : solo([slotsOption(args, 16)]));
const nothing = () => [];
/**
 * What tests need.
 * @param {string[]} [circuits] circuits that L1 verifies
 * @returns {Preparation[]}
 */
const withBrowser = (circuits = solo(TEST_SIZES)) => [
  ...build(circuits),
  { step: /** @type {const} */ ("browser"), circuits: [] },
  { step: /** @type {const} */ ("java"), circuits: [] },
];

const forTests = () => withBrowser();
/** With real proofs everywhere, L1 also verifies batches of several blocks. */
const forAllTests = () => withBrowser([...solo(TEST_SIZES), "pair", "batch"]);

const CAIRN = "apps/cli/src/main.ts";

/**
 * Every npm script: the preparations it needs, and what it runs on the pinned Node (its arguments are appended).
 * @type {Record<string, Command>}
 */
const COMMANDS = {
  setup: { prepare: (args) => build(circuitsOption(args) ?? solo(SIZES)) },
  demo: { prepare: (args) => build(demoCircuits(args)), run: [CAIRN, "demo"] },
  // Builds what it needs itself, as it must when started as `npx cairn devnet`.
  devnet: {
    prepare: nothing,
    run: [...DEVNET_NODE_OPTIONS, CAIRN, "devnet", "--pages"],
    env: DEVNET_ENV,
  },
  test: { prepare: forTests, run: ["scripts/test.ts"] },
  "test:all": { prepare: forAllTests, run: ["scripts/test.ts", "--all"] },
  bench: { prepare: benchPreparations, run: ["bench/src/main.ts"] },
  "bench:node": { prepare: (args) => build(solo([slotsOption(args, 64)])), run: ["bench/src/node/main.ts"] },
  // Prepares what its last part needs when it gets there.
  check: { prepare: nothing, run: ["scripts/check.ts"] },
  drift: { prepare: () => build(solo(TEST_SIZES)), run: ["scripts/check-drift.ts"] },
  generate: { prepare: nothing, run: ["scripts/check-drift.ts", "--write"] },
  mutate: { prepare: () => build(solo(TEST_SIZES)), run: ["scripts/mutate.ts"] },
  imports: { prepare: nothing, run: ["scripts/check-imports.ts"] },
  "web:build": { prepare: nothing, run: ["apps/web/scripts/build.ts"] },
  "web:pictures": {
    prepare: forTests,
    run: ["scripts/test.ts", "apps/web/test/pictures.test.ts"],
    env: { CAIRN_PICTURES: "docs/pictures", CAIRN_TEST_ALL: "1" },
  },
  pack: { prepare: nothing, run: ["scripts/packages/main.ts"] },
  lint: { prepare: nothing, run: ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"] },
  format: { prepare: nothing, run: ["node_modules/@biomejs/biome/bin/biome", "check", "--write"] },
  typecheck: { prepare: nothing, run: ["scripts/typecheck.ts"] },
};

/**
 * @param {string | undefined} name
 * @returns {Command}
 */
export function findCommand(name) {
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command) return command;
  throw new BootstrapFailure(`usage: npm run <command> [-- arguments]; commands: ${Object.keys(COMMANDS).join(", ")}`);
}

/**
 * All sizes, but nothing for what stands alone: the benchmark of a batch builds what its tree of proofs needs, and scaling
 * computes from recorded figures.
 * @param {string[]} args
 * @returns {Preparation[]}
 */
function benchPreparations(args) {
  const only = option(args, "--only");
  return only === "batch" || only === "scaling" ? nothing() : build(solo(SIZES));
}

/**
 * Whether this runs the `cairn` command, which can end together with the process that started it.
 * @param {string[]} run
 */
export const isCairnCommand = (run) => run.includes(CAIRN);

/**
 * The block size from `--slots N` or `--slots=N`.
 * @param {string[]} args
 * @param {number} fallback
 */
export function slotsOption(args, fallback) {
  const text = option(args, "--slots");
  if (text === null) return fallback;
  const slots = Number(text);
  if (SIZES.includes(slots)) return slots;
  throw new BootstrapFailure(`--slots must be one of ${SIZES.join(", ")}, not ${text ?? "empty"}`);
}

/**
 * The circuits from `--circuits A,B` or `--circuits=A,B`, whose names the build checks; null without.
 * @param {string[]} args
 */
export const circuitsOption = (args) => option(args, "--circuits")?.split(",") ?? null;

/**
 * The value of an option; null without the option, undefined when it has none.
 * @param {string[]} args
 * @param {string} name
 */
function option(args, name) {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return null;
  return args[at]?.includes("=") ? args[at]?.split("=")[1] : args[at + 1];
}
