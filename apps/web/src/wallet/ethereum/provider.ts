import type { Eip1193Provider } from "@cairn/sdk";

/** Events of a wallet, and what they bring. */
export interface WalletEvents {
  readonly accountsChanged: (accounts: unknown) => void;
  readonly chainChanged: (chainId: unknown) => void;
  readonly disconnect: (error: unknown) => void;
}

/** What a browser's wallet puts into a page (EIP-1193). Nothing that it answers is of a certain form. */
export interface WalletProvider extends Eip1193Provider {
  readonly on?: <Name extends keyof WalletEvents>(name: Name, listener: WalletEvents[Name]) => unknown;
  readonly removeListener?: <Name extends keyof WalletEvents>(name: Name, listener: WalletEvents[Name]) => unknown;
}

/** Addresses in an answer of a wallet, in lower case; none in what is no list of addresses. */
export function accountsIn(answer: unknown): readonly `0x${string}`[] {
  if (!Array.isArray(answer)) return [];
  return answer
    .filter((one): one is string => typeof one === "string" && /^0x[0-9a-fA-F]{40}$/.test(one))
    .map((one) => one.toLowerCase() as `0x${string}`);
}

/** The chain in an answer of a wallet; null in what names none. */
export function chainIn(answer: unknown): number | null {
  if (typeof answer !== "string" && typeof answer !== "number") return null;
  const id = Number(answer);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** JSON-RPC or EIP-1193 code of a wallet's failure; null for one without. */
export function codeIn(error: unknown): number | null {
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : null;
  return typeof code === "number" ? code : null;
}
