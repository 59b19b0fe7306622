import { compress } from "@cairn/crypto";
// #region use
import { connectToL1, createBeaconSource, rollupAt } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { accountsOf, restoreRollup, webArchive } from "@cairn/restore";
import { createMemoryStore } from "@cairn/state";

/**
 * The accounts of an owner, from L1 alone: no node is asked.
 * @param {string} rpcUrl
 * @param {string} address
 * @param {bigint} owner
 * @param {AbortSignal} signal
 */
export async function accountsFromL1(rpcUrl, address, owner, signal) {
  const { createBlobKzg } = await import("@cairn/blobs");
  const rollup = rollupAt(await connectToL1(rpcUrl), address);
  const blobs = { sources: [createBeaconSource({ url: "https://beacon.example" })], kzg: createBlobKzg() };
  const { restored } = await restoreRollup({ store: createMemoryStore(), compress, rollup, blobs, signal });
  return accountsOf(restored.tree, owner);
}
// #endregion

/** What happens without anything to restore from, and with an archive that no server has. */
export async function run(url = "http://127.0.0.1:1") {
  /** @param {readonly import("@cairn/restore").ArchiveSource[]} archives */
  const attempt = (archives) =>
    restoreRollup({ store: createMemoryStore(), compress, rollup: null, archives }).catch(
      (error) => isCairnError(error) && error.code,
    );
  return { nothing: await attempt([]), missing: await attempt([webArchive(`${url}/none.cairn`)]) };
}
