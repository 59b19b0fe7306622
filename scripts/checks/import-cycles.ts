import { posix } from "node:path";
import { type Problem, type Repository, splitOwnSpecifier } from "./repository.ts";

/** An import of one file of the repository by another. */
type Arrow = { readonly to: string; readonly line: number };
type Graph = ReadonlyMap<string, readonly Arrow[]>;

/** Refuses import cycles between files, within a package or across several; type-only imports count. */
export function checkImportCycles(repository: Repository): Problem[] {
  const graph = importGraph(repository);
  const problems: Problem[] = [];
  const reported = new Set<string>();
  for (const file of [...graph.keys()].sort()) {
    const cycle = reported.has(file) ? undefined : shortestCycle(graph, file);
    if (cycle === undefined) continue;
    for (const { to } of cycle) reported.add(to);
    const path = [file, ...cycle.map(({ to }) => to)].join(" → ");
    problems.push({ file, line: cycle[0]?.line ?? 0, message: `import cycle: ${path}` });
  }
  return problems;
}

function importGraph({ workspaces }: Repository): Graph {
  const entries = new Map(
    workspaces.flatMap(({ name, folder, manifest }) =>
      Object.entries(manifest.exports ?? {}).map(([subpath, file]) => [`${name} ${subpath}`, posix.join(folder, file)]),
    ),
  );
  const target = (path: string, specifier: string): string | undefined => {
    if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier);
    const own = splitOwnSpecifier(specifier);
    return own && entries.get(`${own.name} ${own.subpath}`);
  };
  return new Map(
    workspaces.flatMap(({ sources }) =>
      sources.map(({ path, imports }) => [
        path,
        imports.flatMap(({ specifier, line }) => {
          const to = target(path, specifier);
          return to === undefined ? [] : [{ to, line }];
        }),
      ]),
    ),
  );
}

/** The shortest path from a file back to itself. */
function shortestCycle(graph: Graph, start: string): readonly Arrow[] | undefined {
  const seen = new Set<string>();
  let paths: readonly (readonly Arrow[])[] = [[]];
  while (paths.length > 0) {
    const longer: (readonly Arrow[])[] = [];
    for (const path of paths) {
      for (const arrow of graph.get(path.at(-1)?.to ?? start) ?? []) {
        if (arrow.to === start) return [...path, arrow];
        if (seen.has(arrow.to)) continue;
        seen.add(arrow.to);
        longer.push([...path, arrow]);
      }
    }
    paths = longer;
  }
  return undefined;
}
