import {
  type BatchCircuit,
  loadCircuit,
  type ProvingCircuit,
  type SoloCircuit,
  soloCircuit,
  writeSolidityVerifier,
} from "@cairn/circuits";
import {
  DEFAULT_ROLLUP_2_PARAMETERS,
  deployContract,
  deployRollup2,
  type Rollup2Deployment,
  type Rollup2Parameters,
  receiptsAbi,
} from "@cairn/contracts";
import { buildCached, rollup2Targets, verifierTarget } from "@cairn/contracts/build";
import { type AnvilOptions, connectReader, connectWallet, type L1Reader, type L1Wallet, startAnvil } from "@cairn/l1";
import { addressToBigint, type BlockSize, CairnError, type Domain, type LastCircuit } from "@cairn/protocol";
import type { Address } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { anvilKey } from "../dev-rollup.ts";
import type { DevnetErrorCode } from "../errors.ts";

type Compiled = Awaited<ReturnType<typeof buildCached>>["artefact"];

/** A rollup of protocol 2 on its own anvil, with the contract that checks receipts. */
export interface DevRollup2 {
  readonly rpcUrl: string;
  readonly reader: L1Reader;
  readonly deployment: Rollup2Deployment;
  readonly domain: Domain;
  readonly receipts: Address;
  /** What was deployed, by the names of the artefacts, and the verifiers by their circuits. */
  readonly compiled: ReadonlyMap<string, Compiled>;
  /** Circuits with their keys, whose proofs the rollup accepts. */
  readonly circuits: ReadonlyMap<SoloCircuit, ProvingCircuit<SoloCircuit>>;
  /** The same, of those for several blocks. */
  readonly batchCircuits: ReadonlyMap<BatchCircuit, ProvingCircuit<BatchCircuit>>;
  /** Wallet of anvil's prefunded account at `position`; 0 is the operator. */
  wallet(position: number): L1Wallet;
  /** Ends anvil. */
  stop(): Promise<void>;
}

/** What {@link startDevRollup2} needs. */
export interface DevRollup2Options {
  /** Folder of compiled circuits, contracts and keys; what is missing there is built. */
  readonly cacheDir: string;
  /** Slots of the solo circuits that the rollup accepts. */
  readonly sizes: readonly BlockSize[];
  /** Circuits for batches of several blocks that it accepts too; none by default. */
  readonly batching?: readonly BatchCircuit[];
  readonly parameters?: Partial<Rollup2Parameters>;
  readonly anvil?: AnvilOptions;
}

/**
 * Starts anvil and deploys a rollup of protocol 2 with verifiers over the development SRS; anvil's first account is its
 * operator. Throws `l1/node-failed`, and as compilers and prover do.
 *
 * @example const devnet = await startDevRollup2({ cacheDir, sizes: [16] });
 */
export async function startDevRollup2({
  cacheDir,
  sizes,
  batching = [],
  parameters,
  anvil: options,
}: DevRollup2Options): Promise<DevRollup2> {
  const circuits = await loadCircuits(cacheDir, sizes.map(soloCircuit));
  const batchCircuits = await loadCircuits(cacheDir, batching);
  const verifiers: { readonly circuit: LastCircuit; readonly contract: Compiled }[] = [];
  for (const circuit of [...circuits.values(), ...batchCircuits.values()]) {
    verifiers.push({ circuit: circuit.name, contract: await compileVerifier(cacheDir, circuit) });
  }
  const contracts = await compileRollup2(cacheDir);
  const contract = (name: string): Compiled => contracts.get(name) ?? raise(`no contract ${name}`);
  const anvil = await startAnvil(options);
  try {
    const reader = connectReader(anvil.rpcUrl, anvil.chainId);
    const wallet = (position: number): L1Wallet =>
      connectWallet(anvil.rpcUrl, anvil.chainId, privateKeyToAccount(anvilKey(position)));
    const operator = wallet(0);
    const clients = { walletClient: operator, publicClient: reader };
    const deployment = await deployRollup2({
      ...clients,
      rollup: contract("2/Rollup"),
      fixedOperator: { contract: contract("2/FixedOperator"), operator: operator.account.address },
      verifiers,
      parameters: { ...DEFAULT_ROLLUP_2_PARAMETERS, ...parameters },
    });
    const { name, bytecode } = contract("2/Receipts");
    const receipts = await deployContract(clients, { name, bytecode, abi: receiptsAbi }, []);
    return {
      rpcUrl: anvil.rpcUrl,
      reader,
      deployment,
      domain: { chainId: BigInt(anvil.chainId), rollup: addressToBigint(deployment.rollup) },
      receipts: receipts.address,
      compiled: new Map([...contracts, ...verifiers.map(({ circuit, contract }) => [circuit, contract] as const)]),
      circuits,
      batchCircuits,
      wallet,
      stop: anvil.stop,
    };
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

async function loadCircuits<Name extends LastCircuit>(
  cacheDir: string,
  names: readonly Name[],
): Promise<ReadonlyMap<Name, ProvingCircuit<Name>>> {
  const loaded = new Map<Name, ProvingCircuit<Name>>();
  for (const name of names) loaded.set(name, await loadCircuit({ name, cacheDir, srs: "dev" }));
  return loaded;
}

async function compileVerifier(cacheDir: string, circuit: ProvingCircuit<LastCircuit>): Promise<Compiled> {
  const { name, key, srs } = circuit;
  const { contractName, source } = await writeSolidityVerifier({ circuit: name, key, srs, cacheDir });
  const target = { ...verifierTarget(contractName, source), name: `2/${contractName}` };
  return (await buildCached(cacheDir, target)).artefact;
}

async function compileRollup2(cacheDir: string): Promise<ReadonlyMap<string, Compiled>> {
  const compiled = new Map<string, Compiled>();
  for (const target of rollup2Targets()) compiled.set(target.name, (await buildCached(cacheDir, target)).artefact);
  return compiled;
}

function raise(reason: string): never {
  throw new CairnError<DevnetErrorCode>("devnet/not-built", reason);
}
