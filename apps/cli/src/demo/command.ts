import { isCairnError, SOLO_SIZES, type SoloSize } from "@cairn/protocol";
import { InvalidArgumentError } from "commander";
import { cacheDirOf } from "../checkout.ts";
import { addExamples, type Host } from "../host.ts";

interface DemoFlags {
  readonly slots: SoloSize;
  readonly json?: string;
  readonly aggregate?: boolean;
}

/** Adds `cairn demo`. Exit code 1 when anything differs or fails. */
export function addDemoCommand({ program }: Pick<Host, "program">): void {
  const command = program.command("demo");
  addExamples(command, "cairn demo --slots 64 --json report.json", "cairn demo --aggregate");
  command
    .description("take accounts through the life of the rollup, with real proofs, on a fresh L1")
    .option("--slots <n>", `slots of a block: ${SOLO_SIZES.join(", ")}`, parseSlots, SOLO_SIZES[0])
    .option("--aggregate", "two blocks under each proof on L1, their data in a blob; takes minutes")
    .option("--json <file>", "also write a report, described in docs/guides/demo.md")
    .action(async ({ slots, json, aggregate = false }: DemoFlags) => {
      const cacheDir = cacheDirOf(process);
      try {
        const { runDemo } = await import("./run.ts");
        const report = await runDemo({
          slots,
          isAggregating: aggregate,
          cacheDir,
          print: (line = "") => console.log(line),
        });
        if (json !== undefined) await (await import("./report.ts")).writeReport(json, report);
        process.exitCode = report.ok ? 0 : 1;
      } catch (error) {
        if (!isCairnError(error)) throw error;
        console.error(`${error.code}: ${error.message}`);
        process.exitCode = 1;
      }
    });
}

function parseSlots(text: string): SoloSize {
  const slots = SOLO_SIZES.find((size) => String(size) === text);
  if (slots !== undefined) return slots;
  throw new InvalidArgumentError(`one of ${SOLO_SIZES.join(", ")}`);
}
