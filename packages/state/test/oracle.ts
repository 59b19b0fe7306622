import { accountHash, type Compress } from "@cairn/crypto";
import { type Account, type AccountIndex, FIRST_ACCOUNT_INDEX } from "@cairn/protocol";

/** The state as maps, its root by definition: all leaves hashed, level by level, nothing cached. */
export interface Oracle {
  readonly accounts: ReadonlyMap<AccountIndex, Account>;
  readonly nextIndex: number;
}

export const GENESIS: Oracle = { accounts: new Map(), nextIndex: FIRST_ACCOUNT_INDEX };

export function applyToOracle(oracle: Oracle, updates: ReadonlyMap<AccountIndex, Account>, nextIndex: number): Oracle {
  return { accounts: new Map([...oracle.accounts, ...updates]), nextIndex };
}

export function oracleRoot({ accounts }: Oracle, compress: Compress, depth: number): bigint {
  let level = Array.from({ length: 4 ** depth }, () => 0n);
  for (const [index, account] of accounts) level[index] = accountHash(account, compress);
  while (level.length > 1) {
    const below = level;
    level = Array.from({ length: below.length / 4 }, (_, i) => {
      const [a = 0n, b = 0n, c = 0n, d = 0n] = below.slice(4 * i, 4 * i + 4);
      return compress(a, b, c, d);
    });
  }
  return level[0] ?? 0n;
}

export function oracleOwned({ accounts }: Oracle, owner: bigint, token?: number): AccountIndex[] {
  return [...accounts]
    .filter(([, account]) => account.owner === owner && (token === undefined || account.tokenId === token))
    .map(([index]) => index)
    .sort((a, b) => a - b);
}
