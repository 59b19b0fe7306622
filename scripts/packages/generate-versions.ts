/**
 * Writes the version of the packages, which `changeset version` raises, into the root's manifest and those of the
 * examples; `--check` only compares.
 */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { root } from "../lib/workspace.ts";
import { followingManifests } from "./versions.ts";

for (const { path, written, current } of followingManifests()) {
  if (written === current) continue;
  if (!process.argv.includes("--check")) writeFileSync(path, current);
  else {
    console.error(
      `${relative(root, path)} has another version than the packages: run scripts/packages/generate-versions.ts`,
    );
    process.exitCode = 1;
  }
}
