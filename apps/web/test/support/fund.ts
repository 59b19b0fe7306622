import type { DevToken } from "@cairn/devnet";
import { depositEth, depositToken, rollupDomain } from "@cairn/l1";
import { accountIndex, addressToBigint } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { keyFromSigner, publicKeyFromSecret } from "@cairn/sdk";
import { privateKeyToAccount } from "viem/accounts";
import { expect } from "vitest";
import { readJson } from "./read-json.ts";
import { type Stage, WAIT } from "./stage.ts";

/** An account as the node shows it. */
export type Account = RouteResponse<"account">;

/** The accounts of the owner at a position of anvil's wallets. */
export async function accountsOf({ scene, pages }: Stage, position: number): Promise<readonly Account[]> {
  const owner = scene.l1.wallet(position).account.address;
  const { accounts } = await readJson<RouteResponse<"accounts">>(`${pages()}v1/accounts?owner=${owner}`);
  return accounts;
}

/** An account as the node has it now. */
export function readAccount({ pages }: Pick<Stage, "pages">, index: number): Promise<Account> {
  return readJson<Account>(`${pages()}v1/accounts/${index}`);
}

/**
 * Deposits into a new account of the owner at a position, under the key that the page derives from the wallet's signature;
 * resolves with the account once the node has it.
 */
export async function fund(
  stage: Stage,
  position: number,
  amount: bigint,
  token?: DevToken,
): Promise<{ readonly account: Account; readonly key: bigint }> {
  const { l1 } = stage.scene;
  const wallet = l1.wallet(position);
  const secret = await keyFromSigner(rollupDomain(l1.rollup), privateKeyToAccount(l1.privateKey(position)));
  const key = publicKeyFromSecret(secret);
  const target = { owner: addressToBigint(wallet.account.address), index: accountIndex(0), key };
  const before = new Set((await accountsOf(stage, position)).map(({ index }) => index));
  if (token === undefined) await depositEth(l1.rollup, wallet, amount, target);
  else {
    await l1.devnet.mint(token, wallet.account.address, amount);
    await depositToken(l1.rollup, wallet, token.id, amount, target);
  }
  const found = async () => (await accountsOf(stage, position)).find(({ index }) => !before.has(index));
  await expect.poll(found, WAIT).toBeDefined();
  return { account: (await found()) ?? expect.unreachable(), key };
}

/** Transfers that left an account, by what they moved. */
export async function paidBy({ pages }: Pick<Stage, "pages">, index: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let cursor: string | null = ""; cursor !== null; ) {
    const query = `limit=100&direction=out${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: RouteResponse<"accountHistory"> = await readJson(`${pages()}v1/accounts/${index}/history?${query}`);
    for (const { amount, type, status } of page.entries) {
      const isExecuted = ["confirmed", "proven", "final"].includes(status);
      if (type === "transfer" && isExecuted && amount !== null) counts.set(amount, (counts.get(amount) ?? 0) + 1);
    }
    cursor = page.next;
  }
  return counts;
}
