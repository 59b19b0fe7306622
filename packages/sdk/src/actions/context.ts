import type { L1ErrorCode, SendingReader } from "@cairn/l1";
import { addressToBigint, bigintToAddress, CairnError, type Domain } from "@cairn/protocol";
import type { Address } from "viem";
import { getChainId } from "viem/actions";
import { createNodeClient, type NodeClient } from "../client.ts";
import { sdkError } from "../errors.ts";
import type { Signer } from "../signers/signer.ts";
import type { RequestStorage } from "../storage/storage.ts";
import { type BaseClient, readerOver } from "./reader.ts";

/** A viem client that knows a rollup: what every action takes. */
export type CairnClient = BaseClient & { readonly cairn: CairnContext };

/** Settings of {@link cairn}. */
export interface CairnConfig {
  /** The rollup's contract on the client's chain. */
  readonly rollup: string;
  /** The node's URL or a client of it; null to do without: deposits to new accounts, forced withdrawals, leaving. */
  readonly node: string | NodeClient | null;
  /** Signs on L2; null for those who only use L1. */
  readonly signer?: Signer | null;
  /** Keeps requests between signature and result. Nothing is sent without one. */
  readonly storage?: RequestStorage | null;
  /** L1 address that owns the L2 accounts; the client's account by default. */
  readonly owner?: string;
  /** Clock, in seconds, for the validity of signatures. */
  readonly nowSeconds?: () => number;
}

/** L1 as actions see it. */
export interface L1Connection {
  readonly reader: SendingReader;
  /** The rollup. */
  readonly address: Address;
  readonly domain: Domain;
}

/** What actions find in the client. */
export interface CairnContext {
  readonly rollup: Address;
  readonly nowSeconds: () => number;
  /**
   * L1, once it has said which chain it is. Throws `sdk/wrong-rollup` when that is not the client's chain,
   * `l1/unavailable`.
   */
  readonly l1: () => Promise<L1Connection>;
  /**
   * The node, once it has said that it serves this rollup. Throws `sdk/no-node`, `sdk/wrong-rollup`, and as the
   * client's reads do.
   */
  readonly node: () => Promise<NodeClient>;
  readonly hasNode: boolean;
  /** Where the node is, as its client says; null without one. Nothing has been asked of it yet. */
  readonly nodeUrl: string | null;
  /** Throws `sdk/no-signer`. */
  readonly signer: () => Signer;
  readonly hasSigner: boolean;
  /** Throws `sdk/no-storage`. */
  readonly storage: () => RequestStorage;
  readonly hasStorage: boolean;
  /** The L2 accounts' owner. Throws `sdk/no-account`. */
  readonly owner: () => Address;
}

/**
 * Tells a viem client about a rollup, without adding actions: `deposit(client, …)` and the others are functions that a
 * bundler keeps only where they are called. Throws `protocol/bad-address`, and as `createNodeClient`.
 *
 * @example
 * const client = createClient({ account, transport: http() }).extend(cairn({ rollup, node: url, signer, storage }));
 * const handle = await deposit(client, { amount: 10n ** 18n });
 */
export function cairn(config: CairnConfig): (client: BaseClient) => { readonly cairn: CairnContext } {
  const rollup = bigintToAddress(addressToBigint(config.rollup));
  const nodeClient = typeof config.node === "string" ? createNodeClient({ url: config.node }) : config.node;
  const owner = config.owner === undefined ? null : bigintToAddress(addressToBigint(config.owner));
  return (client) => {
    const l1 = once(() => connect(client, rollup));
    const node = once(async () => {
      if (nodeClient === null) throw sdkError("sdk/no-node", "this needs a node, and none was given");
      await assertServes(nodeClient, (await l1()).domain);
      return nodeClient;
    });
    return {
      cairn: {
        rollup,
        nowSeconds: config.nowSeconds ?? (() => Math.floor(Date.now() / 1000)),
        l1,
        node,
        hasNode: nodeClient !== null,
        nodeUrl: nodeClient?.url ?? null,
        signer: () => {
          if (config.signer) return config.signer;
          throw sdkError("sdk/no-signer", "this needs an L2 key: give cairnActions a signer");
        },
        hasSigner: Boolean(config.signer),
        storage: () => {
          if (config.storage) return config.storage;
          throw sdkError("sdk/no-storage", "nothing is sent without a storage, which keeps it from being paid twice");
        },
        hasStorage: Boolean(config.storage),
        owner: () => {
          const found = owner ?? client.account?.address;
          if (found !== undefined) return found;
          throw sdkError("sdk/no-account", "whose accounts? The client has no L1 account, and no owner was given");
        },
      },
    };
  };
}

async function connect(client: BaseClient, address: Address): Promise<L1Connection> {
  const chainId = await getChainId(client).catch((cause: unknown) => {
    throw new CairnError<L1ErrorCode>("l1/unavailable", "L1 does not say which chain it is", { cause });
  });
  const expected = client.chain?.id;
  if (expected !== undefined && expected !== chainId) {
    throw sdkError("sdk/wrong-rollup", `L1 is chain ${chainId}, but the client is for chain ${expected}`, {
      details: { chainId, expected },
    });
  }
  return {
    reader: readerOver(client, chainId, address),
    address,
    domain: { chainId: BigInt(chainId), rollup: addressToBigint(address) },
  };
}

async function assertServes(node: NodeClient, { chainId, rollup }: Domain): Promise<void> {
  const served = await node.rollup();
  const isChain = BigInt(served.chainId) === chainId;
  if (isChain && addressToBigint(served.rollup) === rollup) return;
  const problem = isChain
    ? `the node serves ${served.rollup}, not ${bigintToAddress(rollup)}`
    : `L1 is chain ${chainId}, but the node serves a rollup on chain ${served.chainId}`;
  // Not as a chain to switch to: that the node names it is no reason to.
  throw sdkError("sdk/wrong-rollup", problem, {
    details: { nodeUrl: node.url, rollup: served.rollup, chainId: served.chainId },
  });
}

/** Remembers a success, and tries again after a failure. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | null = null;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = null;
      throw error;
    });
    return done;
  };
}
