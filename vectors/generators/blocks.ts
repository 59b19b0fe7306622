import { createHash } from "node:crypto";
import { txLeafHash } from "@cairn/crypto";
import {
  accountIndex,
  bindPublishedData,
  bytesToHex,
  concatBytes,
  type Domain,
  dataHash,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  encodePayouts,
  FIELD_MODULUS,
  type L1Operation,
  nextQueueHash,
  type Payout,
  payoutsHash,
  publicInput,
  publicInputPreimage,
  SLOT_KIND,
  tokenId,
  trimPublishedData,
  txLeafWords,
} from "@cairn/protocol";
import { REAL_CRYPTO, runScenario, type ScenarioBlock, type ScenarioOptions } from "@cairn/testkit";
import { blockPublicInput, blockTxRoot } from "@cairn/vm";
import { address, type Vector, word } from "../json.ts";

/** The rollup of the vectors. */
export const DOMAIN: Domain = { chainId: 31337n, rollup: 0x00e7f1725e7734ce288f8367e1bb143e90bb3f05n };

/** Every kind and outcome except the refund of a full tree, an empty block, and one that reaches every limit. */
export const SCENARIO = `
  token USD 1 6
  token MAX 4294967295 0
  deposit alice 10 ETH
  deposit bob 5_000 USD
  deposit operator 1 ETH
  deposit operator 340_282_366_920_938_463_463_374_607_431_768_211_455 MAX
  block
  fees operator ETH MAX
  deposit alice 2 ETH
  force-withdraw bob USD by mallory
  transfer alice -> new carol 1 ETH fee 0.001
  transfer alice -> carol 0.5 ETH
  transfer operator -> new carol 34_028_236_692_0000000000000000000000000000 MAX fee 900_000000000000000000000000 keyless
  swap alice 1 ETH fee 0.002 for bob 2000 USD
  block
  withdraw carol 0.25 ETH fee 0.001 to 0xc0ffee
  block
  block
  set-key carol ETH to carol2
  set-key carol MAX to carol
  force-withdraw bob ETH
  force-withdraw bob ETH
  transfer carol -> alice all ETH fee 0.001
  transfer alice -> alice 1 ETH fee 0.001
  withdraw carol 7 MAX to 0x1
  withdraw alice all USD to 0xffffffffffffffffffffffffffffffffffffffff
  block
  transfer alice -> new dave 0 ETH
  transfer alice -> new erin 0.1 ETH keyless
  transfer alice -> new frank 0.1 ETH
  transfer alice -> new gina 0.1 ETH
`;

/** Runs the scenario. */
export const SCENARIO_OPTIONS: ScenarioOptions = {
  domain: DOMAIN,
  slotCount: 16,
  crypto: REAL_CRYPTO,
  startTime: 1_700_000_000,
};

/** The blocks of the scenario, a chain from genesis. */
export const scenarioBlocks = runScenario(SCENARIO, SCENARIO_OPTIONS).blocks;

/** The queue entries of the scenario's blocks, and some with extreme fields. */
export const queueOperations: readonly L1Operation[] = [
  ...scenarioBlocks.flatMap(({ l1Operations }) => l1Operations),
  { type: "deposit", owner: 1n, tokenId: tokenId(0), amount: 1n, index: accountIndex(0), key: 0n },
  {
    type: "deposit",
    owner: 2n ** 160n - 1n,
    tokenId: tokenId(2 ** 32 - 1),
    amount: 2n ** 128n - 1n,
    index: accountIndex(2 ** 24 - 1),
    key: FIELD_MODULUS - 1n,
  },
  { type: "forcedWithdraw", sender: 0xffn, index: accountIndex(2 ** 24 - 1) },
  { type: "setKey", sender: 0x0100n, index: accountIndex(64), key: 1n },
];

/** Payouts with extreme fields. */
export const extremePayouts: readonly Payout[] = [
  { recipient: 1n, tokenId: tokenId(0), amount: 0n },
  { recipient: 2n ** 160n - 1n, tokenId: tokenId(2 ** 32 - 1), amount: 2n ** 128n - 1n },
  { recipient: 0xffn, tokenId: tokenId(1), amount: 256n },
  { recipient: 2n ** 152n, tokenId: tokenId(256), amount: 2n ** 120n },
];

/** A queue from its start: records and the hash after each. */
export function queueVectors(): Vector {
  let hash = EMPTY_QUEUE_HASH;
  return {
    cases: queueOperations.map((operation) => {
      const record = encodeL1Operation(operation);
      const before = hash;
      hash = nextQueueHash(hash, record);
      const isDeposit = operation.type === "deposit";
      return {
        amount: word(isDeposit ? operation.amount : 0n),
        hashAfter: bytesToHex(hash),
        hashBefore: bytesToHex(before),
        index: operation.index,
        key: word(operation.type === "forcedWithdraw" ? 0n : operation.key),
        kind: SLOT_KIND[operation.type],
        owner: address(isDeposit ? operation.owner : operation.sender),
        record: bytesToHex(record),
        tokenId: isDeposit ? operation.tokenId : 0,
      };
    }),
  };
}

/** Published data of blocks: padded, as calldata carries it, and slot by slot. */
export function dataVectors(): Vector {
  return {
    cases: scenarioBlocks.map(({ block }) => ({
      calldata: bytesToHex(trimPublishedData(block.publishedBytes)),
      data: bytesToHex(block.publishedBytes),
      dataHash: bytesToHex(dataHash(block.slotCount, block.publishedBytes)),
      evaluation: word(bindPublishedData(block.slotCount, block.publishedBytes, block.txRoot).dataEvaluation),
      feeIndices: [...block.publishedData.feeIndices],
      kinds: block.trace.slots.map(({ kind }) => SLOT_KIND[kind]),
      l1OperationCount: block.l1OperationCount,
      point: word(block.trace.dataPoint),
      slotCount: block.slotCount,
      txRoot: word(block.txRoot),
    })),
  };
}

/** Payout lists, padded, and their hashes. */
export function payoutVectors(): Vector {
  const sixtyFour = Array.from({ length: 16 }, (_, i) => ({
    recipient: BigInt(i + 1) << BigInt(9 * i),
    tokenId: tokenId(i),
    amount: BigInt(i) ** 30n,
  }));
  const lists = [
    ...scenarioBlocks.map(({ block }) => ({ slotCount: block.slotCount, payouts: block.payouts })),
    { slotCount: 16 as const, payouts: extremePayouts },
    { slotCount: 64 as const, payouts: sixtyFour },
    { slotCount: 256 as const, payouts: extremePayouts },
  ];
  return {
    cases: lists.map(({ slotCount, payouts }) => ({
      amounts: payouts.map(({ amount }) => word(amount)),
      hash: bytesToHex(payoutsHash(slotCount, payouts)),
      list: bytesToHex(encodePayouts(slotCount, payouts)),
      recipients: payouts.map(({ recipient }) => address(recipient)),
      slotCount,
      tokenIds: payouts.map((payout) => payout.tokenId),
    })),
  };
}

/** Public inputs: every field, the preimage, the whole digest, and the one field that the circuit sees. */
export function publicInputVectors(): Vector {
  return { cases: scenarioBlocks.map(publicInputVector) };
}

/** txRoot trees: words and hash of each leaf, and the root. */
export function txTreeVectors(): Vector {
  const trees = scenarioBlocks.map(({ block }) =>
    block.trace.slots.map(({ kind }, i) => ({
      kind,
      published: block.publishedData.slots[i] ?? { type: "nothing" as const },
    })),
  );
  const noop = { kind: "noop", published: { type: "nothing" } } as const;
  const padded = ([64, 256] as const).map((size) => Array.from({ length: size }, (_, i) => trees[1]?.[i] ?? noop));
  return {
    cases: [...trees, ...padded].map((slots) => {
      const words = slots.map(({ kind, published }) => txLeafWords(kind, published));
      const used = slots.length === 16 ? words : words.slice(0, 16);
      return {
        keys: used.map(([, , key]) => word(key)),
        kinds: used.map(([, , , kind]) => Number(kind)),
        leaves: used.map((leaf) => word(txLeafHash(leaf))),
        ownersOrRecipients: used.map(([, owner]) => address(owner)),
        root: word(blockTxRoot(slots, REAL_CRYPTO.compress)),
        slotCount: slots.length,
        slotWords: used.map(([slot]) => word(slot)),
      };
    }),
  };
}

function publicInputVector({ block, oldRoot, newRoot }: ScenarioBlock): Vector {
  const fields = blockPublicInput(block, oldRoot, newRoot);
  const preimage = publicInputPreimage(fields);
  return {
    chainId: word(fields.domain.chainId),
    dataEvaluation: word(fields.dataEvaluation),
    dataPoint: word(fields.dataPoint),
    digest: bytesToHex(createHash("sha256").update(preimage).digest()),
    feeIndices: bytesToHex(concatBytes(fields.feeIndices, new Uint8Array(20))),
    firstBlock: Number(fields.firstBlock),
    l1OperationCount: fields.l1OperationCount,
    lastBlock: Number(fields.lastBlock),
    newNextIndex: fields.newNextIndex,
    newRoot: word(fields.newRoot),
    oldNextIndex: fields.oldNextIndex,
    oldRoot: word(fields.oldRoot),
    payoutsHash: bytesToHex(fields.payoutsHash),
    preimage: bytesToHex(preimage),
    publicInput: word(publicInput(fields)),
    queueHashAfter: bytesToHex(fields.queueHashAfter),
    queueHashBefore: bytesToHex(fields.queueHashBefore),
    rollup: address(fields.domain.rollup),
    timestamp: Number(fields.timestamp),
    txRoot: word(fields.txRoot),
  };
}
