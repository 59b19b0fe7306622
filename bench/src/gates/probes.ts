import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CircuitShape, type CompiledProgram, compileCircuit, countGates, NOIR_DIR } from "@cairn/circuits";
import { UNITS, type Unit, type UnitGates } from "./parts.ts";

const PROBES_DIR = join(import.meta.dirname, "../../noir");
/** The circuits' library that the probes use. */
const LIBRARY = "rollup";
/** Uses in the two programs whose difference gives the gates of one use. */
const FEW = 12;
const MANY = 20;
/** A unit with checks of ranges, whose one-off tables every block needs. */
const RANGE_CHECKED: Unit = "leaf";

/** What one use of each unit costs in gates. */
export interface ProbedGates {
  readonly units: UnitGates;
  /** One-off cost of the tables for checks of ranges. */
  readonly setup: number;
}

/**
 * Compiles each probe of bench/noir with few and with many uses and divides the difference of the gate counts, so that
 * one-off costs drop out. Throws as compiler and prover binary do.
 */
export async function probeGates(shape: CircuitShape, cacheDir: string): Promise<ProbedGates> {
  const noirDir = prepareCrates(cacheDir);
  const units: Partial<Record<Unit, number>> = {};
  let setup = 0;
  for (const unit of UNITS) {
    const few = await gatesOf({ unit, uses: FEW, shape, noirDir, cacheDir });
    const many = await gatesOf({ unit, uses: MANY, shape, noirDir, cacheDir });
    const perUse = (many - few) / (MANY - FEW);
    units[unit] = perUse;
    if (unit === RANGE_CHECKED) setup = few - FEW * perUse;
  }
  return { units: units as UnitGates, setup };
}

/**
 * Compiles each probe with one use, so that a change of the circuits' library does not break them unnoticed. Throws
 * `circuits/compile-failed`.
 */
export async function compileProbes(shape: CircuitShape, cacheDir: string): Promise<readonly CompiledProgram[]> {
  const noirDir = prepareCrates(cacheDir);
  const programs: CompiledProgram[] = [];
  for (const unit of UNITS) programs.push(await compileProbe({ unit, uses: 1, shape, noirDir, cacheDir }));
  return programs;
}

/** A folder for generated crates, beside a link to the library they use. */
function prepareCrates(cacheDir: string): string {
  const noirDir = join(cacheDir, "bench", "noir");
  mkdirSync(noirDir, { recursive: true });
  const link = join(noirDir, LIBRARY);
  if (!existsSync(link)) symlinkSync(join(NOIR_DIR, LIBRARY), link, "dir");
  return noirDir;
}

interface ProbeOptions {
  readonly unit: Unit;
  readonly uses: number;
  readonly shape: CircuitShape;
  readonly noirDir: string;
  readonly cacheDir: string;
}

async function gatesOf(options: ProbeOptions): Promise<number> {
  const { path } = await compileProbe(options);
  const { gates } = await countGates(path);
  return gates;
}

function compileProbe(options: ProbeOptions): Promise<CompiledProgram> {
  const { unit, uses, shape, noirDir, cacheDir } = options;
  const sizes = unit === "update" ? `-${shape.slots}` : "";
  const name = `probe-${unit}${sizes}-${uses}`;
  const source = [
    readFileSync(join(PROBES_DIR, `${unit}.nr`), "utf8"),
    `global USES: u32 = ${uses};`,
    ...(unit === "update"
      ? [`global SUBROOTS: u32 = ${4 ** shape.subrootDepth};`, `global LEVELS: u32 = ${shape.levels};`]
      : []),
    "",
  ].join("\n");
  const manifest = [
    "[package]",
    `name = "${name.replaceAll("-", "_")}"`,
    'type = "bin"',
    'authors = ["Cairn"]',
    "",
    "[dependencies]",
    `${LIBRARY} = { path = "../${LIBRARY}" }`,
    "",
  ].join("\n");
  mkdirSync(join(noirDir, name, "src"), { recursive: true });
  writeFileSync(join(noirDir, name, "Nargo.toml"), manifest);
  writeFileSync(join(noirDir, name, "src", "main.nr"), source);
  return compileCircuit({ name, cacheDir, noirDir });
}
