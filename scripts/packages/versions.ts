import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../lib/workspace.ts";
import { publishedPackages } from "./published.ts";

/** A manifest that changesets does not know, and what it should be. */
export interface FollowingManifest {
  /** Absolute. */
  readonly path: string;
  readonly written: string;
  readonly current: string;
}

const OWN_DEPENDENCY = /("@cairn\/[a-z0-9-]+": ")[^"]*(")/g;
const OWN_VERSION = /^( {2}"version": ")[^"]*(")/m;

/**
 * The text of a manifest with the version of a release: its own, where it has one, and that of the published packages
 * among its dependencies. Nothing else changes.
 *
 * @example withVersion('{\n  "dependencies": { "@cairn/sdk": "0.1.0" }\n}', "0.2.0")
 */
export function withVersion(manifest: string, version: string): string {
  return manifest.replace(OWN_DEPENDENCY, `$1${version}$2`).replace(OWN_VERSION, `$1${version}$2`);
}

/** The root's manifest and those of the examples, which `changeset version` leaves as they are. */
export function followingManifests(folder: string = root): FollowingManifest[] {
  const [first] = publishedPackages();
  if (first === undefined) throw new TypeError("no package is published");
  const { version } = first.manifest;
  const paths = ["package.json", ...globSync("examples/*/package.json", { cwd: folder }).sort()];
  return paths.map((path) => {
    const written = readFileSync(join(folder, path), "utf8");
    return { path: join(folder, path), written, current: withVersion(written, version) };
  });
}
