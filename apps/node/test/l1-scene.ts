import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rollupAbi } from "@cairn/contracts";
import type { TestDatabases } from "@cairn/db/testing";
import { anvilKey } from "@cairn/devnet";
import { STAND_IN_PROVER, STAND_IN_VERIFIER, standInVerifier } from "@cairn/devnet/testing";
import { rollupDomain } from "@cairn/l1";
import { bigintToAddress, encodeFloat16, encodeFloat40, type L2Transaction, tokenId } from "@cairn/protocol";
import { type RouteResponse, signedTransactionToJson } from "@cairn/rpc";
import { type Person, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { pino } from "pino";
import { type CairnNode, createNode } from "../src/node.ts";
import type { Proving } from "../src/prover/proving.ts";
import { call, createNodeHarness, type NodeHarness } from "./node-harness.ts";

/** Code of a verifier that refuses every proof. */
const REFUSES_ALL = "0x600060005260206000f3";

/** Proves a batch of one block, for a node's prover. */
export type ProveSolo = typeof STAND_IN_PROVER.proveSolo;

/** Makes the stand-in proof, at once. */
export const proveNothing: ProveSolo = STAND_IN_PROVER.proveSolo;

/**
 * A real L1 on which nodes of several operators run, with stand-in proofs, so that blocks are free. It takes batches of one
 * block and of several.
 */
export interface L1Scene {
  readonly harness: NodeHarness;
  readonly l1: (method: string, params?: readonly unknown[]) => Promise<unknown>;
  /** Lets time pass on L1. */
  readonly warp: (seconds: number) => Promise<void>;
  readonly setVerifier: (answer: boolean) => Promise<void>;
  /** Starts a named node with its own database and directory, kept between its lives. */
  readonly begin: (
    name: string,
    change?: Readonly<Record<string, string>>,
    proveSolo?: ProveSolo,
    /** Replaces more of the stand-in prover. */
    proving?: Partial<Proving>,
  ) => Promise<CairnNode>;
  /** Private key of anvil's account at a position; 0 is the operator. */
  readonly keyOf: (position: number) => string;
  /** What the contract reports now. */
  readonly onChain: () => Promise<{ readonly root: string; readonly lastBlock: number; readonly batchCount: number }>;
  readonly stop: () => Promise<void>;
}

export async function createL1Scene(databases: TestDatabases): Promise<L1Scene> {
  await databases.start();
  const harness = await createNodeHarness(undefined, { isBatching: true, verifierOf: standInVerifier });
  const { reader, address } = harness.devnet.rollup;
  const homes = new Map<string, { readonly folder: string; readonly url: string }>();
  const nodes = new Set<CairnNode>();
  const l1 = async (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    const response = await fetch(harness.devnet.rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (answer.error !== undefined) throw new RangeError(`${method}: ${answer.error.message}`);
    return answer.result;
  };
  const setVerifier = async (answer: boolean): Promise<void> => {
    for (const verifier of harness.devnet.verifiers.values()) {
      await l1("anvil_setCode", [verifier, answer ? STAND_IN_VERIFIER : REFUSES_ALL]);
    }
  };
  return {
    harness,
    l1,
    warp: async (seconds) => {
      await l1("evm_increaseTime", [seconds]);
      await l1("evm_mine");
    },
    setVerifier,
    begin: async (name, change = {}, proveSolo = proveNothing, proving = {}) => {
      const home = homes.get(name) ?? {
        folder: mkdtempSync(join(tmpdir(), `cairn-${name}-`)),
        url: await urlOf(databases),
      };
      homes.set(name, home);
      const config = harness.configure({ CAIRN_DATA_DIR: home.folder, DATABASE_URL: home.url, ...change });
      const logger = pino({ level: process.env.CAIRN_LOG_LEVEL ?? "silent", name });
      const node = createNode(config, { ...STAND_IN_PROVER, logger, proveSolo, ...proving });
      await node.start();
      nodes.add(node);
      return node;
    },
    keyOf: anvilKey,
    onChain: async () => {
      const { root, lastBlock, batchCount } = await reader.readContract({
        address,
        abi: rollupAbi,
        functionName: "state",
      });
      return { root, lastBlock: Number(lastBlock), batchCount: Number(batchCount) };
    },
    stop: async () => {
      for (const node of nodes) await node.stop();
      await harness.stop();
      await databases.stop();
      for (const { folder } of homes.values()) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a person does through a node. */
export interface Client {
  readonly index: (person: Person) => Promise<number>;
  readonly balance: (person: Person) => Promise<bigint>;
  readonly transfer: (
    from: Person,
    to: Person,
    nonce: number,
    amount?: bigint,
    fee?: bigint,
  ) => Promise<RouteResponse<"submit">>;
  readonly withdraw: (
    from: Person,
    nonce: number,
    recipient: bigint,
    amount: bigint,
  ) => Promise<RouteResponse<"submit">>;
  readonly transaction: (id: string) => Promise<RouteResponse<"transaction">>;
  readonly rollup: () => Promise<RouteResponse<"rollup">>;
}

/** A client of a node on the scene's rollup. */
export function clientOf(node: CairnNode, { harness }: L1Scene): Client {
  const accountsOf = async ({ owner }: Person) =>
    (await call(node, "accounts", { query: { owner: bigintToAddress(owner) } })).value.accounts;
  const index = async (person: Person): Promise<number> => (await accountsOf(person))[0]?.index ?? 0;
  const common = async (from: Person, nonce: number) => ({
    from: (await index(from)) as L2Transaction["from"],
    nonce,
    tokenId: tokenId(0),
    fee: encodeFloat16(0n),
    validFrom: 0,
    validUntil: 2 ** 32 - 1,
    reference: 0n,
  });
  const submit = async (transaction: L2Transaction, signer: Person) => {
    const signed = signTransaction(transaction, signer, rollupDomain(harness.devnet.rollup), REAL_CRYPTO);
    const { status, value } = await call(node, "submit", { body: { transactions: [signedTransactionToJson(signed)] } });
    if (status !== 200) throw new RangeError(`submission failed: ${status} ${JSON.stringify(value)}`);
    return value;
  };
  return {
    index,
    balance: async (person) => BigInt((await accountsOf(person))[0]?.balance ?? 0),
    transfer: async (from, to, nonce, amount = 1000n, fee = 0n) =>
      submit(
        {
          type: "transfer",
          ...(await common(from, nonce)),
          amount: encodeFloat40(amount),
          fee: encodeFloat16(fee),
          to: (await index(to)) as L2Transaction["from"],
          toOwner: to.owner,
          toKey: to.key,
          link: null,
        },
        from,
      ),
    withdraw: async (from, nonce, recipient, amount) =>
      submit({ type: "withdraw", ...(await common(from, nonce)), amount: encodeFloat40(amount), recipient }, from),
    transaction: async (id) => (await call(node, "transaction", { params: { id } })).value,
    rollup: async () => (await call(node, "rollup")).value,
  };
}

async function urlOf(databases: TestDatabases): Promise<string> {
  const { location } = await databases.create();
  return location.type === "server" ? location.url : "";
}
