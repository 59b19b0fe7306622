import { redactUrl } from "@cairn/protocol";
import { cliError } from "../errors.ts";
import { createNetwork } from "../network.ts";
import { type ProfileInput, readProfile } from "../profile.ts";

/**
 * Throws `cli/profile-taken` while the rollup of the profile in a file is running elsewhere: its user's commands would
 * act on this devnet instead. A profile whose rollup is no longer on its L1 is a leftover.
 */
export async function assertProfileFree(path: string, mine: Pick<ProfileInput, "l1RpcUrl">): Promise<void> {
  const other = readProfile(path)?.l1RpcUrl;
  if (other === undefined || other === mine.l1RpcUrl) return;
  const isRunning = await createNetwork({ profile: path }, { env: {} })
    .l1()
    .then(
      () => true,
      () => false,
    );
  if (!isRunning) return;
  throw cliError("cli/profile-taken", `${path} names the rollup at ${redactUrl(other)}, which is running`, {
    details: { profile: path },
  });
}
