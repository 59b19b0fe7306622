import { gzipSync } from "node:zlib";
import { bundleInParts } from "./bundle.ts";

/** What a page may weigh with a part of the packages. */
export type SizeLimit = {
  readonly name: string;
  /** What the page imports. */
  readonly code: string;
  /** Most bytes, minified and compressed with gzip, with what it needs of libraries. */
  readonly maxBytes: number;
  /** Most of these that are viem's, which a page that talks to L1 has anyway. */
  readonly maxViemBytes?: number;
};

const VIEM = /^viem(?:\/|$)/;

/** Limits in kB of 1,000 bytes. */
export const SIZE_LIMITS: readonly SizeLimit[] = [
  { name: "client", code: `export { createNodeClient } from "@cairn/sdk";`, maxBytes: 30_000 },
  {
    name: "client and wallet",
    code: `export { createNodeClient, createWallet, keyFromSigner, randomKey } from "@cairn/sdk";`,
    maxBytes: 45_000,
  },
  {
    name: "all actions",
    code: `
      import { cairnActions } from "@cairn/sdk";
      import { createClient, http } from "viem";
      export const connect = (url, settings) => createClient({ transport: http(url) }).extend(cairnActions(settings));`,
    maxBytes: 145_000,
    maxViemBytes: 66_000,
  },
  {
    name: "transfers alone",
    code: `
      import { cairn, transfer } from "@cairn/sdk";
      import { createClient, http } from "viem";
      export { transfer };
      export const connect = (url, settings) => createClient({ transport: http(url) }).extend(cairn(settings));`,
    maxBytes: 118_000,
    maxViemBytes: 58_000,
  },
  {
    name: "live balances",
    code: `export { CairnProvider, useBalances } from "@cairn/react";`,
    maxBytes: 100_000,
  },
  {
    name: "wallet with hooks",
    code: `
      export { CairnProvider, useBalances, useDeposit, useHistory, useRequests, useTransfer, useWithdraw } from "@cairn/react";
      export { cairn, openKeyFile, randomKey, sealKeyFile, secretSigner, webStorage } from "@cairn/sdk";`,
    maxBytes: 155_000,
  },
  { name: "statements", code: `export { readStatement } from "@cairn/sdk/statements";`, maxBytes: 12_000 },
  {
    name: "verifier",
    code: `export { rollupOn, verifyAccount, verifyReceipt } from "@cairn/verify";`,
    maxBytes: 45_000,
  },
  {
    name: "restoring worker",
    code: `
      export { createFastCompress } from "@cairn/crypto/fast";
      export { restoreState, verifySolvency } from "@cairn/verify";`,
    maxBytes: 100_000,
  },
  {
    // A bundler that keeps what nobody uses would keep the curve, the contracts' ABIs and the points of the ceremony.
    name: "imported but not used",
    code: `import "@cairn/sdk"; import "@cairn/sdk/payouts"; import "@cairn/sdk/customers"; import "@cairn/sdk/statements"; import "@cairn/sdk/webhooks"; import "@cairn/webhooks"; import "@cairn/react"; import "@cairn/react/verify"; import "@cairn/crypto"; import "@cairn/contracts"; import "@cairn/l1"; import "@cairn/blobs"; import "@cairn/verify";`,
    maxBytes: 100,
  },
];

/** Bytes of what a page gets, what it loads on demand included, minified and compressed with gzip. `builds` is where the packages are installed. */
export async function compressedBytes(code: string, builds: string, external: readonly RegExp[] = []): Promise<number> {
  const parts = await bundleInParts(code, builds, external);
  return parts.reduce((sum, part) => sum + gzipSync(part, { level: 9 }).length, 0);
}

/** Bytes that a page would not get without viem. */
export async function viemBytes(code: string, builds: string): Promise<number> {
  return (await compressedBytes(code, builds)) - (await compressedBytes(code, builds, [VIEM]));
}
