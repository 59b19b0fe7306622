import { rollupAbi } from "@cairn/contracts";
import { type L1Access, l1Error } from "@cairn/l1";
import { addressToBigint, type BlockSize, CIRCUIT_TYPE, isCairnError } from "@cairn/protocol";
import { restoreError } from "./errors.ts";
import { isBlockSize, type RollupIdentity } from "./identity.ts";

/**
 * Chain, address and circuits of the rollup. Throws `l1/not-a-rollup`, `restore/unsupported-rollup`, `l1/unavailable`.
 *
 * @example const identity = await readIdentity(createL1Access(rollup));
 */
export async function readIdentity({ rollup, call }: L1Access): Promise<RollupIdentity> {
  const { reader, address } = rollup;
  try {
    const { circuits } = await call("the rollup's parameters", () =>
      reader.readContract({ address, abi: rollupAbi, functionName: "parameters" }),
    );
    const sizes = circuits.map(({ circuitType, slots }) => sizeOfCircuit(circuitType, slots)).sort((a, b) => a - b);
    return { chainId: BigInt(reader.chain.id), rollup: addressToBigint(address), sizes };
  } catch (cause) {
    if (isCairnError(cause)) throw cause;
    throw l1Error("l1/not-a-rollup", `no Cairn rollup answers at ${address}`, { cause });
  }
}

function sizeOfCircuit(circuitType: number, slots: number): BlockSize {
  if (isBlockSize(slots) && CIRCUIT_TYPE[slots] === circuitType) return slots;
  throw restoreError("restore/unsupported-rollup", `circuit type ${circuitType} with ${slots} slots is unknown`);
}
