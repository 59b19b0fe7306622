import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../lib/program.ts";
import { root } from "../lib/workspace.ts";
import { type BuiltPackage, buildPackages } from "./build.ts";
import { type Asker, librariesOf, placeLibraries } from "./libraries.ts";

/** A project of somebody who uses the packages, outside the repository. */
export type Project = {
  readonly folder: string;
  readonly packages: readonly BuiltPackage[];
  readonly remove: () => void;
};

const CONSUMER = join(import.meta.dirname, "consumer");

/** Programs that only Node can run. */
const FOR_NODE = ["main.mjs", "stream.mjs", "webhooks-server.mjs"];

/** The programs that are run against the packages: each is named after the one that it is about. */
export const PROGRAMS: readonly string[] = readdirSync(CONSUMER)
  .filter((file) => file.endsWith(".mjs") && !FOR_NODE.includes(file))
  .map((file) => file.replace(".mjs", ""));

/** What pages with hooks need besides React, and their compilers. */
const FOR_REACT = ["react-dom", "@types/react", "@types/react-dom"];

/** A project with the programs in it and nothing installed. */
export async function createProject(): Promise<Project> {
  const packages = await buildPackages();
  const folder = mkdtempSync(join(tmpdir(), "cairn-packages-"));
  cpSync(CONSUMER, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  return { folder, packages, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Unpacks the packages into the project, and places the libraries of this checkout that they need, and those of `others`:
 * without a network.
 */
export async function installOffline({ folder, packages }: Project, others: readonly Asker[] = []): Promise<void> {
  placeLibraries(folder, others);
  for (const { name, manifest, tarball } of packages) {
    const target = join(folder, "node_modules", manifest.name);
    mkdirSync(target, { recursive: true });
    const { code, stderr } = await runProgram("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"], {
      cwd: folder,
      capture: true,
    });
    if (code !== 0) throw new TypeError(`${tarball} cannot be unpacked: ${stderr}`);
    const libraries = librariesOf(manifest).filter((library) => !library.startsWith("@cairn/"));
    const added = name === "react" ? [...libraries, ...FOR_REACT] : libraries;
    placeLibraries(folder, [{ libraries: added, from: join(root, "packages", name) }]);
  }
}
