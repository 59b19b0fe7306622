import { BaseError, ContractFunctionRevertedError } from "viem";

/** Why a contract refuses a call: name and arguments of its error, null if it does not. Rethrows other errors. */
export async function refusal(run: () => Promise<unknown>): Promise<{ name: string; args: readonly unknown[] } | null> {
  try {
    await run();
    return null;
  } catch (error) {
    const revert =
      error instanceof BaseError ? error.walk((cause) => cause instanceof ContractFunctionRevertedError) : null;
    if (!(revert instanceof ContractFunctionRevertedError)) throw error;
    return { name: revert.data?.errorName ?? "unnamed", args: revert.data?.args ?? [] };
  }
}
