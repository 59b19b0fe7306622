import {
  AMOUNT_WHOLE_BALANCE,
  accountIndex,
  bytesToHex,
  cellsToBytes,
  encodeBlockCells,
  encodeFloat16,
  encodeFloat40,
  float40,
  type PublishedSlot,
} from "@cairn/protocol";
import { expect, it } from "vitest";
import { partsOfCells } from "./parts-of-cells.ts";

const OWNER = 0x70997970c51812dc3a010c7d01b50e0d17dc79c8n;
const paid = { from: accountIndex(64), amount: encodeFloat40(1_500_000n), fee: encodeFloat16(20n) };
const SLOTS: PublishedSlot[] = [
  { type: "nothing" },
  { type: "transfer", ...paid, to: accountIndex(65) },
  { type: "transferToNew", ...paid, toOwner: OWNER, toKey: 2n ** 250n + 5n },
  { type: "withdraw", ...paid, amount: float40(AMOUNT_WHOLE_BALANCE), recipient: OWNER },
  ...Array.from({ length: 12 }, (): PublishedSlot => ({ type: "nothing" })),
];
const cells = encodeBlockCells({
  slots: SLOTS,
  l1Count: 1,
  timestamp: 1_764_500_000n,
  feeIndices: [64, 0, 0, 0].map(accountIndex),
});

it("shows every digit of a block once, in order", () => {
  const hex = bytesToHex(cellsToBytes(cells));
  const shown = partsOfCells(hex)
    .flatMap(({ fields }) => fields.map(({ digits }) => digits))
    .join("");
  expect(`0x${shown}`.slice(0, hex.length)).toBe(hex);
  expect(shown.slice(hex.length - 2)).toMatch(/^0*$/);
});

it("says what each word means", () => {
  const parts = partsOfCells(bytesToHex(cellsToBytes(cells)));
  expect(parts.slice(0, 7).map(({ kind, slot }) => [kind, slot])).toEqual([
    ["header", null],
    ["header", null],
    ["l1", 0],
    ["transfer", 1],
    ["transferToNew", 2],
    ["withdraw", 3],
    ["empty", 4],
  ]);
  const [header, fees, , transfer, opening, withdrawal] = parts;
  const values = (part: (typeof parts)[number] | undefined) =>
    part?.fields.map(({ name, value }) => `${name} ${value}`.trim());
  expect(values(header)).toEqual(["size 16", "l1Count 1", "extraCount 2", "timestamp 2025-11-30T10:53:20.000Z"]);
  expect(values(fees)).toEqual(["zero", "feeAccount 64", "feeAccount", "feeAccount", "feeAccount"]);
  expect(values(transfer)).toEqual(["from 64", "to 65", "amount 1500000", "fee 20"]);
  expect(values(opening)).toEqual(["from 64", "to", "amount 1500000", "fee 20"]);
  expect(values(withdrawal)).toEqual(["from 64", "to", "amount", "fee 20"]);
  const extras = parts.filter(({ kind }) => kind === "extra");
  expect(extras.map(values)).toEqual([
    [`owner 0x${OWNER.toString(16)}`, "key"],
    ["key"],
    [`owner 0x${OWNER.toString(16)}`, "key"],
    ["key"],
  ]);
});
