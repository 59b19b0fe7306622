import * as z from "zod/mini";
import type { WalletProvider } from "./provider.ts";

/** A wallet that announced itself to the page (EIP-6963). Name, icon and `rdns` are what it says of itself. */
export interface AnnouncedWallet {
  readonly uuid: string;
  /** Reverse domain name, the same in every visit. */
  readonly rdns: string;
  readonly name: string;
  /** A picture within its own address; null for anything else. */
  readonly icon: string | null;
  readonly provider: WalletProvider;
}

/** The wallets of this browser. */
export interface Announced {
  /** In the order in which they announced themselves; the same list until another one does. */
  readonly list: () => readonly AnnouncedWallet[];
  /** Calls back when there is another one; returns what ends that. */
  readonly onChange: (listener: () => void) => () => void;
}

const detailSchema = z.object({
  info: z.object({
    uuid: z.string().check(z.minLength(1), z.maxLength(100)),
    rdns: z.string().check(z.minLength(1), z.maxLength(253)),
    name: z.string(),
    icon: z.string(),
  }),
  provider: z.custom<WalletProvider>(
    (value) => typeof value === "object" && value !== null && typeof Reflect.get(value, "request") === "function",
  ),
});
/** Pictures that load nothing: one from a server would tell it who opens a wallet. */
const OWN_PICTURE = /^data:image\/(?:png|webp|gif|jpeg|svg\+xml)[;,]/;
const LONGEST_NAME = 40;
const MOST = 50;

/** Asks the wallets of this browser to announce themselves, and listens for those that come later. */
export function findWallets(page: EventTarget = window): Announced {
  let wallets: readonly AnnouncedWallet[] = [];
  const listeners = new Set<() => void>();
  page.addEventListener("eip6963:announceProvider", (event) => {
    const wallet = walletIn((event as CustomEvent<unknown>).detail);
    // Whoever comes second under the same name is not the first.
    if (wallet === null || wallets.length === MOST || wallets.some(({ uuid }) => uuid === wallet.uuid)) return;
    wallets = [...wallets, wallet];
    for (const listener of listeners) listener();
  });
  page.dispatchEvent(new Event("eip6963:requestProvider"));
  return {
    list: () => wallets,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function walletIn(detail: unknown): AnnouncedWallet | null {
  const parsed = detailSchema.safeParse(detail);
  if (!parsed.success) return null;
  const { info, provider } = parsed.data;
  const name = plainName(info.name);
  return {
    uuid: info.uuid,
    rdns: info.rdns,
    name: name === "" ? plainName(info.rdns) : name,
    icon: OWN_PICTURE.test(info.icon) ? info.icon : null,
    // The wallet's own object: a copy would lose its methods.
    provider,
  };
}

/** Without characters that hide or turn others around. */
function plainName(name: string): string {
  return name
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "")
    .trim()
    .slice(0, LONGEST_NAME);
}
