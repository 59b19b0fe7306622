import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SOLO_SIZES, type SoloSize } from "@cairn/protocol";
import { z } from "zod";
import { cliError } from "../errors.ts";
import { addressField } from "../fields.ts";
import { writeFileDurably } from "./durable-file.ts";

const deploymentSchema = z.strictObject({
  version: z.literal(2),
  /** SHA-256 of everything the rollup and its verifier were compiled from. */
  build: z.string(),
  slots: z.union(SOLO_SIZES.map((size) => z.literal(size))),
  chainId: z.int().positive(),
  rollup: addressField,
  /** Null when nobody has precedence. */
  policy: addressField.nullable(),
  receipts: addressField,
  deploymentBlock: z.int().min(0),
  tokens: z.array(z.strictObject({ id: z.int().min(1), address: addressField, symbol: z.string(), decimals: z.int() })),
});

/** How a devnet was made; written once, when L1 with all of it is durable. */
export type DevDeployment = Omit<z.output<typeof deploymentSchema>, "version">;

/** The directory of one devnet, held until released. */
export interface DevDirectory {
  readonly path: string;
  readonly isTemporary: boolean;
  readonly l1Dir: string;
  readonly nodeDir: string;
  readonly logFile: string;
  /** Null while the devnet was never completely set up. */
  readonly deployment: DevDeployment | null;
  readonly complete: (deployment: DevDeployment) => void;
  /** Releases it; a temporary one is deleted. */
  readonly release: () => void;
}

/**
 * Takes a directory, or a new temporary one, for this process. Remains of an interrupted set-up are deleted.
 * Throws `cli/bad-data-dir` when another devnet holds it or it holds something else.
 */
export function openDirectory(path: string | null): DevDirectory {
  const root = path === null ? mkdtempSync(join(tmpdir(), "cairn-devnet-")) : resolve(path);
  mkdirSync(root, { recursive: true });
  const lock = takeLock(join(root, "devnet.pid"));
  const file = join(root, "devnet.json");
  const [l1Dir, nodeDir] = [join(root, "l1"), join(root, "node")];
  try {
    const deployment = readDeployment(file);
    if (deployment === null) for (const dir of [l1Dir, nodeDir]) rmSync(dir, { recursive: true, force: true });
    for (const dir of [l1Dir, nodeDir]) mkdirSync(dir, { recursive: true });
    return {
      path: root,
      isTemporary: path === null,
      l1Dir,
      nodeDir,
      logFile: join(root, "node.log"),
      deployment,
      complete: (made) => writeFileDurably(file, `${JSON.stringify({ version: 2, ...made }, null, 2)}\n`),
      release: () => {
        lock.release();
        if (path === null) rmSync(root, { recursive: true, force: true });
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Throws `cli/bad-data-dir` unless a devnet stored there has blocks of this many slots. */
export function assertSameSlots({ path, deployment }: DevDirectory, slots: SoloSize): void {
  if (deployment === null || deployment.slots === slots) return;
  throw cliError("cli/bad-data-dir", `the devnet in ${path} has blocks of ${deployment.slots} slots, not ${slots}`);
}

/** Throws `cli/bad-data-dir` unless a stored devnet was built from these sources. */
export function assertSameBuild(path: string, stored: DevDeployment, build: string): void {
  if (stored.build === build) return;
  throw cliError("cli/bad-data-dir", `the devnet in ${path} was made with other contracts or another circuit`);
}

function readDeployment(file: string): DevDeployment | null {
  if (!existsSync(file)) return null;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw cliError("cli/bad-data-dir", `${file} is not JSON`, { cause });
  }
  const parsed = deploymentSchema.safeParse(json);
  if (!parsed.success)
    throw cliError("cli/bad-data-dir", `${file} does not belong to a devnet`, { cause: parsed.error });
  const { version: _, ...deployment } = parsed.data;
  return deployment;
}

/** A file with the owner's process id; one whose owner is gone is taken over. */
function takeLock(file: string): { readonly release: () => void } {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return { release: () => rmSync(file, { force: true }) };
    } catch (cause) {
      const isTaken = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
      if (!isTaken) throw cliError("cli/bad-data-dir", `${file} cannot be written`, { cause });
      const owner = Number(readFileSync(file, "utf8"));
      if (owner > 0 && isRunning(owner)) {
        throw cliError("cli/bad-data-dir", `process ${owner} is running a devnet on this directory`, {
          details: { process: owner },
        });
      }
      rmSync(file, { force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
