import { rollupAbi } from "@cairn/contracts";
import { connectReader, connectWallet, type L1Rollup, type L1Wallet, readChainId } from "@cairn/l1";
import { addressToBigint, type Domain, redactUrl } from "@cairn/protocol";
import { createNodeClient, type NodeClient } from "@cairn/sdk";
import type { Address, LocalAccount } from "viem";
import { parseAddress } from "./address.ts";
import { cliError } from "./errors.ts";
import { defaultProfilePath, type Profile, readProfile } from "./profile.ts";
import type { Terminal } from "./terminal.ts";

/** What `version()` of the contract answers. */
const ROLLUP_VERSION = 2n;

/** Options that locate L1, node and rollup. */
export interface NetworkOptions {
  readonly profile?: string;
  readonly l1RpcUrl?: string;
  readonly nodeUrl?: string;
  readonly rollup?: string;
  readonly chainId?: string;
}

/** Locations: flags win over variables, variables over the profile, which counts only for its own rollup. */
export interface Network {
  readonly profilePath: string;
  readonly profile: Profile | null;
  /** Throws `cli/not-configured`. */
  readonly l1RpcUrl: () => string;
  /** Throws `cli/not-configured`. */
  readonly nodeUrl: () => string;
  /** Never taken from a node: it would decide where money goes. Throws `cli/not-configured`, `cli/bad-address`. */
  readonly rollup: () => Address;
  /** As given, else as reported by L1. Throws `cli/not-configured`, `cli/l1-unreachable`. */
  readonly chainId: () => Promise<number>;
  /** Whether an L1 node is named. */
  readonly hasL1: () => boolean;
  /** Whether a node is named. */
  readonly hasNode: () => boolean;
  /** Whether a rollup is named, and its chain is named or can be queried. */
  readonly hasRollup: () => boolean;
  /** What signatures are bound to. Throws as `rollup` and `chainId`. */
  readonly domain: () => Promise<Domain>;
  /**
   * The rollup on an L1 that serves the expected chain and has a contract there. Throws `cli/wrong-chain`, and like the
   * others.
   */
  readonly l1: () => Promise<L1Rollup>;
  /** Sends on L1 as an account. Throws as `l1`. */
  readonly l1Wallet: (account: LocalAccount) => Promise<L1Wallet>;
  /** Client of the node. Throws `cli/not-configured`. */
  readonly node: () => NodeClient;
}

/** Reads the profile; everything else happens on demand. Throws `cli/bad-profile`, `cli/usage`. */
export function createNetwork(options: NetworkOptions, terminal: Pick<Terminal, "env">): Network {
  const { env } = terminal;
  const profilePath = options.profile ?? defaultProfilePath(terminal);
  const stored = readProfile(profilePath);
  if (stored === null && options.profile !== undefined) {
    throw cliError("cli/bad-profile", `${profilePath} does not exist`, { details: { path: profilePath } });
  }
  const written = (option: string | undefined, variable: string) => option ?? (env[variable] || undefined);
  const otherRollup = written(options.rollup, "CAIRN_ROLLUP");
  // Tokens, chain and accounts of a profile belong to its rollup and would mislead for another one.
  const isOther = otherRollup !== undefined && otherRollup.toLowerCase() !== stored?.rollup.toLowerCase();
  const profile = isOther ? null : stored;
  const find = {
    l1RpcUrl: () => written(options.l1RpcUrl, "CAIRN_L1_RPC_URL") ?? profile?.l1RpcUrl,
    nodeUrl: () => written(options.nodeUrl, "CAIRN_NODE_URL") ?? profile?.nodeUrl,
    rollup: () => otherRollup ?? profile?.rollup,
  };
  const needed = (name: keyof typeof find, flag: string, variable: string): string => {
    const value = find[name]();
    if (value !== undefined) return value;
    throw cliError("cli/not-configured", `${flag} or ${variable} is required; ${profilePath} has no value either`, {
      details: { flag, variable, profile: profilePath },
    });
  };
  const hasL1 = () => find.l1RpcUrl() !== undefined;
  const hasNode = () => find.nodeUrl() !== undefined;
  const hasRollup = () => find.rollup() !== undefined && (givenChainId() !== null || hasL1());
  const l1RpcUrl = once(() => httpUrl(needed("l1RpcUrl", "--l1-rpc-url", "CAIRN_L1_RPC_URL"), "--l1-rpc-url"));
  const nodeUrl = once(() => {
    const url = httpUrl(needed("nodeUrl", "--node-url", "CAIRN_NODE_URL"), "--node-url");
    const { username, password } = new URL(url);
    if (username === "" && password === "") return url;
    throw cliError("cli/usage", `--node-url contains a user or password, which no node uses: ${redactUrl(url)}`);
  });
  const rollup = once(() => parseAddress(needed("rollup", "--rollup", "CAIRN_ROLLUP")));
  const givenChainId = once((): number | null => {
    const text = written(options.chainId, "CAIRN_CHAIN_ID");
    if (text === undefined) return profile?.chainId ?? null;
    if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
    throw cliError("cli/usage", `--chain-id is not a whole number: ${text.slice(0, 40)}`);
  });
  const chainId = once(async () => givenChainId() ?? (await askChainId(l1RpcUrl())));
  const domain = once(async () => ({ chainId: BigInt(await chainId()), rollup: addressToBigint(rollup()) }));
  const l1 = once(async () => connectRollup(l1RpcUrl(), givenChainId(), rollup()));
  const l1Wallet = async (account: LocalAccount) => {
    const { reader } = await l1();
    return connectWallet(l1RpcUrl(), reader.chain.id, account);
  };
  const node = once(() => createNodeClient({ url: nodeUrl() }));
  return {
    profilePath,
    profile,
    l1RpcUrl,
    nodeUrl,
    rollup,
    chainId,
    hasL1,
    hasNode,
    hasRollup,
    domain,
    l1,
    l1Wallet,
    node,
  };
}

/** Chain that an L1 node serves. Throws `cli/l1-unreachable`. */
export async function askChainId(rpcUrl: string): Promise<number> {
  try {
    return await readChainId(rpcUrl, { retryCount: 1, timeoutMs: 10_000 });
  } catch (cause) {
    const shown = redactUrl(rpcUrl);
    throw cliError("cli/l1-unreachable", `no L1 node answers at ${shown}`, { cause, details: { l1RpcUrl: shown } });
  }
}

async function connectRollup(rpcUrl: string, expected: number | null, address: Address): Promise<L1Rollup> {
  const actual = await askChainId(rpcUrl);
  if (expected !== null && expected !== actual) {
    throw cliError("cli/wrong-chain", `${redactUrl(rpcUrl)} serves chain ${actual}, expected ${expected}`, {
      details: { expected, actual },
    });
  }
  const reader = connectReader(rpcUrl, actual);
  const details = { rollup: address, chainId: actual };
  let version: bigint;
  try {
    version = await reader.readContract({ address, abi: rollupAbi, functionName: "version" });
  } catch (cause) {
    throw cliError("cli/wrong-chain", `no Cairn rollup of version 2 at ${address} on chain ${actual}`, {
      cause,
      details,
    });
  }
  if (version === ROLLUP_VERSION) return { reader, address };
  const found = `the rollup at ${address} on chain ${actual} is of version ${version}`;
  throw cliError("cli/wrong-chain", `${found}, this command is for version ${ROLLUP_VERSION}`, { details });
}

function httpUrl(text: string, flag: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw cliError("cli/usage", `${flag} is not an http or https URL: ${redactUrl(text)}`);
}

function once<T>(compute: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: compute() };
    return made.value;
  };
}
