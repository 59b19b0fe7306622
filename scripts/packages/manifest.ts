import { isBuiltin } from "node:module";
import { libraryOf } from "../checks/repository.ts";
import type { PublishedPackage } from "./published.ts";

/** The package.json of a published package. */
export type PublishedManifest = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

/** A published file that is not compiled from a file of its own: its subpath, and the entry whose types it has. */
export type ExtraEntry = { readonly subpath: string; readonly file: string; readonly types: string };

const NAMESPACE = "@cairn/";

/**
 * The manifest that npm gets. It lists what the built files import and nothing else: own packages in the same version,
 * since all are released together; libraries from the version on that is tested here; peers as the source says. Throws a
 * TypeError for an import that the source's manifest does not list.
 */
export function publishedManifest(
  { manifest, entries }: PublishedPackage,
  specifiers: Iterable<string>,
  extra: readonly ExtraEntry[],
): PublishedManifest {
  const { name, version, description, keywords, license, engines } = manifest;
  const dependencies: Record<string, string> = {};
  const peerDependencies: Record<string, string> = {};
  const imported = [...specifiers].filter((specifier) => !isBuiltin(specifier));
  for (const library of [...new Set(imported.map(libraryOf))].sort()) {
    const peer = manifest.peerDependencies?.[library];
    const pinned = manifest.dependencies?.[library];
    if (peer !== undefined) peerDependencies[library] = peer;
    else if (pinned !== undefined) dependencies[library] = library.startsWith(NAMESPACE) ? pinned : `^${pinned}`;
    else throw new TypeError(`${name} imports ${library}, which its package.json does not list`);
  }
  const built = entries.map(({ subpath, source }) => {
    const path = source.replace("./src/", "./dist/").replace(/\.ts$/, "");
    return [subpath, { types: `${path}.d.ts`, default: `${path}.js` }] as const;
  });
  const added = extra.map(({ subpath, file, types }) => [subpath, { types, default: file }] as const);
  return {
    name,
    version,
    description,
    keywords,
    license,
    type: "module",
    sideEffects: false,
    engines,
    // For what knows no `exports`.
    main: "./dist/index.js",
    types: "./dist/index.d.ts",
    exports: { ...Object.fromEntries([...built, ...added]), "./package.json": "./package.json" },
    files: ["dist", "CHANGELOG.md"],
    dependencies,
    ...(Object.keys(peerDependencies).length === 0 ? {} : { peerDependencies }),
    publishConfig: { access: "public" },
  };
}
