/**
 * Writes what each entry of the npm packages exports, with its types, into `api.md` of the package (`api-NAME.md` for the
 * subpath `./NAME`), so that changes of the API are seen in review; `--check` only compares.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { root } from "../lib/workspace.ts";
import { type BuiltPackage, buildPackages } from "./build.ts";

/** Subpaths that export nothing but what the main entry exports as well. */
const REPEATED = ["./abi", "./cells", "./standalone"];

const isCheck = process.argv.includes("--check");
const outdated: string[] = [];
const folder = mkdtempSync(join(tmpdir(), "cairn-api-"));
try {
  for (const built of await buildPackages()) {
    for (const [subpath, target] of Object.entries(built.manifest.exports)) {
      if (typeof target === "string" || REPEATED.includes(subpath)) continue;
      const file = subpath === "." ? "api.md" : `api-${subpath.slice(2)}.md`;
      const path = join(root, "packages", built.name, file);
      const current = report(built, target.types);
      if (existsSync(path) && readFileSync(path, "utf8") === current) continue;
      outdated.push(relative(root, path));
      if (!isCheck) writeFileSync(path, current);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (isCheck && outdated.length > 0) {
  console.error(`the API is not what these say: ${outdated.join(", ")}; npm run generate writes them`);
  process.exitCode = 1;
}

function report({ name, folder: built }: BuiltPackage, types: string): string {
  const entry = join(built, types);
  const compilerOptions = {
    target: "es2022",
    lib: ["es2023", "dom", "dom.iterable"],
    module: "nodenext",
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    strict: true,
    skipLibCheck: true,
  };
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: built,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      apiReport: { enabled: true, reportFolder: folder, reportTempFolder: folder, reportFileName: name },
      messages: {
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(built, "package.json"),
  });
  const { succeeded } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      if (message.logLevel === ExtractorLogLevel.Error) console.error(message.formatMessageWithLocation(built));
      message.handled = true;
    },
  });
  if (!succeeded) throw new TypeError(`no report on ${entry}`);
  return readFileSync(join(folder, `${name}.api.md`), "utf8");
}
