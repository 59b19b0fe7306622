import { type OutputOptions, type Plugin, rolldown } from "rolldown";

const ENTRY = "\0entry";

/**
 * What a page gets of `code`, a module whose imports are installed in `folder`: one minified file with everything that
 * is used, and no more than that. Throws a TypeError when something is missing or only Node has it.
 */
export async function bundle(code: string, folder: string): Promise<string> {
  return (await generate(code, folder, { codeSplitting: false })).join("");
}

/**
 * The same as bundlers make it by default: what is loaded on demand is in files of its own. What is `external` stays out.
 * Throws likewise.
 */
export async function bundleInParts(code: string, folder: string, external: readonly RegExp[] = []): Promise<string[]> {
  return generate(code, folder, {}, external);
}

async function generate(
  code: string,
  folder: string,
  options: OutputOptions,
  external: readonly RegExp[] = [],
): Promise<string[]> {
  const build = await rolldown({
    input: ENTRY,
    cwd: folder,
    platform: "browser",
    external: [...external],
    plugins: [entry(code, folder)],
    onLog: (level, log) => {
      // What separates servers from pages ("use client") means nothing in a page.
      if (level === "warn" && log.code !== "MODULE_LEVEL_DIRECTIVE") throw new TypeError(`bundling: ${log.message}`);
    },
  });
  const { output } = await build.generate({ format: "esm", minify: true, ...options });
  await build.close();
  return output.flatMap((chunk) => (chunk.type === "chunk" ? [chunk.code] : []));
}

function entry(code: string, folder: string): Plugin {
  return {
    name: "entry",
    resolveId(id, importer) {
      if (id === ENTRY) return ENTRY;
      return importer === ENTRY ? this.resolve(id, `${folder}/entry.js`, { skipSelf: true }) : null;
    },
    load: (id) => (id === ENTRY ? code : null),
  };
}
