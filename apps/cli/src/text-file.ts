import { randomUUID } from "node:crypto";
import { createReadStream, renameSync, writeFileSync } from "node:fs";
import { cliError } from "./errors.ts";

/** The text of a file of at most `maxBytes` bytes; of a larger one no more is read. Throws `cli/bad-file`. */
export async function readTextFile(file: string, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file)) {
      chunks.push(chunk as Uint8Array);
      bytes += (chunk as Uint8Array).length;
      if (bytes > maxBytes) break;
    }
  } catch (cause) {
    throw cliError("cli/bad-file", `${file} cannot be read`, { cause, details: { file } });
  }
  if (bytes > maxBytes)
    throw cliError("cli/bad-file", `${file} has more than ${maxBytes} bytes`, { details: { file } });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw cliError("cli/bad-file", `${file} is not text in UTF-8`, { cause, details: { file } });
  }
}

/** Replaces a file as a whole, readable by its owner alone. Throws `cli/bad-file`. */
export function writeTextFile(file: string, text: string): void {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, file);
  } catch (cause) {
    throw cliError("cli/bad-file", `${file} cannot be written`, { cause, details: { file } });
  }
}
