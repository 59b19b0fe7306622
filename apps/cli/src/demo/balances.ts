import { erc20Abi } from "@cairn/contracts";
import { type L1Rollup, readTokenAddress } from "@cairn/l1";
import { bigintToAddress, ETH_TOKEN_ID, type Payout, type TokenId } from "@cairn/protocol";

/** What `address` has on L1 in a token of the rollup, in its smallest unit. */
export async function readL1Balance(rollup: L1Rollup, token: TokenId, address: bigint): Promise<bigint> {
  const holder = bigintToAddress(address);
  if (token === ETH_TOKEN_ID) return rollup.reader.getBalance({ address: holder });
  return rollup.reader.readContract({
    address: await readTokenAddress(rollup, token),
    abi: erc20Abi,
    functionName: "balanceOf",
    args: [holder],
  });
}

/** L1 balances of the recipients of a payout list, one per payout. */
export function readRecipients(rollup: L1Rollup, payouts: readonly Payout[]): Promise<bigint[]> {
  return Promise.all(payouts.map(({ tokenId, recipient }) => readL1Balance(rollup, tokenId, recipient)));
}
