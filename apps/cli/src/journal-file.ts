import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { z } from "zod";
import { writeFileDurably } from "./devnet/durable-file.ts";
import { cliError } from "./errors.ts";

/** A file of a journal; null if there is none. Throws `cli/bad-journal` for a damaged one. */
export function readJournalFile<T>(path: string, schema: z.ZodType<T>): T | null {
  if (!existsSync(path)) return null;
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw cliError("cli/bad-journal", `${path} is damaged`, { cause, details: { path } });
  }
}

/** Writes a file of a journal durably, in a folder for its owner alone; bigint becomes text. Throws `cli/bad-journal`. */
export function writeJournalFile(path: string, content: object): void {
  writing(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileDurably(path, `${JSON.stringify(content, plainPart, 2)}\n`);
  });
}

/** Does something that writes. Throws `cli/bad-journal`. */
export function writing(path: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    throw cliError("cli/bad-journal", `${path} cannot be written, so nothing was sent`, { cause, details: { path } });
  }
}

function plainPart(_key: string, part: unknown): unknown {
  return typeof part === "bigint" ? part.toString() : part;
}
