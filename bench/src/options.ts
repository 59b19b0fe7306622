import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BLOCK_SIZES, type BlockSize, CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "./errors.ts";
import { SECTIONS, type Section } from "./report.ts";

const REPOSITORY = join(import.meta.dirname, "../..");

/** Parsed command line. */
export interface BenchOptions {
  readonly sections: readonly Section[];
  readonly sizes: readonly BlockSize[];
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

/** Text for `--help`. */
export const USAGE = `npm run bench -- [options]
  --quick            blocks of 16 slots only, fewer repeats
  --only LIST        sections, separated by commas: ${SECTIONS.join(", ")}
  --json FILE        where the report goes; .cache/bench/latest.json by default
  --markdown FILE    also write the tables as Markdown
  --write-docs       the same as --markdown docs/benchmarks.md; also writes apps/node/l1-gas.json and the figures of README.md
  --from FILE        show and write an earlier report instead of measuring
`;

/** Parses arguments; null asks for {@link USAGE}. Throws `bench/bad-option`. */
export function parseOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): BenchOptions | null {
  const values = parseValues(args);
  if (values.help) return null;
  const cacheDir = resolve(environment.CAIRN_CACHE_DIR ?? join(REPOSITORY, ".cache"));
  const isQuick = values.quick ?? false;
  const docs = values["write-docs"] ? join(REPOSITORY, "docs", "benchmarks.md") : null;
  return {
    sections: values.only === undefined ? SECTIONS : parseSections(values.only),
    sizes: isQuick ? BLOCK_SIZES.slice(0, 1) : BLOCK_SIZES,
    isQuick,
    cacheDir,
    json: resolve(values.json ?? join(cacheDir, "bench", "latest.json")),
    markdown: values.markdown === undefined ? docs : resolve(values.markdown),
    readme: values["write-docs"] ? join(REPOSITORY, "README.md") : null,
    feeBasis: values["write-docs"] ? join(REPOSITORY, "apps", "node", "l1-gas.json") : null,
    from: values.from === undefined ? null : resolve(values.from),
  };
}

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
    `--only: no section ${unknown}; there are ${SECTIONS.join(", ")}`,
  );
}
