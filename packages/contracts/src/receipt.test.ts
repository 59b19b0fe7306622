import { decodeBatchHeader, type Hex, hexToBytes } from "@cairn/protocol";
import { getAbiItem } from "viem";
import { describe, expect, it } from "vitest";
import vector from "../../../vectors/batch.json" with { type: "json" };
import { receiptsAbi } from "./generated/receipts-abi.ts";
import { receiptStruct } from "./receipt.ts";

describe("arguments of receipts", () => {
  it("are encoded only with a path of the right length above the block", () => {
    const header = decodeBatchHeader(hexToBytes(vector.cases[0]?.header as Hex));
    const batch = { batchNumber: 1n, header, dataCommitment: "0x", payoutsHash: "0x" } as const;
    const path = { block: 0, previousBlockHash: 0n, headerCell: 1n, position: 2, cell: 3n, cellSiblings: [[4n]] };
    const level = [7n, 8n, 9n];
    const receipt = receiptStruct(batch, { ...path, blockSiblings: [level, level, level] });
    expect(receipt.blockSiblings).toHaveLength(9);
    expect(getAbiItem({ abi: receiptsAbi, name: "cellAt" }).inputs[1].components).toHaveLength(11);
    expect(() => receiptStruct(batch, { ...path, blockSiblings: [level] })).toThrow(
      expect.objectContaining({ code: "contracts/bad-receipt" }),
    );
  });
});
