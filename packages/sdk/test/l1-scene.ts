import { readFileSync } from "node:fs";
import { rollupAbi } from "@cairn/contracts";
import { buildCached } from "@cairn/contracts/build";
import { anvilKey } from "@cairn/devnet";
import { startUnprovenRollup, TEST_CACHE_DIR, type UnprovenRollup } from "@cairn/devnet/testing";
import { personOf } from "@cairn/testkit";
import {
  type Account,
  type Address,
  type Client,
  createClient,
  encodeFunctionData,
  erc20Abi,
  getContractAddress,
  http,
  parseAbi,
  type Transport,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type CairnActions, cairnActions, memoryStorage, type RequestStorage, secretSigner } from "../src/index.ts";

/** How a person's L1 account signs: with a key at hand, or through a wallet that signs and sends in one. */
export type AccountKind = "local" | "wallet";

/** Options of a client. */
export interface ClientOptions {
  readonly storage?: RequestStorage | null;
  readonly kind?: AccountKind;
  readonly transport?: Transport;
  readonly node?: string | null;
}

/** A client with every action. */
export type TestClient = Client<Transport, undefined, Account> & CairnActions;

/** A rollup on a real L1 with stand-in proofs, and clients for anvil's people. No node runs. */
export interface L1Scene extends UnprovenRollup {
  readonly connect: (position: number, options?: ClientOptions) => TestClient;
  /** Deploys a token of the contracts' tests, and registers it. */
  readonly deployToken: (file: "OddTokens" | "FeeTakingToken", name: string) => Promise<Address>;
  readonly mint: (token: Address, position: number, amount: bigint) => Promise<void>;
  readonly allowance: (token: Address, position: number) => Promise<bigint>;
  /** Queue entries ever made. */
  readonly entries: () => Promise<number>;
}

const mintAbi = parseAbi(["function mint(address account, uint256 amount)"]);

/** Starts it. */
export async function startL1Scene(): Promise<L1Scene> {
  const live = await startUnprovenRollup();
  const { rollup, devnet } = live;
  const { reader, address } = rollup;
  const deployer = devnet.wallet(8);

  const send = async (to: Address | null, data: `0x${string}`): Promise<void> => {
    const hash = await deployer.sendTransaction(to === null ? { data } : { to, data });
    await reader.waitForTransactionReceipt({ hash });
  };

  return {
    ...live,
    connect: (position, { storage = memoryStorage(), kind = "local", transport, node = null } = {}) => {
      const local = privateKeyToAccount(anvilKey(position));
      const account: Account | Address = kind === "local" ? local : local.address;
      const signer = secretSigner(personOf(`sdk ${position}`).secretKey);
      const config = { rollup: address, node, signer, storage };
      const base = { account, transport: transport ?? http(devnet.rpcUrl), pollingInterval: 50 };
      return createClient<Transport, undefined, Account>({ ...base, account: account as Account }).extend(
        cairnActions(config),
      );
    },
    deployToken: async (file, name) => {
      const source = `test/tokens/${file}.sol`;
      const content = readFileSync(new URL(`../../contracts/${source}`, import.meta.url), "utf8");
      const target = { sources: { [source]: content }, path: source, name };
      const settings = { optimizerRuns: 200, evmVersion: "cancun" };
      const { artefact } = await buildCached(TEST_CACHE_DIR, { ...target, settings });
      const from = deployer.account.address;
      const nonce = await reader.getTransactionCount({ address: from });
      await send(null, artefact.bytecode);
      const token = getContractAddress({ from, nonce: BigInt(nonce) });
      const data = encodeFunctionData({ abi: rollupAbi, functionName: "registerToken", args: [token] });
      await send(address, data);
      return token;
    },
    mint: (token, position, amount) => {
      const args = [devnet.wallet(position).account.address, amount] as const;
      return send(token, encodeFunctionData({ abi: mintAbi, functionName: "mint", args }));
    },
    allowance: (token, position) => {
      const args = [devnet.wallet(position).account.address, address] as const;
      return reader.readContract({ address: token, abi: erc20Abi, functionName: "allowance", args });
    },
    entries: async () => {
      const state = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
      return Number(state.queueTail);
    },
  };
}
