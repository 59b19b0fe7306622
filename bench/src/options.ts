import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BLOCK_SIZES, CairnError, SOLO_SIZES, type SoloSize } from "@cairn/protocol";
import { type BatchBenchOptions, parseBatchOptions } from "./batch/options.ts";
import type { BenchErrorCode } from "./errors.ts";
import type { ProversDocs } from "./provers/command.ts";
import { SECTIONS, type Section } from "./report.ts";

const REPOSITORY = join(import.meta.dirname, "../..");

/** Parsed command line. */
export interface BenchOptions {
  readonly sections: readonly Section[];
  readonly sizes: readonly SoloSize[];
  readonly isQuick: boolean;
  readonly cacheDir: string;
  /** Where the report is written. */
  readonly json: string;
  /** Where the tables are written as Markdown; null for nowhere. */
  readonly markdown: string | null;
  /** The page with a few figures in its text; null for none. */
  readonly readme: string | null;
  /** Where the fee basis is written, if batches of all sizes were measured; null for nowhere. */
  readonly feeBasis: string | null;
  /** A report to take the figures from instead of measuring; null to measure. */
  readonly from: string | null;
}

/** A benchmark that runs alone, with options of its own: of one batch of many blocks. */
export interface BatchCommand {
  readonly batch: BatchBenchOptions;
  /** Where the figures are written. */
  readonly json: string;
  /** Where the figures are recorded and shown; null for nowhere. */
  readonly docs: { readonly record: string; readonly page: string } | null;
}

/** What the command line asks for. */
export type BenchCommand =
  | { readonly type: "help" }
  | ({ readonly type: "sections" } & BenchOptions)
  | ({ readonly type: "batch" } & BatchCommand)
  | { readonly type: "scaling"; readonly record: string; readonly provers: string; readonly page: string | null }
  | { readonly type: "provers"; readonly cacheDir: string; readonly docs: ProversDocs | null };

/** Where the figures of batches of many blocks are recorded, from which the documents are written. */
export const BATCH_RECORD = join(REPOSITORY, "bench", "figures", "batch.json");
/** Where the times of several provers are recorded. */
export const PROVERS_RECORD = join(REPOSITORY, "bench", "figures", "provers.json");
/** The page of all figures. */
export const BENCHMARKS = join(REPOSITORY, "docs", "benchmarks.md");
/** The page of what throughput needs. */
export const SCALING = join(REPOSITORY, "docs", "scaling.md");
/** Names for `--only` that stand alone. */
const BATCH = "batch";
const SCALING_NAME = "scaling";
const PROVERS_NAME = "provers";

/** Text for `--help`. */
export const USAGE = `npm run bench -- [options]
  --quick            blocks of 16 slots only, fewer repeats
  --only LIST        sections, separated by commas: ${SECTIONS.join(", ")}
  --json FILE        where the report goes; .cache/bench/latest.json by default
  --markdown FILE    also write the tables as Markdown
  --write-docs       the same as --markdown docs/benchmarks.md; also writes apps/node/l1-gas.json and the figures of README.md
  --from FILE        show and write an earlier report instead of measuring

npm run bench -- --only ${BATCH} [options]: one batch of many blocks with real proofs, on L1 and rebuilt from there
  --transfers N      1024 by default; more need more time, and 4 GiB
  --slots N          of each block: ${BLOCK_SIZES.join(", ")}; 256 by default
  --da SOURCE        where its data is: blob, the default, or calldata
  --json FILE        where the figures go; .cache/bench/batch.json by default
  --write-docs       also record the figures in bench/figures and show them in docs/benchmarks.md

npm run bench -- --only ${PROVERS_NAME} [--write-docs]: one batch proven by 1, 2 and 3 prover processes, in docs/scaling.md

npm run bench -- --only ${SCALING_NAME} [--write-docs]: what throughput needs by the recorded figures, in docs/scaling.md
`;

/** Parses arguments; `help` asks for {@link USAGE}. Throws `bench/bad-option`. */
export function parseCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): BenchCommand {
  const values = parseValues(args);
  if (values.help) return { type: "help" };
  const cacheDir = resolve(environment.CAIRN_CACHE_DIR ?? join(REPOSITORY, ".cache"));
  if (values.only === BATCH) return { type: "batch", ...batchCommand(values, cacheDir) };
  if (values.only === SCALING_NAME) {
    return { type: "scaling", record: BATCH_RECORD, provers: PROVERS_RECORD, page: scalingPage(values, SCALING_NAME) };
  }
  if (values.only === PROVERS_NAME) {
    const page = scalingPage(values, PROVERS_NAME);
    const docs = page === null ? null : { record: PROVERS_RECORD, page, batches: BATCH_RECORD };
    return { type: "provers", cacheDir, docs };
  }
  refuse(values, ["transfers", "slots", "da"], `only --only ${BATCH} takes`);
  return { type: "sections", ...sectionOptions(values, cacheDir) };
}

function batchCommand(values: Values, cacheDir: string): BatchCommand {
  refuse(values, ["quick", "markdown", "from"], `--only ${BATCH} does not take`);
  return {
    batch: parseBatchOptions(values, cacheDir),
    json: resolve(values.json ?? join(cacheDir, "bench", "batch.json")),
    docs: values["write-docs"] ? { record: BATCH_RECORD, page: BENCHMARKS } : null,
  };
}

function scalingPage(values: Values, name: string): string | null {
  refuse(values, ["quick", "json", "markdown", "from", "transfers", "slots", "da"], `--only ${name} does not take`);
  return values["write-docs"] ? SCALING : null;
}

function refuse(values: Values, names: readonly (keyof Values)[], reason: string): void {
  const given = names.find((name) => values[name] !== undefined);
  if (given !== undefined) throw new CairnError<BenchErrorCode>("bench/bad-option", `${reason} --${given}`);
}

function sectionOptions(values: Values, cacheDir: string): BenchOptions {
  const isQuick = values.quick ?? false;
  const docs = values["write-docs"] ? BENCHMARKS : null;
  return {
    sections: values.only === undefined ? SECTIONS : parseSections(values.only),
    sizes: isQuick ? SOLO_SIZES.slice(0, 1) : SOLO_SIZES,
    isQuick,
    cacheDir,
    json: resolve(values.json ?? join(cacheDir, "bench", "latest.json")),
    markdown: values.markdown === undefined ? docs : resolve(values.markdown),
    readme: values["write-docs"] ? join(REPOSITORY, "README.md") : null,
    feeBasis: values["write-docs"] ? join(REPOSITORY, "apps", "node", "l1-gas.json") : null,
    from: values.from === undefined ? null : resolve(values.from),
  };
}

type Values = ReturnType<typeof parseValues>;

function parseValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean" },
        only: { type: "string" },
        json: { type: "string" },
        markdown: { type: "string" },
        "write-docs": { type: "boolean" },
        from: { type: "string" },
        transfers: { type: "string" },
        slots: { type: "string" },
        da: { type: "string" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CairnError<BenchErrorCode>("bench/bad-option", message, { cause });
  }
}

function parseSections(list: string): readonly Section[] {
  const names = list.split(",");
  const unknown = names.find((name) => !SECTIONS.some((section) => section === name));
  if (unknown === undefined) return SECTIONS.filter((section) => names.includes(section));
  throw new CairnError<BenchErrorCode>(
    "bench/bad-option",
    `--only: no section ${unknown}; there are ${SECTIONS.join(", ")}, and ${BATCH} or ${SCALING_NAME} alone`,
  );
}
