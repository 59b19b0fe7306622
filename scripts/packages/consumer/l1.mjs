// #region use
import { depositEthCall } from "@cairn/l1";
import { accountIndex } from "@cairn/protocol";

const queueFee = 200_000_000_000_000n; // `readQueueFeeWithRoom(rollup)` asks the contract
const target = { owner: 0x3c44cdddb6a900fa2b585dd299e03d12fa4293bcn, index: accountIndex(0), key: 0n };
const { data, value } = depositEthCall(10n ** 18n, target, queueFee); // for any L1 wallet to send to the rollup
// #endregion

/** What the example came to. */
export function run() {
  return { data, value: String(value) };
}
