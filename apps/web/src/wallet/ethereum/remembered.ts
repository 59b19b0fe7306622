import * as z from "zod/mini";

const KEY = "cairn-wallet";
const schema = z.object({
  rdns: z.string(),
  name: z.string(),
  owner: z.string().check(z.regex(/^0x[0-9a-f]{40}$/)),
});

/** The wallet that the user chose last, and its account. */
export interface Remembered {
  readonly rdns: string;
  readonly name: string;
  readonly owner: `0x${string}`;
}

/** Null when none was chosen, or the browser keeps nothing. */
export function rememberedWallet(): Remembered | null {
  try {
    const parsed = schema.safeParse(JSON.parse(localStorage.getItem(KEY) ?? "null"));
    return parsed.success ? { ...parsed.data, owner: parsed.data.owner as `0x${string}` } : null;
  } catch {
    return null;
  }
}

/** Keeps the choice for the next visit; null forgets it. */
export function rememberWallet(wallet: Remembered | null): void {
  try {
    if (wallet === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(wallet));
  } catch {
    // A browser that keeps nothing asks again.
  }
}
