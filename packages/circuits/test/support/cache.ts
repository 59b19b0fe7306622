import { join, resolve } from "node:path";
import type { BlockSize } from "@cairn/protocol";
import { type CompiledProgram, circuitName, compileCircuit } from "../../src/index.ts";

/** Where tests keep compiled circuits, as the build script does. */
export const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../../.cache"));

const programs = new Map<string, Promise<CompiledProgram>>();

/** The compiled crate, once per test file. */
export function program(name: string): Promise<CompiledProgram> {
  const found = programs.get(name) ?? compileCircuit({ name, cacheDir });
  programs.set(name, found);
  return found;
}

/** The compiled block circuit. */
export const blockProgram = (slots: BlockSize): Promise<CompiledProgram> => program(circuitName(slots));
