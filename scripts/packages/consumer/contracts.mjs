// #region use
import { accessTable } from "@cairn/contracts";
import { rollupAbi } from "@cairn/contracts/abi";
import { encodeFunctionData } from "viem";

const freeze = accessTable().find(({ signature }) => signature === "freeze()");
freeze?.caller; // "anyone"
const data = encodeFunctionData({ abi: rollupAbi, functionName: "freeze" });
// #endregion

/** What the example came to. */
export function run() {
  return { freeze, data };
}
