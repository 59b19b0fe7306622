import { decodeFloat40, encodeFloat40, floorToFloat40 } from "@cairn/protocol";
import type { SignedRequest } from "./signing.ts";
import type { PlannedRequest } from "./traffic.ts";

/** What an account must hold after the load. */
export interface Expected {
  balance: bigint;
  nonce: number;
}

/** Accounts as they must be when exactly the accepted requests were executed, each once; and the sum of fees. */
export function expectedAccounts(
  accepted: readonly PlannedRequest[],
  options: { readonly accounts: number; readonly deposit: bigint; readonly fee: bigint },
): { readonly accounts: readonly Expected[]; readonly fees: bigint } {
  const accounts = Array.from({ length: options.accounts }, (): Expected => ({ balance: options.deposit, nonce: 0 }));
  for (const { sender, receiver, amount } of accepted) {
    const [from, to] = [accounts[sender], accounts[receiver]];
    if (from === undefined || to === undefined) throw new RangeError(`no account ${sender} or ${receiver}`);
    const moved = decodeFloat40(encodeFloat40(floorToFloat40(amount)));
    from.balance -= moved + options.fee;
    from.nonce++;
    to.balance += moved;
  }
  return { accounts, fees: options.fee * BigInt(accepted.length) };
}

/** The ids of accepted requests. */
export function idsOf(requests: readonly SignedRequest[], accepted: readonly number[]): string[] {
  return accepted.flatMap((position) => requests[position]?.id ?? []);
}
