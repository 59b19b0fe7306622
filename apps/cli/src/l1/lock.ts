import { isCairnError } from "@cairn/protocol";
import { type FileLock, takeFileLock } from "@cairn/sdk/node";
import { cliError } from "../errors.ts";

/**
 * Keeps other commands from sending from an account, whose lock file is at `path`. Throws `cli/l1-busy` when another
 * holds it for a minute.
 */
export async function lockAccount(path: string): Promise<FileLock> {
  try {
    return await takeFileLock(path);
  } catch (cause) {
    if (!isCairnError(cause, "sdk/storage-busy")) throw cause;
    throw cliError("cli/l1-busy", `another command sends from the same account: ${cause.message}`, {
      cause,
      details: cause.details,
    });
  }
}
