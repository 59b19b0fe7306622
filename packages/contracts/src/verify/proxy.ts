import { type Hex, keccak256, toHex } from "viem";

/** A storage slot in which a kind of proxy keeps the address of its code. */
export interface ProxySlot {
  readonly name: string;
  readonly slot: Hex;
}

/** The slots in which common proxies keep their implementation, beacon or administrator. */
export const PROXY_SLOTS: readonly ProxySlot[] = [
  { name: "EIP-1967 implementation", slot: beforeHash("eip1967.proxy.implementation") },
  { name: "EIP-1967 beacon", slot: beforeHash("eip1967.proxy.beacon") },
  { name: "EIP-1967 administrator", slot: beforeHash("eip1967.proxy.admin") },
  { name: "EIP-1822 implementation", slot: keccak256(toHex("PROXIABLE")) },
  { name: "ZeppelinOS implementation", slot: keccak256(toHex("org.zeppelinos.proxy.implementation")) },
  { name: "ZeppelinOS administrator", slot: keccak256(toHex("org.zeppelinos.proxy.admin")) },
];

const MINIMAL_PROXY = /^0x(?:363d3d373d3d3d363d|365f5f375f5f365f)73([0-9a-f]{40})/;
const DELEGATION = /^0xef0100([0-9a-f]{40})$/;

/** The kind of proxy if the code only runs the code of another address; null for all other code. */
export function proxyKind(code: Hex): string | null {
  const minimal = MINIMAL_PROXY.exec(code.toLowerCase())?.[1];
  if (minimal !== undefined) return `minimal proxy (EIP-1167) to 0x${minimal}`;
  const delegate = DELEGATION.exec(code.toLowerCase())?.[1];
  return delegate === undefined ? null : `plain account that delegates to 0x${delegate} (EIP-7702)`;
}

/** The slot just before the hash of a name, which no ordinary variable can occupy. */
function beforeHash(name: string): Hex {
  return toHex(BigInt(keccak256(toHex(name))) - 1n, { size: 32 });
}
