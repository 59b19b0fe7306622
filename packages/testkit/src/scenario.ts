import {
  type AccountIndex,
  type BlockSize,
  blockNumber,
  CairnError,
  type Domain,
  type L1Operation,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { type BlockBuilder, createBlockBuilder, type ExecutedBlock } from "@cairn/vm";
import type { TestkitErrorCode } from "./errors.ts";
import type { Person } from "./people.ts";
import { createScenarioBook, type ScenarioBook } from "./scenario-book.ts";
import { type L2Statement, parseScenario, type ScenarioLine, type ScenarioToken } from "./scenario-language.ts";
import type { TestCrypto } from "./test-crypto.ts";

/** A block that a scenario made, and the roots around it. */
export interface ScenarioBlock {
  readonly block: ExecutedBlock;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  readonly l1Operations: readonly L1Operation[];
}

/** Where and with what a scenario runs. */
export interface ScenarioOptions {
  readonly domain: Domain;
  readonly slotCount: BlockSize;
  readonly crypto: TestCrypto;
  /** Timestamp of the first block, in seconds. */
  readonly startTime: number;
  readonly people?: (name: string) => Person;
}

/** A scenario that has run. */
export interface ScenarioResult {
  readonly blocks: readonly ScenarioBlock[];
  readonly tree: StateTree;
  readonly book: ScenarioBook;
}

const SECONDS_BETWEEN_BLOCKS = 12;
const VALIDITY_SECONDS = 7200;

/**
 * Runs a scenario text (see `parseScenario`) from genesis on a state tree in memory. A last `block` is implied when
 * statements follow the last one. Throws `testkit/scenario-syntax`, `testkit/scenario-reference`,
 * `testkit/scenario-failed`.
 */
export function runScenario(text: string, options: ScenarioOptions): ScenarioResult {
  const { domain, slotCount, crypto, startTime } = options;
  const tree = createStateTree({ store: createMemoryStore(), compress: crypto.compress });
  const book = createScenarioBook(options);
  const blocks: ScenarioBlock[] = [];
  let feeAccounts: readonly AccountIndex[] = [];
  let timestamp = startTime;
  let open: { readonly builder: BlockBuilder; readonly l1Operations: L1Operation[] } | null = null;

  const openBlock = () => {
    open ??= {
      builder: createBlockBuilder({
        state: tree,
        domain,
        slotCount,
        blockNumber: blockNumber(blocks.length + 1),
        timestamp,
        feeAccounts,
        verifySignature: crypto.verify,
        compress: crypto.compress,
      }),
      l1Operations: [],
    };
    return open;
  };

  const sealBlock = (): void => {
    const { builder, l1Operations } = openBlock();
    const block = builder.seal();
    const oldRoot = tree.root();
    const newRoot = tree.applyBlock(block.blockNumber, block.updates, block.newNextIndex);
    blocks.push({ block, oldRoot, newRoot, l1Operations });
    timestamp += SECONDS_BETWEEN_BLOCKS;
    open = null;
  };

  const run = (line: ScenarioLine): void => {
    const { statement } = line;
    switch (statement.type) {
      case "deposit":
      case "forceWithdraw":
      case "setKey": {
        const { builder, l1Operations } = openBlock();
        const operation = book.toL1Operation(statement);
        const result = builder.addL1Operation(operation);
        if (result.type === "deferred") throw failed(line, "the block has all its L1 operations");
        l1Operations.push(operation);
        book.record([result.receipt], builder.state);
        return;
      }
      case "fees":
        feeAccounts = statement.tokens.map((token) => book.indexOf(statement.name, token));
        return;
      case "wait":
        timestamp += statement.seconds;
        return;
      case "block":
        sealBlock();
        return;
      case "expect":
        expectBalance(line, statement.name, statement.token, statement.amount);
        return;
      case "rejected":
        expectRejection(line, statement.reason, statement.statement);
        return;
      default: {
        const { builder } = openBlock();
        const result = builder.addGroup(book.toGroup(statement, builder.state, timestamp + VALIDITY_SECONDS));
        if (result.type === "rejected") throw failed(line, `refused: ${result.reason.type}`);
        if (result.type === "deferred") throw failed(line, `the block has no room: ${result.limit}`);
        book.record(result.receipts, builder.state);
      }
    }
  };

  const expectBalance = (line: ScenarioLine, name: string, token: ScenarioToken, amount: bigint): void => {
    const state = open?.builder.state ?? tree;
    const { balance } = state.getAccount(book.indexOf(name, token));
    if (balance !== amount) throw failed(line, `the balance is ${balance}`);
  };

  const expectRejection = (line: ScenarioLine, reason: string, statement: L2Statement): void => {
    const { builder } = openBlock();
    const result = builder.addGroup(book.toGroup(statement, builder.state, timestamp + VALIDITY_SECONDS));
    const outcome = result.type === "rejected" ? result.reason.type : result.type;
    if (outcome !== reason) throw failed(line, `the outcome is ${outcome}`);
  };

  for (const line of parseScenario(text)) run(line);
  if (open !== null) sealBlock();
  return { blocks, tree, book };
}

function failed({ line, text }: ScenarioLine, problem: string): CairnError<TestkitErrorCode> {
  return new CairnError<TestkitErrorCode>("testkit/scenario-failed", `line ${line}: ${problem} after: ${text}`, {
    details: { line },
  });
}
