import { posix } from "node:path";
import { type Problem, type Repository, splitOwnSpecifier } from "./repository.ts";

/** An import of one file of the repository by another. */
type Arrow = { readonly to: string; readonly line: number };
type Graph = ReadonlyMap<string, readonly Arrow[]>;

/** Refuses circles of imports between files, within a package or across several; type-only imports count. */
export function checkCircles(repository: Repository): Problem[] {
  const graph = importGraph(repository);
  const problems: Problem[] = [];
  const reported = new Set<string>();
  for (const file of [...graph.keys()].sort()) {
    const circle = reported.has(file) ? undefined : shortestCircle(graph, file);
    if (circle === undefined) continue;
    for (const { to } of circle) reported.add(to);
    const way = [file, ...circle.map(({ to }) => to)].join(" → ");
    problems.push({ file, line: circle[0]?.line ?? 0, message: `a circle of imports: ${way}` });
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

/** The shortest way from a file back to itself. */
function shortestCircle(graph: Graph, start: string): readonly Arrow[] | undefined {
  const seen = new Set<string>();
  let ways: readonly (readonly Arrow[])[] = [[]];
  while (ways.length > 0) {
    const longer: (readonly Arrow[])[] = [];
    for (const way of ways) {
      for (const arrow of graph.get(way.at(-1)?.to ?? start) ?? []) {
        if (arrow.to === start) return [...way, arrow];
        if (seen.has(arrow.to)) continue;
        seen.add(arrow.to);
        longer.push([...way, arrow]);
      }
    }
    ways = longer;
  }
  return undefined;
}
