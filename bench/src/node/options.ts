import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CairnError, SOLO_SIZES, type SoloSize } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";
import type { BenchDatabase } from "./environment.ts";
import type { RunOptions } from "./run.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");

/** Parsed command line. */
export interface NodeBenchOptions extends Omit<RunOptions, "database" | "isProving"> {
  /** Configurations to measure, one after another. */
  readonly configurations: readonly Pick<RunOptions, "database" | "isProving">[];
  /** Where the report is written. */
  readonly json: string;
  readonly isWritingDocs: boolean;
  /** Measure a node without transactions instead of load. */
  readonly isIdle: boolean;
  /** A report to take the figures from instead of measuring; null to measure. */
  readonly from: string | null;
}

/** The page whose figures `--write-docs` replaces. */
export const DOCS = join(REPOSITORY, "docs", "benchmarks-node.md");
/** The page with a few of these figures, which are replaced along with them. */
export const README = join(REPOSITORY, "README.md");

/** Text for `--help`. */
export const USAGE = `npm run bench:node -- [options]
  --seconds N           of the full load, and again of the half load; 20 by default
  --seed N              of accounts, receivers, amounts and the places of wrong requests; 1 by default
  --postgres            database: a PostgreSQL server started for the run, instead of the embedded one
  --database-url URL    database: this server; its database must be empty
  --no-prover           without prover and publisher
  --matrix              all four: both databases, with and without prover
  --slots N             block size; 64 by default
  --accounts N          number of accounts; 256 by default
  --clients N           clients at full load, each with its own connection; 128 by default
  --overload N          clients of the overload, more than the node serves at a time; 3000 by default, 0 for none
  --invalid N           percent of requests that must be refused; 5 by default
  --drain N             blocks of the load that must be proven and on L1 before the end; 2 by default
  --signed-per-second N requests signed beforehand for each second; 2000 by default; the load of a faster node ends early
  --set NAME=VALUE      a setting of the node, such as CAIRN_SIGNATURE_WORKERS=2; may be repeated
  --idle                measure instead what a node without work uses, during --seconds
  --profile DIR         write CPU profiles of the node's threads
  --json FILE           where the report goes; .cache/bench/node.json by default
  --write-docs          also write the figures into docs/benchmarks-node.md and README.md
  --from FILE           show and write an earlier report instead of measuring
`;

/** Parses arguments; null asks for {@link USAGE}. Throws `bench/bad-option`. */
export function parseNodeOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): NodeBenchOptions | null {
  const values = parseValues(args);
  if (values.help) return null;
  const cacheDir = resolve(environment.CAIRN_CACHE_DIR ?? join(REPOSITORY, ".cache"));
  const integer = (name: keyof typeof values, fallback: number, minimum: number): number => {
    const text = values[name];
    const value = text === undefined ? fallback : Number(text);
    if (Number.isInteger(value) && value >= minimum) return value;
    throw badOption(`--${name}: ${String(text)} is not a whole number of at least ${minimum}`);
  };
  return {
    cacheDir,
    configurations: configurations(values),
    slots: parseSlots(values.slots),
    accounts: integer("accounts", 256, 8),
    seconds: integer("seconds", 20, 1),
    seed: integer("seed", 1, 0),
    invalidShare: Math.min(90, integer("invalid", 5, 0)) / 100,
    concurrency: integer("clients", 128, 1),
    overloadClients: integer("overload", 3000, 0),
    signedPerSecond: integer("signed-per-second", 2000, 1),
    drainBlocks: integer("drain", 2, 1),
    settings: Object.fromEntries((values.set ?? []).map(parseSetting)),
    profileDir: values.profile === undefined ? null : resolve(values.profile),
    json: resolve(values.json ?? join(cacheDir, "bench", "node.json")),
    isWritingDocs: values["write-docs"] ?? false,
    isIdle: values.idle ?? false,
    from: values.from === undefined ? null : resolve(values.from),
  };
}

function parseValues(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        seconds: text,
        seed: text,
        postgres: flag,
        "database-url": text,
        "no-prover": flag,
        matrix: flag,
        slots: text,
        accounts: text,
        clients: text,
        overload: text,
        invalid: text,
        drain: text,
        "signed-per-second": text,
        set: { type: "string", multiple: true },
        idle: flag,
        profile: text,
        json: text,
        "write-docs": flag,
        from: text,
        help: flag,
      },
    }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CairnError<BenchErrorCode>("bench/bad-option", message, { cause });
  }
}

function configurations(values: ReturnType<typeof parseValues>): NodeBenchOptions["configurations"] {
  const url = values["database-url"];
  if ([url !== undefined, values.postgres, values.matrix].filter(Boolean).length > 1) {
    throw badOption("--database-url, --postgres and --matrix exclude each other");
  }
  if (values.matrix) {
    if (values["no-prover"]) throw badOption("--matrix measures with and without prover");
    return (["embedded", "postgres"] as const).flatMap((type) =>
      [false, true].map((isProving) => ({ database: { type }, isProving })),
    );
  }
  const database: BenchDatabase =
    url !== undefined ? { type: "url", url } : { type: values.postgres ? "postgres" : "embedded" };
  return [{ database, isProving: !values["no-prover"] }];
}

function parseSlots(text = "64"): SoloSize {
  const slots = SOLO_SIZES.find((size) => String(size) === text);
  if (slots === undefined) throw badOption(`--slots must be one of ${SOLO_SIZES.join(", ")}, not ${text}`);
  return slots;
}

function parseSetting(text: string): [string, string] {
  const [, name, value] = /^((?:CAIRN|DATABASE)_[A-Z0-9_]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw badOption(`--set: ${text} is not NAME=VALUE`);
  return [name, value];
}

function badOption(message: string): CairnError<BenchErrorCode> {
  return new CairnError<BenchErrorCode>("bench/bad-option", message);
}
