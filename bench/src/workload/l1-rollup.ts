import type { ProvingCircuit, SoloCircuit } from "@cairn/circuits";
import { KEY_ENTROPY_BYTES, publicKeyFromSecret, secretKeyFromBytes } from "@cairn/crypto";
import {
  type DevRollup,
  type DevToken,
  loadProver,
  type ProvenSoloBatch,
  type SealedBlock,
  startDevRollup,
} from "@cairn/devnet";
import {
  depositEth,
  depositToken,
  type L1Wallet,
  readQueue,
  requestWithdraw,
  rollupDomain,
  submitBatch,
} from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  CairnError,
  FIRST_ACCOUNT_INDEX,
  type L1Operation,
  type SoloSize,
  tokenId,
} from "@cairn/protocol";
import type { Person } from "@cairn/testkit";
import type { BlockBuilder } from "@cairn/vm";
import type { BenchErrorCode } from "../errors.ts";
import { type BlockChain, createBlockChain } from "./block-chain.ts";
import { type BlockKind, type FillContext, fillBlock, l1OperationsOf } from "./content.ts";
import { createFastCrypto } from "./crypto.ts";
import type { Parties, Party } from "./parties.ts";

/** Smallest units that everyone starts with. */
const DEPOSIT = 10n ** 20n;
/** Positions of the parties' wallets among those of the development L1; 0 is the operator. */
const WALLET = { alice: 1, bob: 2 } as const;

/** A proven block, and the time from the filled block to its proof. */
export interface ProvenBlock {
  readonly sealed: SealedBlock;
  readonly batch: ProvenSoloBatch;
  readonly seconds: number;
}

/** A rollup on its own development L1 where the parties have accounts, with everything needed for proving. */
export interface L1BenchRollup {
  readonly devnet: DevRollup;
  readonly token: DevToken;
  readonly parties: Parties;
  readonly operator: L1Wallet;
  /** Alice, who sends all L1 operations of filled blocks. */
  readonly alice: L1Wallet;
  /** A block on the current state with the waiting L1 operations, and what is needed to fill it further. */
  open(slots: SoloSize): Promise<{ readonly builder: BlockBuilder; readonly context: FillContext }>;
  /** Sends the L1 operations that a block of this kind consumes, then fills one. Throws `bench/not-included`. */
  fill(kind: BlockKind, slots: SoloSize): Promise<BlockBuilder>;
  /** Seals, applies and proves a block; its batch must be submitted before the next block is opened. */
  prove(builder: BlockBuilder): Promise<ProvenBlock>;
  stop(): Promise<void>;
}

/** What {@link startL1BenchRollup} needs. */
export interface L1BenchRollupOptions {
  readonly cacheDir: string;
  /** Block sizes that will be proven; the first one carries the opening deposits. */
  readonly sizes: readonly SoloSize[];
}

/** Starts an L1, deploys, and gives everyone money with a first batch. Throws as its parts do. */
export async function startL1BenchRollup({ cacheDir, sizes }: L1BenchRollupOptions): Promise<L1BenchRollup> {
  const crypto = await createFastCrypto();
  const circuits = new Map<number, ProvingCircuit<SoloCircuit>>();
  for (const slots of sizes) circuits.set(slots, await loadProver(cacheDir, slots));
  const devnet = await startDevRollup({ cacheDir, sizes });
  try {
    const token = await devnet.createToken("USD", 6);
    const chain = createBlockChain(devnet, crypto);
    const parties = createParties(devnet, token);
    const rollup = createRollup({ devnet, token, chain, parties, circuits, crypto });
    await depositOpeningMoney(rollup);
    await submitOpeningBatch(rollup, sizes);
    return rollup;
  } catch (error) {
    await devnet.stop();
    throw error;
  }
}

function createRollup(parts: {
  readonly devnet: DevRollup;
  readonly token: DevToken;
  readonly chain: BlockChain;
  readonly parties: Parties;
  /** By block size. */
  readonly circuits: ReadonlyMap<number, ProvingCircuit<SoloCircuit>>;
  readonly crypto: FillContext["crypto"];
}): L1BenchRollup {
  const { devnet, token, chain, parties, circuits, crypto } = parts;
  const alice = devnet.wallet(WALLET.alice);
  const domain = rollupDomain(devnet.rollup);
  let queuePosition = 0;

  const open: L1BenchRollup["open"] = async (slots) => {
    const queued = await readQueue(devnet.rollup, queuePosition);
    queuePosition += queued.length;
    const { builder, timestamp } = await chain.open({
      slots,
      l1Operations: queued.map(({ operation }) => operation),
      feeAccounts: [parties.operator.index],
    });
    return { builder, context: { parties, domain, timestamp, crypto } };
  };

  return {
    devnet,
    token,
    parties,
    operator: devnet.wallet(0),
    alice,
    open,
    fill: async (kind, slots) => {
      for (const operation of l1OperationsOf(kind, slots, chain.nextIndex(), parties.alice)) {
        await sendL1Operation(devnet, alice, operation);
      }
      const { builder, context } = await open(slots);
      fillBlock(builder, kind, [], context);
      return builder;
    },
    prove: async (builder) => {
      const startMs = performance.now();
      const sealed = chain.seal(builder);
      const { slotCount } = sealed.executed;
      const circuit = circuits.get(slotCount);
      if (circuit === undefined) {
        throw new CairnError<BenchErrorCode>("bench/bad-option", `no circuit of ${slotCount} slots was loaded`);
      }
      const batch = await chain.prove(circuit, sealed);
      return { sealed, batch, seconds: (performance.now() - startMs) / 1000 };
    },
    stop: devnet.stop,
  };
}
/** Everyone's accounts in the order in which {@link depositOpeningMoney} creates them. */
function createParties(devnet: DevRollup, token: DevToken): Parties {
  const [operator, alice, bob] = [
    ownerOf(devnet.wallet(0), 1),
    ownerOf(devnet.wallet(WALLET.alice), 2),
    ownerOf(devnet.wallet(WALLET.bob), 3),
  ];
  const party = (person: Person, position: number, of = tokenId(0)): Party => ({
    person,
    index: accountIndex(FIRST_ACCOUNT_INDEX + position),
    tokenId: of,
  });
  return {
    operator: party(operator, 0),
    alice: party(alice, 1),
    bob: party(bob, 2),
    aliceToken: party(alice, 3, token.id),
  };
}

/** The owner of a wallet with an easily guessed key. */
export function ownerOf(wallet: L1Wallet, seed: number): Person {
  const secretKey = secretKeyFromBytes(new Uint8Array(KEY_ENTROPY_BYTES).fill(seed));
  const owner = addressToBigint(wallet.account.address);
  return { name: wallet.account.address, owner, secretKey, key: publicKeyFromSecret(secretKey) };
}

async function depositOpeningMoney({ devnet, token, parties }: L1BenchRollup): Promise<void> {
  const { operator, alice, bob, aliceToken } = parties;
  const target = ({ person }: Party) => ({ owner: person.owner, index: accountIndex(0), key: person.key });
  const wallet = devnet.wallet(WALLET.alice);
  await depositEth(devnet.rollup, devnet.wallet(0), DEPOSIT, target(operator));
  await depositEth(devnet.rollup, wallet, DEPOSIT, target(alice));
  await depositEth(devnet.rollup, devnet.wallet(WALLET.bob), DEPOSIT, target(bob));
  await devnet.mint(token, wallet.account.address, 2n * DEPOSIT);
  await depositToken(devnet.rollup, wallet, token.id, DEPOSIT, target(aliceToken));
}

async function submitOpeningBatch(rollup: L1BenchRollup, sizes: readonly SoloSize[]): Promise<void> {
  const [slots] = sizes;
  if (slots === undefined) throw new CairnError<BenchErrorCode>("bench/bad-option", "no block size");
  const { batch } = await rollup.prove(await rollup.fill("empty", slots));
  await submitBatch(rollup.devnet.rollup, rollup.operator, batch);
}

async function sendL1Operation({ rollup }: DevRollup, wallet: L1Wallet, operation: L1Operation): Promise<void> {
  if (operation.type === "deposit") {
    const { owner, index, key, amount } = operation;
    await depositEth(rollup, wallet, amount, { owner, index, key });
  } else if (operation.type === "forcedWithdraw") {
    await requestWithdraw(rollup, wallet, operation.index);
  }
}
