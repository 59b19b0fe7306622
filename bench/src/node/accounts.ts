import { setTimeout as delay } from "node:timers/promises";
import { rollupAbi } from "@cairn/contracts";
import type { DevRollup } from "@cairn/devnet";
import { type L1Wallet, readQueueFee, sendToRollup } from "@cairn/l1";
import { accountIndex, addressToBigint, bigintToAddress, CairnError } from "@cairn/protocol";
import { wordToBigint } from "@cairn/rpc";
import { personOf } from "@cairn/testkit";
import { encodeFunctionData } from "viem";
import type { BenchErrorCode } from "../errors.ts";
import type { NodeApi } from "./node-api.ts";
import type { BenchAccount } from "./signing.ts";

/** Wei that every account starts with. */
export const DEPOSIT_WEI = 10n ** 19n;
/** Prefunded L1 accounts that own the benchmark's; number 0 is the operator. */
const OWNERS = 8;
const FEE_ROOM = 4n;
const TIMEOUT_MS = 300_000;

/** Accounts that exist on L2, and the one that takes the fees. */
export interface FundedAccounts {
  readonly accounts: readonly BenchAccount[];
  readonly feeIndex: number;
}

/** Creates accounts by deposits on L1, each with its own key, and waits until the node has them. Throws `bench/node-failed`. */
export async function fundAccounts(
  devnet: DevRollup,
  api: NodeApi,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<FundedAccounts> {
  const people = Array.from({ length: count }, (_, i) => {
    const wallet = devnet.wallet(1 + (i % OWNERS));
    return { ...personOf(`${seed} bench ${i}`), owner: addressToBigint(wallet.account.address), wallet };
  });
  const operator = devnet.wallet(0);
  const operatorOwner = addressToBigint(operator.account.address);
  await deposit(devnet, operator, operatorOwner, 0n);
  await Promise.all(
    Array.from({ length: OWNERS }, async (_, first) => {
      for (let i = first; i < count; i += OWNERS) {
        const person = people[i];
        if (person !== undefined) await deposit(devnet, person.wallet, person.owner, person.key);
      }
    }),
  );
  const owners = [...new Set([operatorOwner, ...people.map(({ owner }) => owner)])];
  const byKey = await waitForAccounts(api, owners, count + 1);
  return {
    accounts: people.map(({ wallet: _wallet, ...person }) => {
      const index = byKey.get(person.key);
      if (index === undefined) throw missing(`no account of ${person.name}`);
      return { person, index: accountIndex(index) };
    }),
    feeIndex: byKey.get(0n) ?? 0,
  };
}

/** A deposit that creates an account; pays more than the queue fee, which rises with others' deposits and comes back. */
async function deposit({ rollup }: DevRollup, wallet: L1Wallet, owner: bigint, key: bigint): Promise<void> {
  const args = [DEPOSIT_WEI, bigintToAddress(owner), accountIndex(0), key] as const;
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "depositETH", args });
  const value = DEPOSIT_WEI + FEE_ROOM * (await readQueueFee(rollup));
  await sendToRollup(rollup, wallet, { name: "depositETH", data, value });
}

async function waitForAccounts(api: NodeApi, owners: readonly bigint[], count: number): Promise<Map<bigint, number>> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const answers = await Promise.all(
      owners.map((owner) => api.get("accounts", { query: { owner: bigintToAddress(owner) } })),
    );
    const accounts = answers.flatMap((answer) => answer.accounts);
    if (accounts.length >= count) return new Map(accounts.map(({ key, index }) => [wordToBigint(key), index]));
    if (Date.now() > deadline) throw missing(`${accounts.length} of ${count} accounts after ${TIMEOUT_MS / 1000} s`);
    await delay(250);
  }
}

function missing(message: string): CairnError<BenchErrorCode> {
  return new CairnError<BenchErrorCode>("bench/node-failed", `deposits did not arrive: ${message}`);
}
