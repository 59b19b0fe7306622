import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A package whose libraries are wanted, and a folder from which they are found. */
export type Asker = { readonly libraries: readonly string[]; readonly from: string };

type Manifest = {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};

/** A library to place for who asks for it; `parent` is where that one was placed. */
type Wanted = { readonly library: string; readonly from: string; readonly parent: string };

/**
 * Puts the libraries that the askers have in this checkout, and what those need, into `<folder>/node_modules`, as npm
 * would: each at the top, or below who needs another version. Without a network; files are linked where possible.
 */
export function placeLibraries(folder: string, askers: readonly Asker[]): void {
  const queue: Wanted[] = askers.flatMap(({ libraries, from }) =>
    libraries.map((library) => ({ library, from, parent: folder })),
  );
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { library, from, parent } = next;
    const source = findLibrary(library, from);
    const manifest = readManifest(source);
    const version = (place: string): string | undefined => {
      const placed = join(place, "node_modules", library);
      return existsSync(placed) ? readManifest(placed).version : undefined;
    };
    // A copy anywhere above would be found as well, but libraries are never placed between the top and who asks.
    if ((version(parent) ?? version(folder)) === manifest.version) continue;
    const place = version(folder) === undefined ? folder : parent;
    const target = join(place, "node_modules", library);
    if (existsSync(target)) throw new TypeError(`two versions of ${library} for ${parent}`);
    linkFiles(source, target);
    const needed = librariesOf(manifest);
    queue.push(...needed.map((name) => ({ library: name, from: source, parent: target })));
  }
}

/** Names of the libraries that a package needs, its peers included but for optional ones. */
export function librariesOf({
  dependencies,
  peerDependencies,
  peerDependenciesMeta,
}: Omit<Manifest, "version">): string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => peerDependenciesMeta?.[name]?.optional !== true);
  return [...new Set([...Object.keys(dependencies ?? {}), ...peers])];
}

function findLibrary(library: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", library);
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) throw new TypeError(`${library} is not installed for ${from}`);
  }
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function linkFiles(source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.name === "node_modules") continue;
    if (entry.isDirectory()) linkFiles(from, to);
    else if (entry.isFile()) linkFile(from, to);
  }
}

function linkFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // Another file system, or one without links.
    copyFileSync(from, to);
  }
}
