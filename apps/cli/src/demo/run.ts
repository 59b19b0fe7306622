import { createBlobKzg } from "@cairn/blobs";
import { soloCircuit } from "@cairn/circuits";
import { type Compress, GENESIS_CHAINS } from "@cairn/crypto";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import { type DevRollup, startDevRollup } from "@cairn/devnet";
import { createBeaconSource } from "@cairn/l1";
import { accountIndex, bigintToHex, FIRST_ACCOUNT_INDEX, type SoloSize, type TokenId } from "@cairn/protocol";
import { restoreRollup } from "@cairn/restore";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { type Cargo, carryBatch, sealCargo } from "./batch.ts";
import { type Carrier, loadJoiningCarrier, loadSoloCarrier } from "./carrier.ts";
import { createCast, type Player } from "./cast.ts";
import { compare, compareRoots, createComparison } from "./checks.ts";
import {
  createStepPrinter,
  describeReceipt,
  formatOwner,
  type Print,
  printAccounts,
  printArrival,
  printLeaf,
  printVerdict,
} from "./print.ts";
import type { AccountReport, BatchReport, DemoReport, PayoutReport } from "./report.ts";
import { AGGREGATE_CHAPTERS, CHAPTERS, USD_DECIMALS } from "./scenario.ts";
import { createStory } from "./story.ts";

const ETH_DECIMALS = 18;

/** Settings of the demo. */
export interface DemoOptions {
  readonly slots: SoloSize;
  /** Whether two blocks at a time go to L1 under one recursive proof, their data in a blob. */
  readonly isAggregating: boolean;
  /** Folder with the results of the set-up. */
  readonly cacheDir: string;
  readonly print: Print;
}

/**
 * Takes real accounts through the life of the rollup on a fresh L1: deposits, transfers, a swap, withdrawals, proofs,
 * payouts. Throws `demo/difference` when node, reference model and L1 disagree about anything, and what its parts
 * throw.
 */
export async function runDemo({ slots, isAggregating, cacheDir, print }: DemoOptions): Promise<DemoReport> {
  const startMs = performance.now();
  const elapsed = () => (performance.now() - startMs) / 1000;
  print(`Cairn: a ZK-rollup from deposit to payout, blocks of ${slots} slots.`);
  print();
  const compress = await createFastCompress();
  const verifier = await createFastSignatureVerifier();
  const load = isAggregating ? loadJoiningCarrier : loadSoloCarrier;
  const loaded = await load(cacheDir, slots);
  const devnet = await startDevRollup({ cacheDir, ...(isAggregating ? JOINING : { sizes: [slots] }) });
  try {
    const token = await devnet.createToken("USD", USD_DECIMALS);
    const players = await createCast(devnet);
    const tree = createStateTree({ store: createMemoryStore(), compress });
    const { rollup } = devnet;
    print(`L1 (anvil, chain ${rollup.reader.chain.id}) runs at ${devnet.rpcUrl}`);
    print(`  rollup    ${rollup.address}`);
    const verifierAddress = devnet.verifiers.get(isAggregating ? "pair" : soloCircuit(slots)) ?? "";
    print(`  verifier  ${verifierAddress} (development SRS)`);
    print(`  policy    ${devnet.policy}, which names the operator`);
    print(`  USD       ${token.address}, token ${token.id}`);
    print("An account is one leaf of a 4-ary tree of depth 12; its key is the x of a point on the Grumpkin curve.");
    const setup = elapsed();

    const tokenName = (id: TokenId) => (id === token.id ? token.symbol : "ETH");
    const decimalsOf = (name: string) => (name === token.symbol ? token.decimals : ETH_DECIMALS);
    const stage = { devnet, token, players, tree, slots, compress, verifySignature: verifier.verify };
    const story = createStory(stage);
    const comparison = createComparison(rollup, tree);
    const carrier: Carrier = loaded(devnet, compress);
    const batches: BatchReport[] = [];
    const payouts: PayoutReport[] = [];
    let chains = GENESIS_CHAINS;
    let cargo: Cargo[] = [];
    const chapters = isAggregating ? AGGREGATE_CHAPTERS : CHAPTERS;
    for (const [i, chapter] of chapters.entries()) {
      print();
      print(`${i + 1}. ${chapter.title}`);
      print(`  ${chapter.explanation}`);
      const played = await story.play(chapter, (text, receipt) =>
        print(`  - ${text}${receipt === null ? "" : `   (${describeReceipt(receipt)})`}`),
      );
      const sealed = sealCargo(played, { tree, chains, compress });
      chains = sealed.sealed.chains;
      print(`  Block ${i + 1} is sealed: its changes are in the tree.`);
      comparison.follow(played.model, sealed.sealed.executed);
      print("    every account and payout equals the reference model");
      cargo = [...cargo, sealed];
      if (cargo.length < carrier.blocks) continue;
      const batch = await carryBatch({ devnet, carrier, compress, tokenName }, cargo, createStepPrinter(print));
      cargo = [];
      printArrival(print, batch, decimalsOf);
      batches.push(batch.report);
      payouts.push(...batch.payouts);
    }

    const accounts = listAccounts(tree, players, tokenName);
    print();
    print("Balances on L2");
    printAccounts(print, accounts, decimalsOf);
    print();
    printLeaf(print, tree, compress);
    print();
    const roots = await compareRoots(rollup, tree);
    await compareRestored(devnet, tree, compress);
    const report: DemoReport = {
      ok: true,
      l1: {
        chainId: rollup.reader.chain.id,
        rollup: rollup.address,
        verifier: verifierAddress,
        receipts: devnet.receipts,
      },
      accounts,
      batches,
      payouts,
      restored: true,
      roots,
      seconds: { setup, total: elapsed() },
    };
    printVerdict(print, report);
    return report;
  } finally {
    await devnet.stop();
  }
}

/** A rollup that accepts nothing but batches of two proofs. */
const JOINING = { sizes: [], isBatching: ["pair"] } as const;

/** Rebuilds the state from L1 and its blobs. Throws `demo/difference` unless it is that of the tree. */
async function compareRestored({ rollup, rpcUrl }: DevRollup, tree: StateTree, compress: Compress): Promise<void> {
  const beacon = createBeaconSource({ url: rpcUrl, slots: { type: "number" } });
  const blobs = { sources: [beacon], kzg: createBlobKzg() };
  const { position } = await restoreRollup({ store: createMemoryStore(), compress, rollup, blobs });
  compare("restored state root", bigintToHex(tree.root(), 32), bigintToHex(position.root, 32));
}

function listAccounts(
  tree: StateTree,
  players: ReadonlyMap<string, Player>,
  tokenName: (id: TokenId) => string,
): AccountReport[] {
  const names = new Map([...players.values()].reverse().map(({ owner, name }) => [owner, name]));
  return Array.from({ length: tree.nextIndex() - FIRST_ACCOUNT_INDEX }, (_, i) => {
    const index = accountIndex(FIRST_ACCOUNT_INDEX + i);
    const { owner, tokenId, balance } = tree.getAccount(index);
    return {
      name: names.get(owner) ?? "",
      owner: formatOwner(owner),
      index,
      token: tokenName(tokenId),
      balance: balance.toString(),
    };
  });
}
