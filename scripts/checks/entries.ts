import { posix } from "node:path";
import type { Problem, Workspace } from "./repository.ts";
import type { Source } from "./source.ts";

/** Subpaths that the table excepts but the package does not export. */
export function unknownExceptions({ folder, manifest }: Workspace, except: readonly string[]): Problem[] {
  const unknown = except.filter((subpath) => !Object.hasOwn(manifest.exports ?? {}, subpath));
  return unknown.map((subpath) => ({ file: `${folder}/package.json`, line: 0, message: `does not export ${subpath}` }));
}

/** All shipped files but those that only the excepted subpaths reach. */
export function sourcesBehind({ folder, manifest, sources }: Workspace, except: readonly string[]): Source[] {
  const shipped = sources.filter(({ role }) => role === "source");
  const reachedFrom = (isExcepted: boolean): Set<string> => {
    const entries = Object.entries(manifest.exports ?? {}).filter(([path]) => except.includes(path) === isExcepted);
    return reachable(
      shipped,
      entries.map(([, file]) => posix.join(folder, file)),
    );
  };
  const [kept, excepted] = [reachedFrom(false), reachedFrom(true)];
  return shipped.filter(({ path }) => kept.has(path) || !excepted.has(path));
}

function reachable(sources: readonly Source[], entries: readonly string[]): Set<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const pending = [...entries];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const folder = posix.dirname(path);
    const relative = byPath.get(path)?.imports.filter(({ specifier }) => specifier.startsWith(".")) ?? [];
    pending.push(...relative.map(({ specifier }) => posix.join(folder, specifier)));
  }
  return reached;
}
