import { verify } from "@cairn/crypto";
import { createNodeClient, createWallet, encodePaymentCode, keyFromSigner, parsePaymentCode } from "@cairn/sdk";

const domain = { chainId: 31337n, rollup: 0xabcn };

/** Derives a key from a wallet's signature, signs a payment, verifies it, and asks `url`, where a node answers. */
export async function run(url = "") {
  // What an L1 wallet that signs deterministically answers; any valid r and s will do.
  const signer = { signTypedData: async () => `0x${"11".repeat(32)}${"22".repeat(32)}1b` };
  const secret = await keyFromSigner(domain, signer);
  const wallet = createWallet({ secret, domain }, { nowSeconds: () => 1_800_000_000 });
  const from = { index: 64, tokenId: 0, nonce: 7, key: `0x${wallet.key.toString(16).padStart(64, "0")}` };
  const recipient = `0x${"5".repeat(40)}`;
  const signed = wallet.withdraw({ from, recipient, amount: 1_000n, fee: 2n });
  const code = encodePaymentCode({ owner: 5n, key: wallet.key }, domain);
  return {
    key: String(wallet.key),
    id: signed.id,
    isValid: verify(BigInt(signed.id), signed.signature, wallet.key),
    isForged: verify(BigInt(signed.id) + 1n, signed.signature, wallet.key),
    payee: String(parsePaymentCode(code, domain).owner),
    roles: url === "" ? null : (await createNodeClient({ url }).health()).roles,
  };
}
