import { redactUrl } from "@cairn/protocol";
import { cliError } from "../errors.ts";
import { createNetwork } from "../network.ts";
import { type ProfileInput, readProfile } from "../profile.ts";

/**
 * Throws `cli/profile-taken` while the rollup of the profile in a file runs elsewhere: commands of its user would act on this
 * devnet from then on. A profile whose rollup is not at its L1 any more was left over.
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
