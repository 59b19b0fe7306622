import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ImportRule, parseImportTable } from "../checks/import-table.ts";
import { root } from "../lib/workspace.ts";

/** The fields of a package.json that decide what is published. */
export type SourceManifest = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  /** Subpaths of `exports` that serve development only. */
  readonly unpublished?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

/** A published subpath, from `.` on, its source from the package's folder, and whether it needs Node. */
export type PublishedEntry = { readonly subpath: string; readonly source: string; readonly needsNode: boolean };

/** A package that npm gets. */
export type PublishedPackage = {
  /** Name of its folder in `packages`. */
  readonly name: string;
  readonly folder: string;
  readonly manifest: SourceManifest;
  readonly entries: readonly PublishedEntry[];
};

/**
 * The packages that npm gets: those that run in browsers, without the subpaths that serve development only. Every package
 * comes after those that it imports.
 */
export function publishedPackages(): PublishedPackage[] {
  const table = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  return (
    parseImportTable("ARCHITECTURE.md", table)
      // An application for browsers is not a library.
      .rules.filter(({ browser, name }) => browser && existsSync(join(root, "packages", name)))
      .map(readPackage)
  );
}

function readPackage({ name, nodeSubpaths }: ImportRule): PublishedPackage {
  const folder = join(root, "packages", name);
  const manifest: SourceManifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const entries = Object.entries(manifest.exports)
    .filter(([subpath]) => !manifest.unpublished?.includes(subpath))
    .map(([subpath, source]) => ({ subpath, source, needsNode: nodeSubpaths.includes(subpath) }));
  return { name, folder, manifest, entries };
}
