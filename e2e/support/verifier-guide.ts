/** The programs of docs/guides/run-your-own-verifier.md. */
import { createBlobKzg } from "@cairn/blobs";
import { createFastCompress } from "@cairn/crypto/fast";
import { connectToL1, createBeaconSource, rollupAt } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import {
  restoreState,
  rollupOn,
  type StateFromL1,
  type VerifiedAccount,
  type VerifiedReceipt,
  type VerifierL1,
  type VerifyErrorCode,
  verifyAccount,
  verifyReceipt,
  verifySolvency,
} from "@cairn/verify";
import { createClient, http } from "viem";

// #region connect
/** The rollup, as your own RPC shows it. */
export function connect(rpcUrl: string, chainId: number, rollup: string): VerifierL1 {
  return rollupOn(createClient({ transport: http(rpcUrl) }), { chainId, rollup });
}
// #endregion

// #region account
/** The account as L1 vouches for it, in the newest state that L1 has accepted. */
export async function checkAccount(l1: VerifierL1, node: string, index: number): Promise<VerifiedAccount> {
  const answer = await fetch(`${node}/v1/accounts/${index}/proof`);
  if (!answer.ok) throw new TypeError(`${answer.status}: ${await answer.text()}`);
  return verifyAccount(l1, await answer.json(), { index, maxBehind: 0 });
}
// #endregion

// #region receipt
/** The transfer as L1 vouches for it; `text` is the file that somebody gave you. */
export function checkReceipt(l1: VerifierL1, text: string): Promise<VerifiedReceipt> {
  return verifyReceipt(l1, JSON.parse(text), { finality: "finalized" });
}
// #endregion

// #region state
/** The whole state, rebuilt from L1 and a beacon node; nobody's node is asked. */
export async function rebuild(
  from: { readonly rpcUrl: string; readonly rollup: string; readonly beacon: string },
  { signal, report }: { readonly signal: AbortSignal; readonly report: (progress: string) => void },
): Promise<StateFromL1> {
  return restoreState({
    rollup: rollupAt(await connectToL1(from.rpcUrl), from.rollup),
    blobs: { sources: [createBeaconSource({ url: from.beacon })], kzg: createBlobKzg() },
    compress: await createFastCompress(),
    finality: "latest",
    onProgress: ({ batch, batchCount, etaSeconds }) => report(`batch ${batch} of ${batchCount}, ${etaSeconds} s left`),
    signal,
  });
}
// #endregion

// #region solvency
/** Each token in which the rollup owes more than it has. */
export async function findDeficits(rpcUrl: string, { restored, l1 }: StateFromL1): Promise<string[]> {
  const { tokens } = await verifySolvency(rollupAt(await connectToL1(rpcUrl), l1.rollup), restored);
  return tokens
    .filter(({ problem }) => problem !== null)
    .map(
      ({ tokenId, totalOwed, custody, problem }) => `token ${tokenId}: owes ${totalOwed}, has ${custody}: ${problem}`,
    );
}
// #endregion

// #region blame
/** Who is at fault when a check fails; null for what passes with time. */
export function blame(error: unknown): "node" | "rpc" | null {
  if (!isCairnError<VerifyErrorCode>(error)) return null;
  if (/^verify\/(?:bad|other)-/.test(error.code)) return "node";
  return /^(?:verify\/wrong-chain|l1\/)/.test(error.code) ? "rpc" : null;
}
// #endregion
