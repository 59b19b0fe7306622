#!/usr/bin/env node
/** The `cairn` command on any Node: runs the source on the Node that the repository pins, a devnet with options of its own. */
import { spawn } from "node:child_process";
import module, { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEVNET_ENV, DEVNET_NODE_OPTIONS } from "./devnet-process.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "../src/main.ts");
const pinnedNode = join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
/** Compiled code of earlier runs halves the time to start. */
const compileCache = join(process.env.CAIRN_CACHE_DIR || join(here, "../../../.cache"), "node-compile");

const isDevnet = process.argv[2] === "devnet";

if (Number.parseInt(process.versions.node, 10) >= 24 && !isDevnet) {
  module.enableCompileCache(compileCache);
  await import(main);
} else {
  const [options, extra] = isDevnet ? [DEVNET_NODE_OPTIONS, DEVNET_ENV] : [[], {}];
  const env = { NODE_COMPILE_CACHE: compileCache, ...extra, ...process.env, CAIRN_TIED_TO_PARENT: "1" };
  // The channel closes when this process is gone, however that came about: then the child ends too.
  const child = spawn(pinnedNode, [...options, main, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env,
  });
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
