import { readFileSync } from "node:fs";
import {
  addressToBigint,
  type BatchHeader,
  batchNumber,
  bigintToHex,
  blockCapacity,
  bytesToHex,
  type Hex,
  hexToBytes,
  payoutsHash,
  publicInput,
  publishedDataBytes,
  tokenId,
} from "@cairn/protocol";
import { concat, keccak256 } from "viem";
import { describe, expect, it } from "vitest";
import {
  computeBatchCommitment,
  payArguments,
  publicInputFields,
  submitBatchArguments,
  toHeaderStruct,
} from "./batch.ts";

interface PublicInputCase {
  readonly [field: string]: Hex | number;
  readonly chainId: Hex;
  readonly rollup: Hex;
  readonly dataPoint: Hex;
  readonly publicInput: Hex;
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), "utf8")).cases;
const cases: PublicInputCase[] = read("public-input");
const data: { calldata: Hex; dataHash: Hex; point: Hex }[] = read("data");
const DATA_HASH = bigintToHex(77n, 32);

function headerFields(vector: PublicInputCase): BatchHeader {
  return {
    slots: 16,
    firstBlock: BigInt(vector.firstBlock ?? 0),
    lastBlock: BigInt(vector.lastBlock ?? 0),
    timestamp: BigInt(vector.timestamp ?? 0),
    oldRoot: BigInt(vector.oldRoot ?? 0),
    newRoot: BigInt(vector.newRoot ?? 0),
    newNextIndex: Number(vector.newNextIndex),
    l1OperationCount: Number(vector.l1OperationCount),
    payoutsHash: hexToBytes(String(vector.payoutsHash), 32),
    txRoot: BigInt(vector.txRoot ?? 0),
  };
}

describe("batch arguments", () => {
  it("give the public input of the golden vectors", () => {
    for (const vector of cases) {
      const published = data.find(({ point }) => point === vector.dataPoint);
      if (published === undefined) continue;
      const fields = publicInputFields(headerFields(vector), hexToBytes(published.calldata), {
        domain: { chainId: BigInt(vector.chainId), rollup: addressToBigint(vector.rollup) },
        oldNextIndex: Number(vector.oldNextIndex),
        queueHashBefore: hexToBytes(String(vector.queueHashBefore), 32),
        queueHashAfter: hexToBytes(String(vector.queueHashAfter), 32),
      });
      expect(bigintToHex(publicInput(fields), 32)).toBe(vector.publicInput);
    }
    expect(cases.filter(({ dataPoint }) => data.some(({ point }) => point === dataPoint)).length).toBeGreaterThan(1);
  });

  it("commit to header and data hash, word by word", () => {
    const [vector] = cases;
    if (vector === undefined) throw new TypeError("no vectors");
    const header = toHeaderStruct(headerFields(vector));
    const numbers = [header.circuitType, header.firstBlock, header.lastBlock, header.timestamp];
    const words = [
      ...numbers.map((value) => bigintToHex(BigInt(value), 32)),
      header.oldRoot,
      header.newRoot,
      ...[header.newNextIndex, header.l1OperationCount].map((value) => bigintToHex(BigInt(value), 32)),
      header.payoutsHash,
      header.txRoot,
      DATA_HASH,
    ];
    expect(computeBatchCommitment(header, DATA_HASH)).toBe(keccak256(concat(words)));
  });

  it("leave out trailing zeros of the data", () => {
    const [vector] = cases;
    if (vector === undefined) throw new TypeError("no vectors");
    const padded = new Uint8Array(publishedDataBytes(16));
    padded.set([0, 0, 64]);
    const [header, calldata, proof] = submitBatchArguments(headerFields(vector), padded, Uint8Array.of(1, 0));
    expect(header.circuitType).toBe(0);
    expect(calldata).toBe("0x000040");
    expect(proof).toBe("0x0100");
  });

  it("list payouts without unused records", () => {
    const [vector] = cases;
    if (vector === undefined) throw new TypeError("no vectors");
    const payouts = [{ recipient: 0xc0ffeen, tokenId: tokenId(1), amount: 5n }];
    const header = { ...toHeaderStruct(headerFields(vector)), payoutsHash: bytesToHex(payoutsHash(16, payouts)) };
    const options = { batch: batchNumber(3), slots: 16, header, dataHash: DATA_HASH, payouts } as const;
    const [batch, , , list, first, maxCount] = payArguments(options);
    expect(batch).toBe(3n);
    expect([first, maxCount]).toEqual([0n, 1n]);
    expect(list).toBe(`0x${"c0ffee".padStart(40, "0")}${"1".padStart(8, "0")}${"5".padStart(32, "0")}`);
    expect(payArguments({ ...options, first: 2, maxCount: blockCapacity(16) }).slice(4)).toEqual([2n, 4n]);
  });
});
