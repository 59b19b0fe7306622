import { countGates, soloCircuit } from "@cairn/circuits";
import { GENESIS_CHAINS } from "@cairn/crypto";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import { loadProver, startDevRollup } from "@cairn/devnet";
import { accountIndex, type BlockSize, FIRST_ACCOUNT_INDEX, type TokenId } from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { carryBatch } from "./batch.ts";
import { createCast, type Player } from "./cast.ts";
import { compareRoots, createComparison } from "./checks.ts";
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
import { CHAPTERS, USD_DECIMALS } from "./scenario.ts";
import { createStory } from "./story.ts";

const ETH_DECIMALS = 18;

/** Settings of the demo. */
export interface DemoOptions {
  readonly slots: BlockSize;
  /** Folder with the results of the set-up. */
  readonly cacheDir: string;
  readonly print: Print;
}

/**
 * Takes real accounts through the life of the rollup on a fresh L1: deposits, transfers, a swap, withdrawals, proofs,
 * payouts. Throws `demo/difference` when node, reference model and L1 disagree about anything, and what its parts
 * throw.
 */
export async function runDemo({ slots, cacheDir, print }: DemoOptions): Promise<DemoReport> {
  const startMs = performance.now();
  const elapsed = () => (performance.now() - startMs) / 1000;
  print(`Cairn: a ZK-rollup from deposit to payout, blocks of ${slots} slots.`);
  print();
  const compress = await createFastCompress();
  const verifier = await createFastSignatureVerifier();
  const circuit = await loadProver(cacheDir, slots);
  const { gates } = await countGates(circuit.program.path);
  const devnet = await startDevRollup({ cacheDir, sizes: [slots] });
  try {
    const token = await devnet.createToken("USD", USD_DECIMALS);
    const players = await createCast(devnet);
    const tree = createStateTree({ store: createMemoryStore(), compress });
    const { rollup } = devnet;
    print(`L1 (anvil, chain ${rollup.reader.chain.id}) runs at ${devnet.rpcUrl}`);
    print(`  rollup    ${rollup.address}`);
    const verifierAddress = devnet.verifiers.get(soloCircuit(slots)) ?? "";
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
    const carrier = { devnet, tree, circuit, gates, compress, tokenName };
    const batches: BatchReport[] = [];
    const payouts: PayoutReport[] = [];
    let chains = GENESIS_CHAINS;
    for (const [i, chapter] of CHAPTERS.entries()) {
      print();
      print(`${i + 1}. ${chapter.title}`);
      print(`  ${chapter.explanation}`);
      const played = await story.play(chapter, (text, receipt) =>
        print(`  - ${text}${receipt === null ? "" : `   (${describeReceipt(receipt)})`}`),
      );
      print(`  Block ${i + 1} is sealed: its changes are in the tree.`);
      const batch = await carryBatch(carrier, { ...played, chains }, createStepPrinter(print));
      printArrival(print, batch, decimalsOf);
      comparison.follow(played.model, batch.sealed.executed);
      print("    every account and payout equals the reference model");
      chains = batch.sealed.chains;
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
      roots,
      seconds: { setup, total: elapsed() },
    };
    printVerdict(print, report);
    return report;
  } finally {
    await devnet.stop();
  }
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
