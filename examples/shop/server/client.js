import { join } from "node:path";
import { cairnActions, describeToken, ownAccounts, secretKeyFromHex, secretSigner } from "@cairn/sdk";
import { fileStorage } from "@cairn/sdk/node";
import { createClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";

/** @typedef {ReturnType<typeof connect>} Client */
/** @typedef {{ index: number, tokenId: number, decimals: number }} OwnAccount */

// #region client
/**
 * The shop's client. Server and office share its storage, which gives each payment of the account a nonce of its own, and
 * in which every request is written down before it is sent.
 * @param {import("./settings.js").Settings} settings
 */
export function connect({ rpc, rollup, node, l1Key, l2Key, data }) {
  const signer = secretSigner(secretKeyFromHex(l2Key));
  const storage = fileStorage(join(data, "requests"));
  const account = privateKeyToAccount(l1Key);
  return createClient({ account, transport: http(rpc) }).extend(cairnActions({ rollup, node, signer, storage }));
}
// #endregion

/**
 * The shop's token. Throws when nobody knows how many decimals it has.
 * @param {Client} client
 * @param {import("@cairn/sdk").TokenRef} ref
 */
export async function findToken(client, ref) {
  const { id, decimals } = await describeToken(client, ref);
  if (decimals === null) throw new TypeError(`token ${id} does not say how many decimals it has`);
  return { tokenId: id, decimals };
}

/**
 * The account that customers pay, and its token. Its first deposit makes it.
 * @param {Client} client
 * @param {import("@cairn/sdk").TokenRef} ref
 * @returns {Promise<OwnAccount>}
 */
export async function findOwnAccount(client, ref) {
  const token = await findToken(client, ref);
  const [node, { key }] = [await client.cairn.node(), client.cairn.signer()];
  const owner = BigInt(client.cairn.owner());
  const accounts = await ownAccounts(node, { owner, key, tokenId: token.tokenId });
  // The oldest: the richest may be another one tomorrow.
  const [index] = accounts.map((account) => account.index).sort((a, b) => a - b);
  if (index === undefined) throw new TypeError("the shop has no account yet: npm run office -- deposit 0.1 first");
  return { ...token, index };
}
