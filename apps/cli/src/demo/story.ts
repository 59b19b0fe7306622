import type { Compress } from "@cairn/crypto";
import type { DevRollup, DevToken } from "@cairn/devnet";
import { readQueue, rollupDomain } from "@cairn/l1";
import {
  type AccountIndex,
  blockNumber,
  CairnError,
  EMPTY_QUEUE_HASH,
  type L1Operation,
  type SoloSize,
  type TransactionGroup,
} from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import {
  createScenarioBook,
  type ModelBlock,
  parseScenario,
  REAL_CRYPTO,
  type ScenarioBook,
  type ScenarioLine,
  type TestCrypto,
} from "@cairn/testkit";
import { type BlockBuilder, createBlockBuilder, type Receipt, type VerifySignature } from "@cairn/vm";
import type { Player } from "./cast.ts";
import type { DemoErrorCode } from "./errors.ts";
import { sendL1Statement } from "./l1-statements.ts";
import type { Chapter } from "./scenario.ts";

const VALIDITY_SECONDS = 7200;

/** Dependencies of the story. */
export interface Stage {
  readonly devnet: DevRollup;
  readonly token: DevToken;
  readonly players: ReadonlyMap<string, Player>;
  readonly tree: StateTree;
  readonly slots: SoloSize;
  readonly compress: Compress;
  readonly verifySignature: VerifySignature;
}

/** A chapter turned into an unsealed block, with what the reference model needs to repeat it. */
export interface PlayedChapter {
  readonly builder: BlockBuilder;
  /** Rolling queue hash after it, 32 bytes. */
  readonly queueHash: Uint8Array;
  readonly model: ModelBlock;
}

/** What happened to one statement, for the reader. */
export type Narrate = (text: string, receipt: Receipt | null) => void;

/** Plays chapters in order. */
export interface Story {
  readonly book: ScenarioBook;
  /**
   * Sends the chapter's L1 transactions, reads the queue back and puts everything into a block. Throws
   * `demo/not-included`.
   */
  play(chapter: Chapter, narrate: Narrate): Promise<PlayedChapter>;
}

/** A story at its start, on genesis. */
export function createStory(stage: Stage): Story {
  const { devnet, token, players, tree, slots, compress } = stage;
  const domain = rollupDomain(devnet.rollup);
  const crypto: TestCrypto = { ...REAL_CRYPTO, compress, verify: stage.verifySignature };
  const book = createScenarioBook({ domain, crypto, people: (name) => playerOf(players, name) });
  let queuePosition = 0;
  let queueHash = EMPTY_QUEUE_HASH;
  let feeAccounts: readonly AccountIndex[] = [];

  const play = async (chapter: Chapter, narrate: Narrate): Promise<PlayedChapter> => {
    const lines = parseScenario(`token ${token.symbol} ${token.id} ${token.decimals}\n${chapter.statements}`);
    await sendAll(lines, narrate);
    const queued = await readQueue(devnet.rollup, queuePosition);
    const { timestamp } = await devnet.rollup.reader.getBlock();
    for (const { statement } of lines) {
      if (statement.type === "fees") feeAccounts = statement.tokens.map((of) => book.indexOf(statement.name, of));
    }
    const builder = createBlockBuilder({
      state: tree,
      domain,
      slotCount: slots,
      blockNumber: blockNumber(tree.blockNumber() + 1),
      timestamp: Number(timestamp),
      feeAccounts,
      verifySignature: stage.verifySignature,
      compress,
    });
    const l1Operations: L1Operation[] = [];
    for (const entry of queued) {
      const result = builder.addL1Operation(entry.operation);
      if (result.type === "deferred") throw notIncluded("an L1 operation", result.limit);
      l1Operations.push(entry.operation);
      book.record([result.receipt], builder.state);
      narrate(`L1 queue entry ${entry.position}: ${entry.operation.type}`, result.receipt);
    }
    const groups = addTransactions(builder, lines, Number(timestamp) + VALIDITY_SECONDS, narrate);
    queuePosition += queued.length;
    queueHash = queued.at(-1)?.queueHash ?? queueHash;
    return {
      builder,
      queueHash,
      model: { slotCount: slots, timestamp: Number(timestamp), feeAccounts, l1Operations, groups },
    };
  };

  const sendAll = async (lines: readonly ScenarioLine[], narrate: Narrate): Promise<void> => {
    for (const { statement, text } of lines) {
      if (statement.type !== "deposit" && statement.type !== "forceWithdraw" && statement.type !== "setKey") continue;
      const receipt = await sendL1Statement(statement, playerOf(players, statement.name), { devnet, token, book });
      narrate(`${text}   (L1 transaction, ${receipt.gasUsed} gas)`, null);
    }
  };

  const addTransactions = (
    builder: BlockBuilder,
    lines: readonly ScenarioLine[],
    validUntil: number,
    narrate: Narrate,
  ): TransactionGroup[] =>
    lines.flatMap(({ statement, text }) => {
      switch (statement.type) {
        case "transfer":
        case "transferToNew":
        case "withdraw":
        case "swap": {
          const group = book.toGroup(statement, builder.state, validUntil);
          const result = builder.addGroup(group);
          if (result.type === "rejected") throw notIncluded(text, result.reason.type);
          if (result.type === "deferred") throw notIncluded(text, result.limit);
          book.record(result.receipts, builder.state);
          for (const receipt of result.receipts) narrate(text, receipt);
          return [group];
        }
        default:
          return [];
      }
    });

  return { book, play };
}

function playerOf(players: ReadonlyMap<string, Player>, name: string): Player {
  const player = players.get(name);
  if (player !== undefined) return player;
  throw notIncluded(name, "not in the cast");
}

function notIncluded(what: string, why: string): CairnError<DemoErrorCode> {
  return new CairnError<DemoErrorCode>("demo/not-included", `${what}: ${why}`);
}
