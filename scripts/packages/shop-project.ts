import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../lib/program.ts";
import { root } from "../lib/workspace.ts";
import { createProject, installOffline, type Project } from "./project.ts";

/** The oldest Node that the packages support. */
const OLDEST_NODE = "20.20.2";

/** The program of the oldest Node that the packages support, installed from the npm registry into a folder. */
export async function installOldestNode(folder: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  const args = ["install", "--no-audit", "--no-fund", "--prefer-offline", `${name}@${OLDEST_NODE}`];
  const { code, stderr } = await runProgram("npm", args, { cwd: folder, capture: true });
  if (code !== 0) throw new TypeError(`Node ${OLDEST_NODE} cannot be installed: ${stderr}`);
  return join(folder, "node_modules", name, "bin/node");
}

/** The shop of the examples in a folder of its own, with the packed packages and its database installed. */
export async function createShop(): Promise<Project> {
  const project = await createProject();
  // What npm installs of the database on this platform.
  const libraries = ["lmdb", `@lmdb/lmdb-${process.platform}-${process.arch}`];
  await installOffline(project, [{ libraries, from: join(root, "packages/state") }]);
  cpSync(join(root, "examples/shop"), project.folder, { recursive: true });
  return project;
}

/** All that a process prints. Throws a TypeError with it unless the process ends well. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const [code] = await once(child, "close");
  if (code !== 0) throw new TypeError(`ended with ${code}: ${output}`);
  return output;
}
