/** Writes the golden vectors; with `--check` compares them with the committed files and exits non-zero on a difference. */
import { existsSync, writeFileSync } from "node:fs";
import { VECTOR_FILES } from "./files.ts";
import { readVectorText, vectorPath, vectorText } from "./json.ts";

const check = process.argv.includes("--check");
for (const [name, build] of Object.entries(VECTOR_FILES)) {
  const text = vectorText(build());
  const isCurrent = existsSync(vectorPath(name)) && readVectorText(name) === text;
  if (!isCurrent && check) {
    console.log(`vectors/${name}.json differs from what vectors/generate.ts writes`);
    process.exitCode = 1;
  } else if (!isCurrent) {
    writeFileSync(vectorPath(name), text);
    console.log(`vectors/${name}.json written, ${text.length} bytes`);
  }
}
