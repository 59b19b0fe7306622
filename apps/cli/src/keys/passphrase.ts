import { readFileSync } from "node:fs";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";

const MIN_LENGTH = 8;

/**
 * The passphrase of an existing key: from --passphrase-file, CAIRN_PASSPHRASE, or a prompt. Throws `cli/no-passphrase`.
 */
export async function readPassphrase(context: Context, name: string): Promise<string> {
  return givenPassphrase(context) ?? ask(context, `Passphrase of ${name}: `);
}

/** The passphrase for a new key, asked for twice. Throws `cli/no-passphrase`, `cli/bad-passphrase`. */
export async function choosePassphrase(context: Context, name: string): Promise<string> {
  const given = givenPassphrase(context);
  const passphrase = given ?? (await ask(context, `New passphrase of ${name}: `));
  if (passphrase.length < MIN_LENGTH) {
    throw cliError("cli/bad-passphrase", `a passphrase needs at least ${MIN_LENGTH} characters`);
  }
  if (given === null && (await ask(context, "Repeat it: ")) !== passphrase) {
    throw cliError("cli/bad-passphrase", "the two passphrases differ");
  }
  return passphrase;
}

/** A secret from a file (`-` is stdin) or asked for; never from the command line, where other users can read it. */
export async function readSecret(context: Context, file: string | undefined, question: string): Promise<string> {
  if (file === undefined) return (await ask(context, question)).trim();
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8").trim();
  } catch (cause) {
    throw cliError("cli/bad-file", `${file} cannot be read`, { cause });
  }
}

function givenPassphrase({ options, terminal }: Context): string | null {
  const { passphraseFile } = options;
  if (passphraseFile === undefined) return terminal.env.CAIRN_PASSPHRASE || null;
  try {
    return readFileSync(passphraseFile, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    throw cliError("cli/no-passphrase", `${passphraseFile} cannot be read`, { cause });
  }
}

async function ask({ terminal }: Context, question: string): Promise<string> {
  if (terminal.askSecret === null) {
    throw cliError("cli/no-passphrase", `there is no terminal to answer: ${question.replace(/: $/, "")}`);
  }
  return terminal.askSecret(question);
}
