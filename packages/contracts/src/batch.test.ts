import { readFileSync } from "node:fs";
import {
  batchNumber,
  bytesToHex,
  decodeBatchHeader,
  decodeL1Operation,
  decodePayoutList,
  type Hex,
  hexToBytes,
  isCairnError,
  MAX_BATCH_PAYOUTS,
  payoutListHash,
  tokenId,
} from "@cairn/protocol";
import {
  concat,
  decodeFunctionData,
  encodeAbiParameters,
  encodeFunctionData,
  getAbiItem,
  keccak256,
  slice,
  toHex,
} from "viem";
import { describe, expect, it } from "vitest";
import {
  fromHeaderStruct,
  payArguments,
  payGasLimit,
  payoutMask,
  submitBatchArguments,
  toHeaderStruct,
} from "./batch.ts";
import { rollupAbi } from "./generated/rollup-abi.ts";

interface BatchCase {
  readonly header: Hex;
  readonly commitment: Hex;
  readonly dataCommitment: Hex;
  readonly payoutsHash: Hex;
  readonly payoutList: Hex;
  readonly l1Records: readonly Hex[];
  readonly data: Hex;
}

const cases: readonly BatchCase[] = JSON.parse(
  readFileSync(new URL("../../../vectors/batch.json", import.meta.url), "utf8"),
).cases;

describe("arguments of batches", () => {
  it.each(cases)("have the header whose commitment L1 stores, and come back from it", (vector) => {
    const header = decodeBatchHeader(hexToBytes(vector.header));
    const struct = toHeaderStruct(header);
    const [parameter] = getAbiItem({ abi: rollupAbi, name: "submitBatch" }).inputs;
    const types = [parameter, { type: "bytes32" }, { type: "bytes32" }] as const;
    const encoded = encodeAbiParameters(types, [struct, vector.dataCommitment, vector.payoutsHash]);
    expect(keccak256(encoded)).toBe(vector.commitment);
    expect(fromHeaderStruct(struct)).toEqual(header);
  });

  it.each(cases)("hold records, payouts and data as they are hashed", (vector) => {
    const payouts = decodePayoutList(hexToBytes(vector.payoutList));
    const batch = {
      header: decodeBatchHeader(hexToBytes(vector.header)),
      l1Operations: vector.l1Records.map((record) => decodeL1Operation(hexToBytes(record))),
      payouts,
      data: hexToBytes(vector.data),
      proof: Uint8Array.of(1, 2),
    };
    const payNow = payouts.map((_, place) => place);
    const args = submitBatchArguments(batch, payNow);
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
    expect(decodeFunctionData({ abi: rollupAbi, data }).args).toEqual(args);
    const [, records, list, mask, cells, proof] = args;
    expect(records).toBe(vector.l1Records.length === 0 ? "0x" : concat([...vector.l1Records]));
    expect([list, cells, proof]).toEqual([vector.payoutList, vector.data, "0x0102"]);
    expect(keccak256(list)).toBe(bytesToHex(payoutListHash(payouts)));
    expect(mask).toEqual(payouts.length === 0 ? [] : [2n ** BigInt(payouts.length) - 1n]);
    const options = { batch: batchNumber(3), header: args[0], dataCommitment: vector.dataCommitment, payouts };
    expect(payArguments(options)).toEqual([3n, args[0], vector.dataCommitment, list, 0n, mask]);
  });

  it("come from offsets alone, wherever these point, as the contract takes them", () => {
    const header = toHeaderStruct(decodeBatchHeader(hexToBytes(cases[0]?.header ?? "0x")));
    const batch = { header: decodeBatchHeader(hexToBytes(cases[0]?.header ?? "0x")), l1Operations: [], payouts: [] };
    const args = submitBatchArguments({ ...batch, data: new Uint8Array(), proof: new Uint8Array() });
    const call = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
    const word = (value: number): Hex => toHex(value, { size: 32 });
    // No L1 records: their length is the word of data source 0. The mask's word is the length of the list, 360. Between
    // the arguments are bytes that nothing refers to, and behind the last one nothing fills up its word.
    const payouts: Hex = `0x${"ab".repeat(360)}`;
    const tail = [
      word(1),
      word(360),
      payouts,
      "0x777777",
      word(2),
      "0xbeef",
      word(26),
      `0x${"cd".repeat(26)}`,
    ] as const;
    const offsets = [32, 512 + 32, 512, 512 + 64 + 360 + 3 + 34, 512 + 64 + 360 + 3].map(word);
    const input = concat([slice(call, 0, 4 + 352), ...offsets, ...tail]);
    expect(batch.header.dataSource).toBe("calldata");
    expect(decodeFunctionData({ abi: rollupAbi, data: input }).args).toEqual([
      header,
      "0x",
      payouts,
      [360n],
      `0x${"cd".repeat(26)}`,
      "0xbeef",
    ]);
  });

  it("select payouts by bits, and none that the batch does not have", () => {
    expect(payoutMask([], 5)).toEqual([]);
    expect(payoutMask([0, 2, 255], 300)).toEqual([5n + 2n ** 255n]);
    expect(payoutMask([257, 0], 300)).toEqual([1n, 2n]);
    expect(payoutMask([1023], 1024)).toEqual([0n, 0n, 0n, 2n ** 255n]);
    for (const [place, count] of [
      [5, 5],
      [-1, 5],
      [0.5, 5],
      [1024, 2000],
    ] as const) {
      const failure = catchError(() => payoutMask([place], count));
      expect(isCairnError(failure, "contracts/no-such-payout"), `${place} of ${count}`).toBe(true);
    }
  });

  it("leave gas for payments at their worst", () => {
    const [eth, token] = [tokenId(0), tokenId(1)].map((id) => ({ recipient: 1n, tokenId: id, amount: 1n }));
    if (eth === undefined || token === undefined) expect.unreachable();
    const payments = readFileSync(new URL("libraries/Payouts.sol", import.meta.url), "utf8");
    const transfers = readFileSync(new URL("./libraries/TokenTransfer.sol", import.meta.url), "utf8");
    const constant = (source: string, name: string): number =>
      Number(new RegExp(`constant ${name} = ([\\d_]+);`).exec(source)?.[1]?.replaceAll("_", ""));
    const reserve = (name: string): number => {
      const allowance = constant(transfers, name);
      return allowance + Math.ceil(allowance / 63) + constant(payments, "PAYMENT_OVERHEAD");
    };
    expect(payGasLimit([eth], 1) - payGasLimit([], 1)).toBe(reserve("ETH_GAS"));
    expect(payGasLimit([token], 1) - payGasLimit([], 1)).toBe(reserve("TOKEN_GAS"));
  });

  it("leave gas for the calldata of the whole list, however few of its payouts are paid", () => {
    const header = toHeaderStruct(decodeBatchHeader(hexToBytes(cases[0]?.header ?? "0x")));
    const payout = { recipient: 2n ** 160n - 1n, tokenId: tokenId(2 ** 32 - 1), amount: 2n ** 128n - 1n };
    const payouts = Array.from({ length: MAX_BATCH_PAYOUTS }, () => payout);
    const args = payArguments({
      batch: batchNumber(1),
      header,
      dataCommitment: keccak256("0x"),
      payouts,
      places: [7],
    });
    const bytes = hexToBytes(encodeFunctionData({ abi: rollupAbi, functionName: "pay", args }));
    const zeros = bytes.filter((byte) => byte === 0).length;
    // EIP-7623: a transaction with less gas than this is invalid.
    const floor = 21_000 + 40 * (bytes.length - zeros) + 10 * zeros;
    expect(payGasLimit([payout], payouts.length)).toBeGreaterThan(floor + 300_000);
  });
});

function catchError(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
