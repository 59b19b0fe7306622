import { createHash } from "node:crypto";
import { rollupAbi } from "@cairn/contracts";
import { loadArtefact, loadVerifier } from "@cairn/contracts/artefacts";
import { publicKeyFromSecret, secretKeyFromWallet } from "@cairn/crypto";
import { type DeployedDevRollup, type DevToken, deployDevRollup } from "@cairn/devnet";
import { connectReader, depositEth, depositToken, type L1Rollup, rollupDomain } from "@cairn/l1";
import { accountIndex, addressToBigint, LAST_CIRCUIT_TYPE, type SoloSize } from "@cairn/protocol";
import type { Address } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { cliError } from "../errors.ts";
import { devAccounts } from "./accounts.ts";
import type { DevnetDeps } from "./deps.ts";
import type { DevDeployment } from "./directory.ts";
import type { DevL1 } from "./l1.ts";
import { DEV_TOKENS } from "./tokens.ts";

const OPERATOR = 0;
/** Pays for everything created; the rest stays with a key that nobody keeps. */
const DEPLOYER_WEI = 100n * 10n ** 18n;
/** Opens the fee owner's account in each token, so that fees can be collected. */
const FEE_ACCOUNT_WEI = 10n ** 18n;
const FEE_ACCOUNT_TOKENS = 1;

/** Hash of everything the contracts of a block size are compiled from. Throws `contracts/artefact-missing`. */
export function buildOf(cacheDir: string, slots: SoloSize): string {
  const hash = createHash("sha256");
  const verifier = loadVerifier(cacheDir, `solo${slots}`, "dev");
  const contracts = (["Rollup", "FixedOperator", "Receipts"] as const).map((name) => loadArtefact(cacheDir, name));
  for (const { inputHash } of [...contracts, verifier]) hash.update(inputHash);
  return hash.digest("hex");
}

/**
 * Deploys rollup and tokens, gives everyone tokens, opens the operator's fee accounts. Throws what L1 throws.
 *
 * All devnets share one chain id. The deployer is a new account each time, so that no two have a rollup at the same
 * address: profiles, states, databases and signatures are bound to chain and rollup, and are refused by every other
 * devnet.
 */
export async function deployDevnet(
  l1: DevL1,
  slots: SoloSize,
  cacheDir: string,
  { onDeployed }: Pick<DevnetDeps, "onDeployed"> = {},
): Promise<DevDeployment> {
  const deployerKey = generatePrivateKey();
  await l1.give(privateKeyToAddress(deployerKey), DEPLOYER_WEI);
  const devnet = await deployDevRollup(l1, { cacheDir, sizes: [slots], deployerKey });
  await onDeployed?.(devnet);
  const tokens: DevToken[] = [];
  for (const { symbol, decimals, minted } of DEV_TOKENS) {
    const token = await devnet.createToken(symbol, decimals);
    for (const { address } of devAccounts()) await devnet.mint(token, address, minted);
    tokens.push(token);
  }
  await openFeeAccounts(devnet, tokens);
  const { rollup, policy, receipts, deploymentBlock } = devnet;
  return {
    build: buildOf(cacheDir, slots),
    slots,
    chainId: l1.chainId,
    rollup: rollup.address,
    policy,
    receipts,
    deploymentBlock,
    tokens,
  };
}

async function openFeeAccounts(devnet: DeployedDevRollup, tokens: readonly DevToken[]): Promise<void> {
  const { rollup } = devnet;
  const wallet = devnet.wallet(OPERATOR);
  const secret = await secretKeyFromWallet(rollupDomain(rollup), ({ domain, types, primaryType, message }) =>
    wallet.signTypedData({ domain, types: { KeyDerivation: types.KeyDerivation }, primaryType, message }),
  );
  const owner = addressToBigint(wallet.account.address);
  const target = { owner, index: accountIndex(0), key: publicKeyFromSecret(secret) };
  await depositEth(rollup, wallet, FEE_ACCOUNT_WEI, target);
  for (const { id, decimals } of tokens) {
    await depositToken(rollup, wallet, id, BigInt(FEE_ACCOUNT_TOKENS) * 10n ** BigInt(decimals), target);
  }
}

/** Throws `cli/bad-data-dir` unless L1 has the rollup of a stored devnet. */
export async function assertDeployed(l1: DevL1, { rollup, chainId }: DevDeployment): Promise<void> {
  const code =
    chainId === l1.chainId ? await connectReader(l1.rpcUrl, chainId).getCode({ address: rollup }) : undefined;
  if (code === undefined) throw cliError("cli/bad-data-dir", `the stored L1 has no rollup at ${rollup}`);
}

/** The verifier of batches of one block of this size. */
export async function readVerifier({ reader, address }: L1Rollup, slots: SoloSize): Promise<Address> {
  const { verifier } = await reader.readContract({
    address,
    abi: rollupAbi,
    functionName: "circuit",
    args: [LAST_CIRCUIT_TYPE[`solo${slots}`]],
  });
  return verifier;
}
