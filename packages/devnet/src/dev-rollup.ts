import { BATCH_CIRCUITS, type BatchCircuit, soloCircuit } from "@cairn/circuits";
import {
  type CompiledContract,
  DEFAULT_ROLLUP_2_PARAMETERS,
  deployContract,
  deployRollup,
  erc20Abi,
  type RollupParameters,
  rollupAbi,
} from "@cairn/contracts";
import { loadArtefact, loadVerifier } from "@cairn/contracts/artefacts";
import {
  connectReader,
  connectWallet,
  type L1Reader,
  type L1Rollup,
  type L1Wallet,
  sendToContract,
  sendToRollup,
} from "@cairn/l1";
import { type AnvilNode, type AnvilOptions, startAnvil } from "@cairn/l1/anvil";
import { type LastCircuit, type SoloSize, type TokenId, tokenId } from "@cairn/protocol";
import { type Address, encodeFunctionData, type Hex, toHex } from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";

const ANVIL_MNEMONIC = "test test test test test test test test test test test junk";

const anvilKeys = new Map<number, Hex>();

/** Private key of anvil's prefunded account at a position, known to everyone. */
export function anvilKey(position: number): Hex {
  const known = anvilKeys.get(position);
  if (known !== undefined) return known;
  const { privateKey } = mnemonicToAccount(ANVIL_MNEMONIC, { addressIndex: position }).getHdKey();
  const key = toHex(privateKey ?? new Uint8Array());
  // Deriving a key takes two thousand rounds of a hash.
  anvilKeys.set(position, key);
  return key;
}

/** An ERC-20 that anyone may mint, registered with the rollup. */
export interface DevToken {
  readonly id: TokenId;
  readonly address: Address;
  readonly symbol: string;
  readonly decimals: number;
}

/** A rollup on a development chain, with what its deployer can do there. */
export interface DeployedDevRollup {
  readonly rpcUrl: string;
  readonly rollup: L1Rollup;
  /** L1 block that holds the rollup's creation. */
  readonly deploymentBlock: number;
  /** The transaction that created the rollup. */
  readonly deploymentTransaction: Hex;
  /** Verifier of each circuit whose proofs the rollup accepts. */
  readonly verifiers: ReadonlyMap<LastCircuit, Address>;
  /** The `FixedOperator` that says who has precedence; null when submission is open to all. */
  readonly policy: Address | null;
  /** The contract that checks receipts. */
  readonly receipts: Address;
  /** Wallet of anvil's prefunded account at `position`; 0 is the operator. */
  wallet(position: number): L1Wallet;
  /** Deploys and registers a token. */
  createToken(symbol: string, decimals: number): Promise<DevToken>;
  mint(token: DevToken, to: Address, amount: bigint): Promise<void>;
}

/** A rollup on its own anvil. */
export interface DevRollup extends DeployedDevRollup {
  /** Ends anvil. */
  stop(): Promise<void>;
}

/** What {@link deployDevRollup} needs. */
export interface DeployDevRollupOptions {
  /** Folder with the compiled contracts and verifiers. */
  readonly cacheDir: string;
  /** Block sizes of which the rollup accepts batches of one block. */
  readonly sizes: readonly SoloSize[];
  /** Whether it also accepts batches of several blocks: by `pair` and `batch`, or by these. */
  readonly isBatching?: boolean | readonly BatchCircuit[];
  /** Who has precedence: anvil's first account without, nobody with null. */
  readonly operator?: Address | null;
  /** The verifier of a circuit; without, the one over the development SRS as the set-up built it. */
  readonly verifierOf?: (circuit: LastCircuit) => CompiledContract;
  /** Key of who creates rollup and tokens; anvil's first account without. It must have ETH. */
  readonly deployerKey?: Hex;
  /** Differences from the default parameters. */
  readonly parameters?: Partial<RollupParameters>;
}

/** What {@link startDevRollup} needs. */
export interface DevRollupOptions extends DeployDevRollupOptions {
  readonly anvil?: AnvilOptions;
}

/** Starts anvil and deploys a rollup with development verifiers. Throws `l1/node-failed`, `contracts/artefact-missing`, … */
export async function startDevRollup(options: DevRollupOptions): Promise<DevRollup> {
  const anvil = await startAnvil(options.anvil);
  try {
    return { ...(await deployDevRollup(anvil, options)), stop: anvil.stop };
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

/** Deploys a rollup with development verifiers; anvil's first account is its operator. Throws `contracts/artefact-missing`, … */
export async function deployDevRollup(
  { rpcUrl, chainId }: Pick<AnvilNode, "rpcUrl" | "chainId">,
  options: DeployDevRollupOptions,
): Promise<DeployedDevRollup> {
  const reader = connectReader(rpcUrl, chainId);
  const wallet = (position: number): L1Wallet =>
    connectWallet(rpcUrl, chainId, privateKeyToAccount(anvilKey(position)));
  const operator = wallet(0);
  const deployer =
    options.deployerKey === undefined
      ? operator
      : connectWallet(rpcUrl, chainId, privateKeyToAccount(options.deployerKey));
  const clients = { walletClient: deployer, publicClient: reader };
  const { cacheDir, isBatching = false, operator: leader = operator.account.address } = options;
  const { verifierOf = (circuit: LastCircuit) => loadVerifier(cacheDir, circuit, "dev") } = options;
  const circuits: readonly LastCircuit[] = [
    ...options.sizes.map(soloCircuit),
    ...(isBatching === true ? BATCH_CIRCUITS : isBatching || []),
  ];
  const deployment = await deployRollup({
    ...clients,
    rollup: loadArtefact(cacheDir, "Rollup"),
    fixedOperator: leader === null ? null : { contract: loadArtefact(cacheDir, "FixedOperator"), operator: leader },
    verifiers: circuits.map((circuit) => ({ circuit, contract: verifierOf(circuit) })),
    parameters: { ...DEFAULT_ROLLUP_2_PARAMETERS, ...options.parameters },
  });
  const receipts = await deployContract(clients, loadArtefact(cacheDir, "Receipts"), []);
  const rollup: L1Rollup = { reader, address: deployment.rollup };
  return {
    rpcUrl,
    rollup,
    deploymentBlock: Number(deployment.blockNumber),
    deploymentTransaction: deployment.transactionHash,
    verifiers: new Map(deployment.verifiers.map(({ circuit, address }) => [circuit, address])),
    policy: deployment.policy,
    receipts: receipts.address,
    wallet,
    createToken: (symbol, decimals) => createToken(options.cacheDir, rollup, deployer, symbol, decimals),
    mint: (token, to, amount) => mint(reader, deployer, token, to, amount),
  };
}

async function createToken(
  cacheDir: string,
  rollup: L1Rollup,
  deployer: L1Wallet,
  symbol: string,
  decimals: number,
): Promise<DevToken> {
  const clients = { walletClient: deployer, publicClient: rollup.reader };
  const { address } = await deployContract(clients, loadArtefact(cacheDir, "DevToken"), [symbol, symbol, decimals]);
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "registerToken", args: [address] });
  await sendToRollup(rollup, deployer, { name: "registerToken", data });
  const id = await rollup.reader.readContract({
    address: rollup.address,
    abi: rollupAbi,
    functionName: "tokenIdOf",
    args: [address],
  });
  return { id: tokenId(id), address, symbol, decimals };
}

async function mint(reader: L1Reader, minter: L1Wallet, token: DevToken, to: Address, amount: bigint): Promise<void> {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: "mint", args: [to, amount] });
  await sendToContract(reader, minter, { name: "mint", to: token.address, data });
}
