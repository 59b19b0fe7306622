/** Opens the LMDB store at argv[2], prints the result, and holds the store until killed. */
import { writeSync } from "node:fs";
import { isCairnError } from "@cairn/protocol";
import { createLmdbStore } from "../src/lmdb.ts";

try {
  createLmdbStore({ path: process.argv[2] ?? "" });
  writeSync(1, "open\n");
  setInterval(() => {}, 1000);
} catch (error) {
  writeSync(1, `${isCairnError(error) ? error.code : String(error)}\n`);
}
