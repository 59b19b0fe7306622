import { rollupAbi } from "@cairn/contracts";
import { type L1Access, l1Error } from "@cairn/l1";
import { addressToBigint, isCairnError } from "@cairn/protocol";
import { restoreError } from "./errors.ts";
import type { RollupIdentity } from "./identity.ts";

/** What `version()` of the contracts answers that this package understands. */
const CONTRACT_VERSION = 2n;

/**
 * Chain and address of the rollup. Throws `l1/not-a-rollup`, `restore/unsupported-rollup`, `l1/unavailable`.
 *
 * @example const identity = await readIdentity(createL1Access(rollup));
 */
export async function readIdentity({ rollup, call, throwIfAborted }: L1Access): Promise<RollupIdentity> {
  const { reader, address } = rollup;
  try {
    const version = await call("the rollup's version", () =>
      reader.readContract({ address, abi: rollupAbi, functionName: "version" }),
    );
    if (version === CONTRACT_VERSION) return { chainId: BigInt(reader.chain.id), rollup: addressToBigint(address) };
    throw restoreError("restore/unsupported-rollup", `the rollup at ${address} is of version ${version}`);
  } catch (cause) {
    throwIfAborted();
    if (isCairnError(cause)) throw cause;
    const reason = `no Cairn rollup of version ${CONTRACT_VERSION} answers at ${address}`;
    throw l1Error("l1/not-a-rollup", reason, { cause });
  }
}
