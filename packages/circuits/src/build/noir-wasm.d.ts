/** The part of @noir-lang/noir_wasm that is used; the package points its Node entry at untyped JavaScript. */
declare module "@noir-lang/noir_wasm" {
  import type { CompiledCircuit } from "@noir-lang/noir_js";

  /** Reads sources below a folder. */
  export interface FileManager {
    readonly getDataDir: () => string;
  }

  export function createFileManager(dataDir: string): FileManager;

  export function compile(
    fileManager: FileManager,
    projectPath: string,
    log: (message: string) => void,
    debugLog: (message: string) => void,
  ): Promise<{ readonly program: CompiledCircuit }>;
}
