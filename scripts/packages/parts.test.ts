import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../lib/workspace.ts";
import { placeLibraries } from "./libraries.ts";
import { publishedManifest } from "./manifest.ts";
import type { PublishedPackage } from "./published.ts";
import { importedModules, withBuiltExtensions } from "./specifiers.ts";
import { followingManifests, withVersion } from "./versions.ts";

const SOURCE: PublishedPackage = {
  name: "tree",
  folder: "/packages/tree",
  manifest: {
    name: "@cairn/tree",
    version: "1.2.0",
    description: "a tree",
    keywords: [],
    license: "MIT",
    engines: { node: ">=20" },
    scripts: { prepack: "exit 1" },
    exports: { ".": "./src/index.ts", "./disk": "./src/disk.ts" },
    dependencies: { "@cairn/base": "1.2.0", lmdb: "3.0.0", zod: "4.1.0" },
    peerDependencies: { viem: "^2.0.0" },
  },
  entries: [{ subpath: ".", source: "./src/deep/index.ts", needsNode: false }],
};

describe("the published manifest", () => {
  it("exports what is built, and needs what that imports: own packages exactly, libraries from the tested version on", () => {
    const specifiers = ["@cairn/base", "zod/mini", "zod", "viem/accounts"];
    expect(publishedManifest(SOURCE, specifiers, [])).toMatchObject({
      name: "@cairn/tree",
      version: "1.2.0",
      sideEffects: false,
      exports: { ".": { types: "./dist/deep/index.d.ts", default: "./dist/deep/index.js" } },
      dependencies: { "@cairn/base": "1.2.0", zod: "^4.1.0" },
      peerDependencies: { viem: "^2.0.0" },
    });
  });

  it("leaves out subpaths that are not published, and what only they need", () => {
    const manifest = publishedManifest(SOURCE, ["zod"], []);
    expect(Object.keys(manifest.exports)).toEqual([".", "./package.json"]);
    expect(manifest.dependencies).toEqual({ zod: "^4.1.0" });
    expect(manifest).not.toHaveProperty("peerDependencies");
    expect(manifest).not.toHaveProperty("private");
  });

  it("is refused when something is imported that nobody installs", () => {
    expect(() => publishedManifest(SOURCE, ["left-pad"], [])).toThrow("@cairn/tree imports left-pad");
  });
});

describe("module specifiers", () => {
  const text = [
    'import { a } from "./a.ts";',
    'export type { B } from "../deep/b.ts";',
    'export declare const c: import("./c.ts").C;',
    'import type { Abi } from "viem";',
    'export declare const text = "./not-an-import.ts";',
  ].join("\n");

  it("of declarations name what is built, and nothing else changes", () => {
    const expected = text.replace("a.ts", "a.js").replace("b.ts", "b.js").replace("c.ts", "c.js");
    expect(withBuiltExtensions("x.d.ts", text)).toBe(expected);
  });

  it("are found in statements and types, and not in other text", () => {
    expect(importedModules("x.d.ts", text)).toEqual(["./a.ts", "../deep/b.ts", "./c.ts", "viem"]);
    expect(() => importedModules("x.js", "import (")).toThrow("x.js does not parse");
  });
});

describe("placing libraries", () => {
  let folder: string;
  const library = (path: string, version: string, dependencies: Record<string, string> = {}): void => {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, "package.json"), JSON.stringify({ version, dependencies }));
    writeFileSync(join(folder, path, "index.js"), `export const version = "${version}";`);
  };
  const placed = (path: string): string =>
    JSON.parse(readFileSync(join(folder, "project/node_modules", path, "package.json"), "utf8")).version;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cairn-libraries-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("puts each version where who needs it finds it", () => {
    library("node_modules/hash", "1.0.0");
    library("node_modules/chain", "2.0.0", { hash: "^1" });
    library("packages/curve/node_modules/hash", "2.0.0");
    placeLibraries(join(folder, "project"), [
      { libraries: ["hash"], from: join(folder, "packages/curve") },
      { libraries: ["chain"], from: join(folder, "packages/other") },
    ]);
    expect([placed("hash"), placed("chain"), placed("chain/node_modules/hash")]).toEqual(["2.0.0", "2.0.0", "1.0.0"]);
    expect(existsSync(join(folder, "project/node_modules/hash/index.js"))).toBe(true);
  });

  it("is refused for what is not installed, and for two versions in one place", () => {
    const missing = [{ libraries: ["hash"], from: join(folder, "packages/curve") }];
    expect(() => placeLibraries(join(folder, "project"), missing)).toThrow("hash is not installed");
    library("packages/a/node_modules/hash", "1.0.0");
    library("packages/b/node_modules/hash", "2.0.0");
    const askers = ["a", "b"].map((name) => ({ libraries: ["hash"], from: join(folder, "packages", name) }));
    expect(() => placeLibraries(join(folder, "project"), askers)).toThrow("two versions of hash");
  });
});

describe("manifests that changesets does not know", () => {
  it("follow a raised version: their own, and the packages' among dependencies, and nothing else", () => {
    const manifest = `{
  "name": "shop",
  "version": "0.1.0",
  "dependencies": {
    "@cairn/sdk": "0.1.0",
    "lmdb": "0.1.0"
  }
}
`;
    const raised = withVersion(manifest, "0.2.0");
    expect(JSON.parse(raised)).toEqual({
      name: "shop",
      version: "0.2.0",
      dependencies: { "@cairn/sdk": "0.2.0", lmdb: "0.1.0" },
    });
    expect(withVersion(raised, "0.1.0")).toBe(manifest);
    expect(withVersion('{ "private": true }', "0.2.0")).toBe('{ "private": true }');
  });

  it("are the root's and the shop's, which have the packages' version now", () => {
    const manifests = followingManifests();
    expect(manifests.map(({ path }) => path)).toEqual([
      join(root, "package.json"),
      join(root, "examples/shop/package.json"),
    ]);
    for (const { path, written, current } of manifests) expect(written, path).toBe(current);
    const [shop = ""] = manifests.slice(1).map(({ written }) => withVersion(written, "7.8.9"));
    expect(shop.match(/"@cairn\/[a-z]+": "7\.8\.9"/g)).toHaveLength(5);
  });
});
