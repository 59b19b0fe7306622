import { randomBytes } from "node:crypto";
import { accountIndex, encodeFloat16, encodeFloat40, type L2Transaction, NO_REFERENCE, tokenId } from "@cairn/protocol";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { ALICE, BOB, DOMAIN } from "../../test/people.ts";
import { keyFromSigner, publicKeyFromSecret, randomKey, secretKeyFromHex, secretKeyToHex } from "../keys.ts";
import { openKeyFile, sealKeyFile } from "./key-file.ts";
import { prfExtension, prfOf, secretFromPrf } from "./passkey.ts";
import { providerSigner } from "./provider.ts";
import { type Signer, secretSigner, signWith } from "./signer.ts";
import { type MessageLine, serveVault, type VaultOptions, vaultOf } from "./vault.ts";

const OWNER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const QUICK = { n: 2 ** 4, r: 1, p: 1 };
const WITHDRAW: L2Transaction = {
  type: "withdraw",
  from: accountIndex(64),
  nonce: 7,
  tokenId: tokenId(0),
  amount: encodeFloat40(5n),
  fee: encodeFloat16(0n),
  validFrom: 0,
  validUntil: 99,
  reference: NO_REFERENCE,
  recipient: 5n,
};
const request = { domain: DOMAIN, transaction: WITHDRAW, purpose: "withdraw" } as const;

/** Two ends of a line that copies what it carries, as a worker's does, and remembers it. */
function line() {
  const heard: { readonly page: unknown[]; readonly worker: unknown[] } = { page: [], worker: [] };
  const listeners = {
    page: new Set<(event: { data: unknown }) => void>(),
    worker: new Set<(event: { data: unknown }) => void>(),
  };
  const end = (to: "page" | "worker", from: "page" | "worker"): MessageLine => ({
    postMessage: (message, transfer) => {
      const data: unknown = structuredClone(message, { transfer });
      heard[to].push(data);
      queueMicrotask(() => {
        for (const listener of listeners[to]) listener({ data });
      });
    },
    addEventListener: (_, listener) => void listeners[from].add(listener),
  });
  return { heard, page: end("worker", "page"), worker: end("page", "worker") };
}

function openVault(options: VaultOptions = {}) {
  const { heard, page, worker } = line();
  serveVault(worker, { keyFile: { cost: QUICK }, ...options });
  return { heard, vault: vaultOf(page), page };
}

describe("a signer", () => {
  it("is asked for a transaction, and its answer is verified", async () => {
    const signer = secretSigner(ALICE.secretKey);
    const { id, signature } = await signWith(signer, request);
    expect(id).toMatch(/^0x[0-9a-f]{64}$/);
    const { domain, ...rest } = request;
    const elsewhere = await signWith(signer, { ...rest, domain: { ...domain, chainId: 1n } });
    expect(elsewhere.id).not.toBe(id);
    for (const wrong of [
      { ...signer, key: BOB.key },
      { ...signer, sign: async () => signature },
      { ...signer, sign: async () => ({ rx: 0n, s: 0n }) },
    ] satisfies Signer[]) {
      const other = { ...request, transaction: { ...WITHDRAW, nonce: 8 } };
      await expect(signWith(wrong, other)).rejects.toMatchObject({ code: "sdk/signature-check-failed" });
    }
  });
});

describe("a vault", () => {
  it("makes a key, signs with it, and opens it again from its file", async () => {
    const { vault } = openVault();
    const header = { owner: OWNER, rollup: null };
    const { key, file } = await vault.ask({ op: "create", header, passphrase: "horse" });
    expect((await signWith(vault.signer(key), request)).signature.rx).toBeGreaterThan(0n);
    const other = openVault();
    await expect(other.vault.ask({ op: "sign", request })).rejects.toMatchObject({ code: "sdk/no-signer" });
    await expect(other.vault.ask({ op: "open", file, passphrase: "zebra" })).rejects.toMatchObject({
      code: "sdk/wrong-passphrase",
    });
    expect(await other.vault.ask({ op: "open", file, passphrase: "horse" })).toEqual({ key });
    await signWith(other.vault.signer(key), request);
    await other.vault.ask({ op: "lock" });
    await expect(signWith(other.vault.signer(key), request)).rejects.toMatchObject({ code: "sdk/no-signer" });
  });

  it("never lets the secret out, whatever it is asked", async () => {
    const secret = randomKey();
    const file = await sealKeyFile(
      { owner: OWNER, publicKey: publicKeyFromSecret(secret), rollup: null },
      { l1Key: null, l2Key: secretKeyToHex(secret) },
      "horse",
      { cost: QUICK },
    );
    const { heard, vault, page } = openVault();
    const { key } = await vault.ask({ op: "open", file, passphrase: "horse" });
    await signWith(vault.signer(key), request);
    const questions: unknown[] = [
      { op: "open", file: { ...file, crypto: { ...file.crypto, n: 3 } }, passphrase: "horse" },
      { op: "open", file, passphrase: "x" },
      { op: "sign", request: { ...request, transaction: { ...WITHDRAW, from: -1 } } },
      { op: "sign", request: null },
      { op: "export" },
      { op: "derive", domain: DOMAIN, signatures: ["0x12", "0x12"] },
      null,
    ];
    for (const [i, question] of questions.entries()) page.postMessage({ vault: 1, number: 1000 + i, question }, []);
    page.postMessage("hello", []);
    await vault.ask({ op: "lock" });
    const texts = JSON.stringify(heard.page, (_, part: unknown) =>
      typeof part === "bigint" ? part.toString(16) : part,
    );
    expect(heard.page.length).toBeGreaterThan(questions.length);
    for (const form of [secret.toString(16), secret.toString(10), secretKeyToHex(secret).slice(2)])
      expect(texts).not.toContain(form);
    expect(texts).not.toContain("horse");
  });

  it("signs only what its rules allow", async () => {
    const { vault } = openVault({ allow: ({ purpose }) => purpose !== "withdraw" });
    const { key } = await vault.ask({ op: "create", header: { owner: OWNER, rollup: null }, passphrase: "x" });
    await expect(signWith(vault.signer(key), request)).rejects.toMatchObject({ code: "sdk/wallet-refused" });
    await signWith(vault.signer(key), { ...request, purpose: "transfer" });
  });

  it("takes the key that a wallet's signature or a passkey gives", async () => {
    const wallet = privateKeyToAccount(`0x${"5".repeat(64)}`);
    const expected = publicKeyFromSecret(await keyFromSigner(DOMAIN, wallet));
    const signatures: string[] = [];
    await keyFromSigner(DOMAIN, {
      signTypedData: async (data) => {
        const signature = await wallet.signTypedData(data);
        signatures.push(signature);
        return signature;
      },
    });
    const [first = "", second = ""] = signatures;
    const { vault } = openVault();
    expect(await vault.ask({ op: "derive", domain: DOMAIN, signatures: [first, second] })).toEqual({ key: expected });
    const prf = Uint8Array.from(randomBytes(32));
    const fromPrf = publicKeyFromSecret(secretFromPrf(prf, DOMAIN));
    const given = prf.slice();
    expect(await vault.ask({ op: "passkey", domain: DOMAIN, prf: given }, [given.buffer])).toEqual({ key: fromPrf });
    // The page keeps no copy.
    expect(given.length).toBe(0);
  });
});

describe("a key file", () => {
  const secrets = { l1Key: null, l2Key: secretKeyToHex(secretKeyFromHex(`0x${"1".repeat(64)}`)) };
  const header = { owner: OWNER, publicKey: 5n, rollup: { chainId: "1", address: OWNER } };

  it("returns its keys for its passphrase alone, and notices every change", async () => {
    const file = await sealKeyFile(header, secrets, "pass", { cost: QUICK });
    expect(await openKeyFile(JSON.parse(JSON.stringify(file)), "pass")).toEqual(secrets);
    // The same letters in another form are the same passphrase.
    const accented = await sealKeyFile(header, secrets, "\u00e9", { cost: QUICK });
    expect(await openKeyFile(accented, "e\u0301")).toEqual(secrets);
    const other = `0x${"ab".repeat(20)}`;
    for (const change of [
      { owner: other },
      { publicKey: `0x${"00".repeat(32)}` },
      { rollup: null },
      { hasL1Key: true },
      { crypto: { ...file.crypto, tag: `${file.crypto.tag.slice(2)}00` } },
    ]) {
      await expect(openKeyFile({ ...file, ...change }, "pass")).rejects.toMatchObject({ code: "sdk/wrong-passphrase" });
    }
    for (const wrong of [
      null,
      {},
      { ...file, version: 2 },
      { ...file, extra: 1 },
      { ...file, crypto: { ...file.crypto, n: 2 ** 30 } },
      { ...file, crypto: { ...file.crypto, n: 24 } },
    ]) {
      await expect(openKeyFile(wrong, "pass")).rejects.toMatchObject({ code: "sdk/bad-key-file" });
    }
  });
});

describe("a passkey", () => {
  it("gives the same key in a rollup for the same PRF, and another in another rollup", () => {
    const prf = new Uint8Array(32).fill(7);
    expect(secretFromPrf(prf, DOMAIN)).toBe(secretFromPrf(prf.slice(), DOMAIN));
    expect(secretFromPrf(prf, { ...DOMAIN, rollup: 2n })).not.toBe(secretFromPrf(prf, DOMAIN));
    expect(secretFromPrf(new Uint8Array(32), DOMAIN)).not.toBe(secretFromPrf(prf, DOMAIN));
    expect(prfExtension().prf.eval.first).toHaveLength(32);
  });

  it("without a PRF is refused", () => {
    const bytes = new Uint8Array(32).fill(1);
    expect(prfOf({ prf: { results: { first: bytes.buffer } } })).toEqual(bytes);
    expect(prfOf({ prf: { results: { first: bytes } } })).toEqual(bytes);
    for (const results of [
      null,
      {},
      { prf: {} },
      { prf: { enabled: false } },
      { prf: { results: { first: bytes.subarray(1) } } },
    ])
      expect(() => prfOf(results)).toThrow(expect.objectContaining({ code: "sdk/signer-failed" }));
    expect(() => secretFromPrf(bytes.subarray(1), DOMAIN)).toThrow(
      expect.objectContaining({ code: "sdk/signer-failed" }),
    );
  });
});

describe("a wallet in a page", () => {
  it("is asked by EIP-712 for the same key as a viem account gives", async () => {
    const wallet = privateKeyToAccount(`0x${"7".repeat(64)}`);
    const asked: string[] = [];
    const provider = {
      request: async ({ method, params }: { method: string; params?: unknown }) => {
        asked.push(method);
        const [address, text] = params as [string, string];
        expect(address).toBe(wallet.address);
        return wallet.signTypedData(JSON.parse(text) as Parameters<typeof wallet.signTypedData>[0]);
      },
    };
    const secret = await keyFromSigner(DOMAIN, providerSigner(provider, wallet.address));
    expect(secret).toBe(await keyFromSigner(DOMAIN, wallet));
    expect(asked).toEqual(["eth_signTypedData_v4", "eth_signTypedData_v4"]);
  });
});
