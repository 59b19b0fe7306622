/** Writes `.env.example` and `CONFIGURATION.md` from the table of settings; `--check` only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configMarkdown, envExample } from "../src/config/config.ts";

const folder = join(import.meta.dirname, "..");
const files = { ".env.example": envExample(), "CONFIGURATION.md": configMarkdown() };
const isCheck = process.argv.includes("--check");
for (const [name, text] of Object.entries(files)) {
  const path = join(folder, name);
  if (!isCheck) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`${name} is out of date: run apps/node/scripts/generate-config.ts`);
    process.exitCode = 1;
  }
}
