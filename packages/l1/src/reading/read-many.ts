import { rollupAbi } from "@cairn/contracts";
import type {
  Abi,
  ContractFunctionArgs,
  ContractFunctionName,
  ContractFunctionParameters,
  ContractFunctionReturnType,
} from "viem";
import type { L1Access } from "./access.ts";

/** Reads per RPC call: their code and arguments stay well below the 48 KiB that EIP-3860 allows. */
export const READS_PER_CALL = 100;

/** Without its literal type: the answers are typed here, by the view's name. */
const ABI: Abi = rollupAbi;

type View = ContractFunctionName<typeof rollupAbi, "view">;
type Arguments<Name extends View> = ContractFunctionArgs<typeof rollupAbi, "view", Name>;
type Answer<Name extends View> = ContractFunctionReturnType<typeof rollupAbi, "view", Name>;

/**
 * The contract's answers to one view for many arguments, at an L1 block or the latest, in order. Throws
 * `l1/unavailable`, `l1/state-missing`.
 *
 * @example const addresses = await readMany(access, "tokenAddress", [[0], [1]], null);
 */
export async function readMany<Name extends View>(
  { rollup, call }: L1Access,
  functionName: Name,
  calls: readonly Arguments<Name>[],
  block: bigint | number | null,
): Promise<readonly Answer<Name>[]> {
  const answers: Answer<Name>[] = [];
  for (let first = 0; first < calls.length; first += READS_PER_CALL) {
    const group: readonly unknown[] = calls.slice(first, first + READS_PER_CALL);
    const contracts = group.map(
      (args): ContractFunctionParameters => ({
        address: rollup.address,
        abi: ABI,
        functionName,
        args: args as readonly unknown[],
      }),
    );
    const read = (): Promise<readonly unknown[]> =>
      rollup.reader.multicall({
        contracts,
        allowFailure: false,
        // Not every chain has a multicall contract; the code travels with the call.
        deployless: true,
        batchSize: 0,
        ...(block === null ? {} : { blockNumber: BigInt(block) }),
      });
    answers.push(...((await call(`${functionName} of the rollup`, read)) as readonly Answer<Name>[]));
  }
  return answers;
}
