import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, posix, relative } from "node:path";
import { withLock } from "../bootstrap/lock.mjs";
import { runProgram } from "../lib/program.ts";
import { cacheDir, root, trackedFiles } from "../lib/workspace.ts";
import { bundle } from "./bundle.ts";
import { librariesOf, placeLibraries } from "./libraries.ts";
import { type ExtraEntry, type PublishedManifest, publishedManifest } from "./manifest.ts";
import { type PublishedPackage, publishedPackages } from "./published.ts";
import { importedModules, withBuiltExtensions } from "./specifiers.ts";

/** A package as npm gets it. */
export type BuiltPackage = {
  readonly name: string;
  /** What the package holds, unpacked. */
  readonly folder: string;
  readonly tarball: string;
  readonly manifest: PublishedManifest;
};

/** One file without imports, for pages without a bundler. */
const STANDALONE: Readonly<Record<string, ExtraEntry>> = {
  sdk: { subpath: "./standalone", file: "./dist/standalone.js", types: "./dist/index.d.ts" },
};

/** What the packages are made from, besides their own files. */
const INPUTS = /^(?:LICENSE|ARCHITECTURE\.md|tsconfig\.json|package-lock\.json|scripts\/(?:packages|checks|lib)\/.*)$/;

const BUILDS = join(cacheDir, "npm");
/** Builds that stay: those of other checkouts with the same cache among them. */
const KEPT_BUILDS = 8;

/**
 * The npm packages of this checkout, built and packed, from the cache when nothing has changed. Throws a TypeError when
 * the sources do not compile as packages.
 */
export async function buildPackages(): Promise<BuiltPackage[]> {
  const packages = publishedPackages();
  const folder = join(BUILDS, inputHash(packages));
  // Several test files ask for the same build at the same time.
  if (!existsSync(folder)) await withLock(`${folder}.lock`, () => buildOnce(folder, packages));
  return packages.map(({ name }) => {
    const built = join(folder, name);
    const manifest: PublishedManifest = JSON.parse(readFileSync(join(built, "package.json"), "utf8"));
    return { name, folder: built, manifest, tarball: join(folder, tarballName(manifest)) };
  });
}

async function buildOnce(folder: string, packages: readonly PublishedPackage[]): Promise<void> {
  if (existsSync(folder)) return;
  const unfinished = mkdtempSync(join(BUILDS, "unfinished-"));
  try {
    await buildInto(unfinished, packages);
    renameSync(unfinished, folder);
    removeOldBuilds();
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function removeOldBuilds(): void {
  const builds = readdirSync(BUILDS).filter((name) => /^[0-9a-f]+$/.test(name));
  const byAge = builds.map((name) => ({ name, ms: statSync(join(BUILDS, name)).mtimeMs })).sort((a, b) => b.ms - a.ms);
  for (const { name } of byAge.slice(KEPT_BUILDS)) rmSync(join(BUILDS, name), { recursive: true, force: true });
}

function tarballName({ name, version }: PublishedManifest): string {
  return `${name.slice(1).replace("/", "-")}-${version}.tgz`;
}

function inputHash(packages: readonly PublishedPackage[]): string {
  const folders = packages.map(({ folder }) => `${relative(root, folder)}/`);
  const inputs = trackedFiles().filter(
    (path) => INPUTS.test(path) || (folders.some((folder) => path.startsWith(folder)) && !path.endsWith(".test.ts")),
  );
  const hash = createHash("sha256");
  for (const path of inputs)
    hash
      .update(`${path}\n`)
      .update(readFileSync(join(root, path)))
      .update("\n");
  return hash.digest("hex").slice(0, 16);
}

async function buildInto(folder: string, packages: readonly PublishedPackage[]): Promise<void> {
  await compile(folder, packages);
  // The folder is laid out as npm lays out workspaces, so that what is built there finds what it imports.
  mkdirSync(join(folder, "node_modules/@cairn"), { recursive: true });
  for (const one of packages) {
    symlinkSync(`../../${one.name}`, join(folder, "node_modules", one.manifest.name));
    const manifest = assemble(folder, one);
    const libraries = librariesOf(manifest).filter((name) => !name.startsWith("@cairn/"));
    placeLibraries(folder, [{ libraries, from: one.folder }]);
  }
  for (const { name } of packages) {
    const extra = STANDALONE[name];
    if (extra === undefined) continue;
    writeFileSync(join(folder, name, extra.file), await bundle(`export * from "@cairn/${name}";`, folder));
  }
  const folders = packages.map(({ name }) => `./${name}`);
  const pack = ["pack", ...folders, "--pack-destination", folder, "--silent"];
  const { code, stdout, stderr } = await runProgram("npm", pack, { cwd: folder, capture: true });
  if (code !== 0) throw new TypeError(`npm pack failed:\n${stdout}${stderr}`);
}

/** Compiles every package into `<folder>/<package>/dist`: what pages use without the types of Node, the rest with them. */
async function compile(folder: string, packages: readonly PublishedPackage[]): Promise<void> {
  const [forBrowsers, forNode] = [join(folder, "for-browsers"), join(folder, "for-node")];
  await runCompiler(folder, packages, forBrowsers, false);
  if (packages.some(({ entries }) => entries.some(({ needsNode }) => needsNode))) {
    await runCompiler(folder, packages, forNode, true);
    cpSync(forNode, forBrowsers, { recursive: true, force: false });
    rmSync(forNode, { recursive: true });
  }
  for (const { name } of packages) {
    mkdirSync(join(folder, name));
    renameSync(join(forBrowsers, name, "src"), join(folder, name, "dist"));
  }
  rmSync(forBrowsers, { recursive: true });
}

async function runCompiler(
  folder: string,
  packages: readonly PublishedPackage[],
  output: string,
  withNode: boolean,
): Promise<void> {
  const sources = packages.flatMap(({ folder: from, manifest, entries }) =>
    entries
      .filter(({ needsNode }) => withNode || !needsNode)
      .map(({ subpath, source }) => [posix.join(manifest.name, subpath), join(from, source)] as const),
  );
  const config = {
    extends: join(import.meta.dirname, "tsconfig.json"),
    compilerOptions: {
      ...(withNode ? { types: ["node"], typeRoots: [join(root, "node_modules/@types")] } : {}),
      rootDir: join(root, "packages"),
      outDir: output,
      // Found in node_modules, the compiler would take them for libraries, and leave out what it meets there first.
      paths: Object.fromEntries(sources.map(([name, source]) => [name, [source]])),
    },
    files: sources.map(([, source]) => source),
  };
  const project = join(folder, "tsconfig.json");
  writeFileSync(project, JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { code, stdout } = await runProgram(process.execPath, [tsc, "-p", project], { cwd: root, capture: true });
  if (code !== 0) throw new TypeError(`the packages do not compile for ${withNode ? "Node" : "browsers"}:\n${stdout}`);
  rmSync(project);
}

/** Adds to the compiled files what else belongs into a package. */
function assemble(folder: string, one: PublishedPackage): PublishedManifest {
  const built = join(folder, one.name);
  const libraries = new Set<string>();
  for (const file of globSync("dist/**/*.{js,ts}", { cwd: built }).sort()) {
    const path = join(built, file);
    const text = withBuiltExtensions(path, readFileSync(path, "utf8"));
    writeFileSync(path, text);
    for (const specifier of importedModules(path, text)) {
      if (!specifier.startsWith(".")) libraries.add(specifier);
      else if (!existsSync(join(dirname(path), specifier)) || !join(dirname(file), specifier).startsWith("dist/"))
        throw new TypeError(`${one.name}/${file} imports ${specifier}, which is not built`);
    }
  }
  const extra = STANDALONE[one.name];
  const manifest = publishedManifest(one, libraries, extra === undefined ? [] : [extra]);
  writeFileSync(join(built, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of [join(root, "LICENSE"), join(one.folder, "CHANGELOG.md")]) {
    if (existsSync(file)) cpSync(file, join(built, basename(file)));
  }
  // Links into the repository would lead nowhere.
  const readme = readFileSync(join(one.folder, "README.md"), "utf8").replaceAll(
    /\[([^\]]+)\]\((?!https?:)[^)]*\)/g,
    "$1",
  );
  writeFileSync(join(built, "README.md"), readme);
  return manifest;
}
