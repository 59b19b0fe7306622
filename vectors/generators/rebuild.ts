import type { BatchHeader } from "@cairn/contracts";
import { rollupAbi } from "@cairn/contracts/abi";
import {
  bytesToHex,
  CIRCUIT_TYPE,
  dataHash,
  encodeL1Operation,
  encodePayouts,
  encodePublishedData,
  type Hex,
  nextQueueHash,
  type PublishedData,
  payoutsHash,
  trimPublishedData,
} from "@cairn/protocol";
import { REAL_CRYPTO, type ScenarioBlock } from "@cairn/testkit";
import { blockTxRoot } from "@cairn/vm";
import { encodeAbiParameters, encodeEventTopics, encodeFunctionData, getAbiItem } from "viem";
import { address, type Vector, word } from "../json.ts";
import { DOMAIN, scenarioBlocks } from "./blocks.ts";

const ROLLUP = address(DOMAIN.rollup);
const SUBMITTER = address(0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266n);
const NOTHING = { type: "nothing" } as const;
/** Stands where a proof stands: rebuilding needs none. */
const PROOF = "0x0123";
const FIRST_L1_BLOCK = 100;

/** A log as `eth_getLogs` answers it, in the parts that matter. */
type Log = {
  readonly address: Hex;
  readonly blockNumber: number;
  readonly data: Hex;
  readonly logIndex: number;
  readonly topics: readonly Hex[];
  readonly transactionHash: Hex;
};

/**
 * What L1 shows of a rollup from its first entry on, and what a rebuild must come to after each batch. The last batch is
 * as no sequencer here would make it and as the circuit allows: noops stand between its transactions.
 */
export function rebuildVectors(): Vector {
  const logs: Log[] = [];
  const transactions: Vector[] = [];
  const batches: Vector[] = [];
  let queueHash = new Uint8Array(32);
  let position = 0;
  for (const [i, { scenario, publishedData, txRoot }] of published().entries()) {
    const { block, l1Operations, oldRoot, newRoot } = scenario;
    const blockNumber = FIRST_L1_BLOCK + 2 * i;
    for (const [j, operation] of l1Operations.entries()) {
      const record = encodeL1Operation(operation);
      queueHash = new Uint8Array(nextQueueHash(queueHash, record));
      logs.push({
        address: ROLLUP,
        blockNumber,
        data: queuedData(record, queueHash),
        logIndex: j,
        topics: queuedTopics(position, record),
        transactionHash: word(BigInt(1000 * (i + 1) + j)),
      });
      position++;
    }
    const bytes = encodePublishedData(block.slotCount, publishedData);
    const hash = bytesToHex(dataHash(block.slotCount, bytes));
    const header: BatchHeader = {
      circuitType: CIRCUIT_TYPE[block.slotCount],
      firstBlock: BigInt(i + 1),
      lastBlock: BigInt(i + 1),
      timestamp: BigInt(block.trace.timestamp),
      oldRoot: word(oldRoot),
      newRoot: word(newRoot),
      newNextIndex: block.newNextIndex,
      l1OperationCount: block.l1OperationCount,
      payoutsHash: bytesToHex(payoutsHash(block.slotCount, block.payouts)),
      txRoot: word(txRoot),
    };
    const transactionHash = word(BigInt(i + 1));
    transactions.push({
      hash: transactionHash,
      input: encodeFunctionData({
        abi: rollupAbi,
        functionName: "submitBatch",
        args: [header, bytesToHex(trimPublishedData(bytes)), PROOF],
      }),
    });
    logs.push({
      address: ROLLUP,
      blockNumber: blockNumber + 1,
      data: submittedData(header, hash, BigInt(position), bytesToHex(queueHash)),
      logIndex: 0,
      topics: encodeEventTopics({
        abi: rollupAbi,
        eventName: "BatchSubmitted",
        args: { batchNumber: BigInt(i + 1), submitter: SUBMITTER },
      }) as Hex[],
      transactionHash,
    });
    batches.push({
      dataHash: hash,
      nextIndex: block.newNextIndex,
      number: i + 1,
      payouts: bytesToHex(encodePayouts(block.slotCount, block.payouts).slice(0, 40 * block.payouts.length)),
      payoutsHash: header.payoutsHash,
      queueHash: bytesToHex(queueHash),
      queueHead: position,
      root: word(newRoot),
      txRoot: word(txRoot),
    });
  }
  return {
    batches,
    chainId: Number(DOMAIN.chainId),
    circuits: [{ circuitType: CIRCUIT_TYPE[16], slots: 16 }],
    logs,
    rollup: ROLLUP,
    transactions,
  };
}

/** A block of the scenario with what it publishes. */
type PublishedBlock = {
  readonly scenario: ScenarioBlock;
  readonly publishedData: PublishedData;
  readonly txRoot: bigint;
};

function published(): PublishedBlock[] {
  return scenarioBlocks.map((scenario, i) => {
    const { publishedData, txRoot, trace } = scenario.block;
    if (i < scenarioBlocks.length - 1) return { scenario, publishedData, txRoot };
    const slots = trace.slots.map(({ kind }, n) => ({ kind, published: publishedData.slots[n] ?? NOTHING }));
    const used = slots.filter(({ kind }) => kind !== "noop");
    const spread = used.flatMap((slot) => [{ kind: "noop", published: NOTHING } as const, slot]);
    const padded = [...spread, ...slots.slice(spread.length)];
    return {
      scenario,
      publishedData: { ...publishedData, slots: padded.map((slot) => slot.published) },
      txRoot: blockTxRoot(padded, REAL_CRYPTO.compress),
    };
  });
}

function queuedTopics(position: number, record: Uint8Array): Hex[] {
  return encodeEventTopics({
    abi: rollupAbi,
    eventName: "L1OperationQueued",
    args: { position: BigInt(position), owner: bytesToHex(record.slice(1, 21)), kind: record[0] ?? 0 },
  }) as Hex[];
}

/** The event's other fields, cut from the record: tokenId 4, amount 16, index 3, key 32; then hash and fee. */
function queuedData(record: Uint8Array, queueHash: Uint8Array): Hex {
  const part = (start: number, end: number): bigint => BigInt(bytesToHex(record.slice(start, end)));
  return encodeAbiParameters(
    [
      { type: "uint32" },
      { type: "uint128" },
      { type: "uint32" },
      { type: "uint256" },
      { type: "bytes32" },
      { type: "uint256" },
    ],
    [
      Number(part(21, 25)),
      part(25, 41),
      Number(part(41, 44)),
      part(44, 76),
      bytesToHex(queueHash),
      100_000_000_000_000n,
    ],
  );
}

const SUBMITTED = getAbiItem({ abi: rollupAbi, name: "BatchSubmitted" }).inputs;

function submittedData(header: BatchHeader, dataHash: Hex, queueHead: bigint, queueHash: Hex): Hex {
  return encodeAbiParameters(
    [SUBMITTED[2], SUBMITTED[3], SUBMITTED[4], SUBMITTED[5]],
    [header, dataHash, queueHead, queueHash],
  );
}
