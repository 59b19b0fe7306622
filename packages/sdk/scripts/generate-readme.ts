/** Writes the examples into README.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withExamples } from "../test/readme.ts";

const folder = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(folder, path), "utf8");
writeFileSync(join(folder, "README.md"), withExamples(read("README.md"), read("test/examples.ts")));
