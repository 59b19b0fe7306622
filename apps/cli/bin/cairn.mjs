#!/usr/bin/env node
/** The `cairn` command on any Node: runs the source on the Node that the repository pins. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const main = join(dirname(fileURLToPath(import.meta.url)), "../src/main.ts");
const pinnedNode = join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");

if (Number.parseInt(process.versions.node, 10) >= 24) {
  await import(main);
} else {
  const child = spawn(pinnedNode, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // A terminal sends Ctrl-C to both processes itself; sending it again would look like impatience.
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on("error", (error) => {
    console.error(`cairn: ${pinnedNode} does not start (${error.message}); run npm ci`);
    process.exitCode = 1;
  });
  child.on("close", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal ?? "SIGTERM"];
  });
}
