import {
  AMOUNT_WHOLE_BALANCE,
  bigintToAddress,
  decodeExtraCells,
  decodeFloat16,
  decodeFloat40,
  decodeHeaderCell,
  decodeSlotWord,
  type HeaderCell,
} from "@cairn/protocol";

const CELL_DIGITS = 52;
const WORD_DIGITS = CELL_DIGITS / 2;

/** What a field of the published data is. */
export type FieldName =
  | "size"
  | "l1Count"
  | "extraCount"
  | "timestamp"
  | "zero"
  | "feeAccount"
  | "from"
  | "to"
  | "amount"
  | "fee"
  | "owner"
  | "key"
  | "fill";

/** A field with the digits that say it. */
export interface Field {
  readonly name: FieldName;
  /** Hexadecimal, without prefix. */
  readonly digits: string;
  /** As people write it; empty where the digits are all there is to say. */
  readonly value: string;
}

/** A word of 13 bytes: a part of the header cell, or a slot; or a cell of 26 bytes: a part of an extra, or what fills a row. */
export interface Part {
  readonly kind: "header" | "l1" | "transfer" | "transferToNew" | "withdraw" | "empty" | "extra" | "fill";
  /** Position of the slot; null where it is none. */
  readonly slot: number | null;
  readonly fields: readonly Field[];
}

/**
 * The words and cells of what a block publishes (spec 3.2), in order. Throws as the protocol's readers do for what is not
 * the data of a block.
 */
export function partsOfCells(hex: string): Part[] {
  const digits = hex.replace(/^0x/, "");
  const cellAt = (i: number): string => digits.slice(i * CELL_DIGITS, (i + 1) * CELL_DIGITS).padEnd(CELL_DIGITS, "0");
  const header = decodeHeaderCell(BigInt(`0x${cellAt(0)}`));
  const slotCells = header.slots / 2;
  const words = Array.from({ length: slotCells }, (_, i) => cellAt(1 + i)).flatMap((cell) => [
    cell.slice(0, WORD_DIGITS),
    cell.slice(WORD_DIGITS),
  ]);
  const extras = Array.from({ length: header.extraCount }, (_, i) =>
    extraParts(cellAt(1 + slotCells + 2 * i), cellAt(2 + slotCells + 2 * i)),
  );
  const end = 1 + slotCells + 2 * header.extraCount;
  const filled = Math.max(0, Math.ceil(digits.length / CELL_DIGITS) - end);
  return [
    ...headerParts(cellAt(0), header),
    ...words.map((word, slot) => slotPart(word, slot, header.l1Count)),
    ...extras.flat(),
    ...Array.from({ length: filled }, (_, i): Part => {
      return { kind: "fill", slot: null, fields: [{ name: "fill", digits: cellAt(end + i), value: "" }] };
    }),
  ];
}

/** Digits of fields, from the left, by the number of their bytes. */
function cut(digits: string, ...fields: readonly (readonly [FieldName, number, string])[]): Field[] {
  let at = 0;
  return fields.map(([name, bytes, value]) => {
    const start = at;
    at += 2 * bytes;
    return { name, digits: digits.slice(start, at), value };
  });
}

function headerParts(cell: string, { slots, l1Count, extraCount, timestamp, feeIndices }: HeaderCell): Part[] {
  const first = cut(
    cell,
    ["size", 1, String(slots)],
    ["l1Count", 2, String(l1Count)],
    ["extraCount", 2, String(extraCount)],
    ["timestamp", 8, new Date(Number(timestamp) * 1000).toISOString()],
  );
  const fees = feeIndices.map((index) => ["feeAccount", 3, index === 0 ? "" : String(index)] as const);
  const second = cut(cell.slice(WORD_DIGITS), ["zero", 1, ""], ...fees);
  return [first, second].map((fields) => ({ kind: "header", slot: null, fields }));
}

function slotPart(digits: string, slot: number, l1Count: number): Part {
  const word = BigInt(`0x${digits}`);
  if (word === 0n) {
    const kind = slot < l1Count ? "l1" : "empty";
    return { kind, slot, fields: [{ name: "fill", digits, value: "" }] };
  }
  const decoded = decodeSlotWord(word);
  const { type, from, amount, fee } = decoded;
  return {
    kind: type,
    slot,
    fields: cut(
      digits,
      ["from", 3, String(from)],
      ["to", 3, type === "transfer" ? String(decoded.to) : ""],
      ["amount", 5, amount === AMOUNT_WHOLE_BALANCE ? "" : decodeFloat40(amount).toString()],
      ["fee", 2, decodeFloat16(fee).toString()],
    ),
  };
}

function extraParts(first: string, second: string): Part[] {
  const { owner } = decodeExtraCells(BigInt(`0x${first}`), BigInt(`0x${second}`));
  return [
    { kind: "extra", slot: null, fields: cut(first, ["owner", 20, bigintToAddress(owner)], ["key", 6, ""]) },
    { kind: "extra", slot: null, fields: cut(second, ["key", 26, ""]) },
  ];
}
