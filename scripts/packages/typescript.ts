import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../lib/program.ts";

/** How a user's compiler is set. */
export type CompileOptions = {
  readonly resolution: "nodenext" | "bundler";
  readonly files: readonly string[];
  /** Packages of types that are there for all; none by default, and then the types of browsers. */
  readonly types?: readonly string[];
  /** Source files of a page, which a bundler compiles; declarations of libraries are left to other programs. */
  readonly isPage?: boolean;
};

/** Compiles programs of a project strictly, declarations of the packages included; what the compiler says, empty if nothing. */
export async function compile(
  folder: string,
  tsc: string,
  { resolution, files, types, isPage = false }: CompileOptions,
): Promise<string> {
  const config = {
    compilerOptions: {
      target: "es2022",
      lib: types === undefined ? ["es2022", "dom", "dom.iterable", "dom.asynciterable"] : ["es2022"],
      types: types ?? [],
      module: resolution === "nodenext" ? "nodenext" : "esnext",
      moduleResolution: resolution,
      ...(isPage ? { jsx: "react-jsx", allowImportingTsExtensions: true } : {}),
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      // Declarations that viem needs know only browsers.
      skipLibCheck: isPage || types !== undefined,
      noEmit: true,
    },
    files,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { code, stdout, stderr } = await runProgram(process.execPath, [tsc, "-p", "tsconfig.json"], {
    cwd: folder,
    capture: true,
  });
  if (code === 0) return "";
  return `${stdout}${stderr}`.trim() || `exit code ${code}`;
}
