import { rollupAbi } from "@cairn/contracts";
import {
  depositEthCall,
  depositTokenCall,
  readAllowance,
  readQueueFeeWithRoom,
  type SignedPermit,
  signPermit,
} from "@cairn/l1";
import { accountIndex, addressToBigint, bigintToAddress } from "@cairn/protocol";
import type { Address } from "viem";
import { signTypedData } from "viem/actions";
import { sdkError } from "../errors.ts";
import { ownAccounts, resolvePayee } from "../payee.ts";
import type { Handle } from "../requests/handle.ts";
import { senderOf } from "../requests/l1-sending.ts";
import { askingWallet } from "../requests/wallet-failure.ts";
import { assertUnits } from "../units.ts";
import { approve } from "./approve.ts";
import type { CairnClient, L1Connection } from "./context.ts";
import { askingL1 } from "./l1-failure.ts";
import { type RequestOptions, sendOnL1 } from "./send-on-l1.ts";
import { resolveToken, type Token, type TokenRef } from "./tokens.ts";

/** Parameters of {@link deposit}. */
export interface DepositParameters extends RequestOptions {
  /** Wei, or units of the token; a token that takes a fee credits less. */
  readonly amount: bigint;
  /** ETH by default. */
  readonly token?: TokenRef;
  /** Owner of the account; oneself by default. */
  readonly to?: string;
  /** Account to top up; 0 for a new one. By default the owner's account in the token, else a new one. */
  readonly account?: number;
  /** How a token is approved: by a transaction before the deposit, or by an EIP-2612 signature within it. */
  readonly approval?: "approve" | "permit";
}

/**
 * Moves ETH or an ERC-20 from L1 to L2; what is sent beyond the queue fee comes back in the same transaction. Resolves
 * once L1 or the wallet has taken it; `receipt()` then tells the queue entry with the amount that the contract
 * received. Throws `sdk/unknown-token`, `sdk/frozen`, `l1/transaction-reverted`, `l1/approval-failed`,
 * `l1/permit-unsupported`, `l1/transaction-refused`, `l1/not-a-rollup`, `l1/unavailable`, `sdk/wallet-refused`,
 * `sdk/signer-failed`, `sdk/contract-account`, `sdk/outcome-unknown`, `sdk/request-conflict`, `sdk/no-storage`,
 * `sdk/no-account`, and as node and RPC do.
 *
 * @example
 * const handle = await deposit(client, { amount: 100_000_000n, token: "0xdAC1…", requestId: "top-up-3" });
 * await handle.wait({ for: "confirmed", timeout: 600_000 });
 */
export async function deposit(client: CairnClient, parameters: DepositParameters): Promise<Handle<"deposit">> {
  const { requestId, amount, token: ref = "ETH", approval = "approve" } = parameters;
  assertUnits(amount, "the amount");
  const from = senderOf(client).address;
  const to = bigintToAddress(addressToBigint(parameters.to ?? client.cairn.owner()));
  const isOwn = addressToBigint(to) === addressToBigint(from);
  const key = isOwn && client.cairn.hasSigner ? client.cairn.signer().key : 0n;
  if (amount <= 0n) throw sdkError("sdk/bad-amount", "a deposit of nothing");
  return sendOnL1(client, {
    kind: "deposit",
    requestId,
    wanted: { amount, token: ref, to, account: parameters.account ?? null, key },
    makeCall: async (l1) => {
      await assertActive(l1, "deposits");
      const token = await resolveToken(l1, ref);
      const index = accountIndex(parameters.account ?? (await accountToTopUp(client, l1, token, { to, key })));
      const target = { owner: addressToBigint(to), index, key };
      if (token.address === null) return depositEthCall(amount, target, await readQueueFeeWithRoom(l1));
      const wanted = { token: token.address, owner: from, spender: l1.address, amount };
      const permit = approval === "permit" ? await permitFor(client, l1, wanted) : null;
      if (approval === "approve") await approve(client, l1, wanted);
      return depositTokenCall(token.id, amount, target, await readQueueFeeWithRoom(l1), permit);
    },
  });
}

/**
 * Throws `sdk/frozen` when the rollup takes no more of something, and what the RPC throws.
 */
export async function assertActive({ reader, address }: L1Connection, what: string): Promise<void> {
  if (!(await reader.readContract({ address, abi: rollupAbi, functionName: "isFrozen" }))) return;
  throw sdkError("sdk/frozen", `the rollup is frozen: it takes no more ${what}`);
}

/** The account that the deposit should reach; 0 for a new one, as also without a node to ask. */
async function accountToTopUp(
  client: CairnClient,
  { domain }: L1Connection,
  { id: tokenId }: Token,
  { to, key }: { readonly to: Address; readonly key: bigint },
): Promise<number> {
  if (!client.cairn.hasNode) return 0;
  const node = await client.cairn.node();
  if (key !== 0n) {
    const [account] = await ownAccounts(node, { owner: addressToBigint(to), key, tokenId });
    return account?.index ?? 0;
  }
  const payee = await resolvePayee(node, { type: "address", address: to }, { tokenId, domain });
  return payee.type === "existing" ? payee.index : 0;
}

/** Null when the rollup may already take the tokens. */
async function permitFor(
  client: CairnClient,
  { reader }: L1Connection,
  wanted: { readonly token: Address; readonly owner: Address; readonly spender: Address; readonly amount: bigint },
): Promise<SignedPermit | null> {
  const { token, owner, spender, amount } = wanted;
  if ((await askingL1("allowance", () => readAllowance(reader, token, owner, spender))) >= amount) return null;
  const account = senderOf(client);
  const signer = {
    account,
    signTypedData: (data: Parameters<Parameters<typeof signPermit>[1]["signTypedData"]>[0]) =>
      askingWallet("a permit", () => signTypedData(client, { account, ...data })),
  };
  return askingL1("the token", () => signPermit(reader, signer, wanted));
}
