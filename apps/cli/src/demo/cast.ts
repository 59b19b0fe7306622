import { generateSecretKey, publicKeyFromSecret, type SecretKey, secretKeyFromWallet } from "@cairn/crypto";
import type { DevRollup } from "@cairn/devnet";
import { type L1Wallet, rollupDomain } from "@cairn/l1";
import { addressToBigint } from "@cairn/protocol";
import type { Person } from "@cairn/testkit";
import { CAST, type CastMember } from "./scenario.ts";

/** A cast member with wallet and keys. */
export interface Player extends Person {
  readonly wallet: L1Wallet;
  readonly keyFrom: CastMember["keyFrom"];
}

/** Gives everyone in the cast an L1 wallet and an L2 key. Throws `crypto/non-deterministic-wallet`. */
export async function createCast(devnet: DevRollup): Promise<ReadonlyMap<string, Player>> {
  const players = await Promise.all(CAST.map((member) => createPlayer(devnet, member)));
  return new Map(players.map((player) => [player.name, player]));
}

async function createPlayer(devnet: DevRollup, { name, l1Account, keyFrom }: CastMember): Promise<Player> {
  const wallet = devnet.wallet(l1Account);
  const secretKey = await createKey(devnet, wallet, keyFrom);
  const key = keyFrom === "none" ? 0n : publicKeyFromSecret(secretKey);
  return { name, owner: addressToBigint(wallet.account.address), secretKey, key, wallet, keyFrom };
}

/** Someone without an L2 key gets one anyway, which no account uses. */
async function createKey(devnet: DevRollup, wallet: L1Wallet, from: CastMember["keyFrom"]): Promise<SecretKey> {
  if (from !== "wallet") return generateSecretKey();
  return secretKeyFromWallet(rollupDomain(devnet.rollup), (typedData) =>
    wallet.signTypedData({
      domain: typedData.domain,
      types: { KeyDerivation: typedData.types.KeyDerivation },
      primaryType: typedData.primaryType,
      message: typedData.message,
    }),
  );
}
