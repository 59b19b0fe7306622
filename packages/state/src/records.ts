import {
  type Account,
  type AccountIndex,
  accountIndex,
  type BlockNumber,
  blockNumber,
  CairnError,
  FIELD_MODULUS,
  FLAG_OWNER_KEY,
  type TokenId,
  TREE_ARITY,
  tokenId,
} from "@cairn/protocol";
import type { StateErrorCode } from "./errors.ts";
import type { NodeChildren } from "./tree-shape.ts";

/** Version of the record layouts below; a store of another version is refused. */
export const STORE_VERSION = 1;

/**
 * Keys: a tag byte, then big-endian numbers. Tags 1 … 12 are node heights, 0x80 … 0xef belong to the tree's user.
 *
 * | key | value |
 * |---|---|
 * | height 1 ‖ position 3 | four children, 32 bytes each |
 * | 0x10 ‖ index 3 | account: owner 20, tokenId 4, nonce 5, flags 1, balance 16, key 32 |
 * | 0x20 ‖ owner 20 | number of accounts of the owner, 4 |
 * | 0x21 ‖ owner 20 ‖ position 4 | index 3, tokenId 4; positions in order of creation |
 * | 0x30 ‖ block 8 | undo record: nextIndex 4 and root 32 before the block, then index 3 and old account 78 of each |
 * | 0x40 | head: version 1, arity 1, depth 1, block 8, nextIndex 4, root 32, oldest block with an undo record 8 |
 * | 0x50 ‖ height 1 ‖ position 3 ‖ block 8 | hash of a node, or of a leaf (height 0), before the block changed it, 32 |
 * | 0x51 | oldest block whose state can be proven 8, the last block with such records 8 |
 */
const ACCOUNT = 0x10;
const OWNER_COUNT = 0x20;
const OWNER_ENTRY = 0x21;
const UNDO = 0x30;
const HEAD = 0x40;
const PAST_NODE = 0x50;
const PAST_BLOCKS = 0x51;

const ACCOUNT_BYTES = 78;
const UNDO_HEADER_BYTES = 36;
const UNDO_ENTRY_BYTES = 3 + ACCOUNT_BYTES;
const HEAD_BYTES = 55;
const PAST_NODE_KEY_BYTES = 13;

/** Where the tree is and how far it can go back: blocks from `oldestUndo` on can be undone. */
export interface Head {
  readonly blockNumber: BlockNumber;
  readonly root: bigint;
  readonly nextIndex: number;
  readonly oldestUndo: number;
}

/** What one block replaced; accounts it created are those from `nextIndex` on. */
export interface UndoRecord {
  readonly nextIndex: number;
  readonly root: bigint;
  readonly accounts: ReadonlyMap<AccountIndex, Account>;
}

/** Blocks whose states can be proven: from `from` to `to`. */
export interface PastBlocks {
  readonly from: number;
  readonly to: number;
}

/** One account of an owner. */
export interface OwnerEntry {
  readonly index: AccountIndex;
  readonly tokenId: TokenId;
}

export const nodeRecordKey = (height: number, position: number): Uint8Array => key(height, [position, 3]);
export const accountRecordKey = (index: number): Uint8Array => key(ACCOUNT, [index, 3]);
export const undoRecordKey = (block: number): Uint8Array => key(UNDO, [block, 8]);
export const headRecordKey = (): Uint8Array => key(HEAD);
export const pastNodeKey = (height: number, position: number, block: number): Uint8Array =>
  key(PAST_NODE, [height, 1], [position, 3], [block, 8]);
export const pastBlocksKey = (): Uint8Array => key(PAST_BLOCKS);
export const ownerCountKey = (owner: bigint): Uint8Array => key(OWNER_COUNT, [owner, 20]);
export const ownerEntryKey = (owner: bigint, position: number): Uint8Array =>
  key(OWNER_ENTRY, [owner, 20], [position, 4]);

export function encodeChildren(children: NodeChildren): Uint8Array {
  const bytes = new Uint8Array(TREE_ARITY * 32);
  const view = viewOf(bytes);
  children.forEach((child, i) => {
    writeWord(view, 32 * i, child);
  });
  return bytes;
}

/** Throws `state/corrupt-store`, as all decoders here. */
export function decodeChildren(bytes: Uint8Array): NodeChildren {
  assertBytes("node", bytes, TREE_ARITY * 32);
  const view = viewOf(bytes);
  return [readField(view, 0), readField(view, 32), readField(view, 64), readField(view, 96)];
}

export function encodeAccount(account: Account): Uint8Array {
  const bytes = new Uint8Array(ACCOUNT_BYTES);
  writeAccount(viewOf(bytes), 0, account);
  return bytes;
}

export function decodeAccount(bytes: Uint8Array): Account {
  assertBytes("account", bytes, ACCOUNT_BYTES);
  return readAccount(viewOf(bytes), 0);
}

export function encodeCount(count: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, count);
  return bytes;
}

export function decodeCount(bytes: Uint8Array): number {
  assertBytes("count", bytes, 4);
  return viewOf(bytes).getUint32(0);
}

export function encodeOwnerEntry(entry: OwnerEntry): Uint8Array {
  const bytes = new Uint8Array(7);
  const view = viewOf(bytes);
  writeUint24(view, 0, entry.index);
  view.setUint32(3, entry.tokenId);
  return bytes;
}

export function decodeOwnerEntry(bytes: Uint8Array): OwnerEntry {
  assertBytes("owner entry", bytes, 7);
  const view = viewOf(bytes);
  return { index: accountIndex(readUint24(view, 0)), tokenId: tokenId(view.getUint32(3)) };
}

export function encodeUndo(undo: UndoRecord): Uint8Array {
  const bytes = new Uint8Array(UNDO_HEADER_BYTES + undo.accounts.size * UNDO_ENTRY_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, undo.nextIndex);
  writeWord(view, 4, undo.root);
  let offset = UNDO_HEADER_BYTES;
  for (const [index, account] of undo.accounts) {
    writeUint24(view, offset, index);
    writeAccount(view, offset + 3, account);
    offset += UNDO_ENTRY_BYTES;
  }
  return bytes;
}

export function decodeUndo(bytes: Uint8Array): UndoRecord {
  assertUndo(bytes);
  const view = viewOf(bytes);
  const accounts = new Map<AccountIndex, Account>();
  for (let offset = UNDO_HEADER_BYTES; offset < bytes.length; offset += UNDO_ENTRY_BYTES) {
    accounts.set(accountIndex(readUint24(view, offset)), readAccount(view, offset + 3));
  }
  return { nextIndex: view.getUint32(0), root: readField(view, 4), accounts };
}

/** The accounts that an undo record replaces, and the next index before its block; cheaper than all of them. */
export function decodeUndoIndices(bytes: Uint8Array): { readonly nextIndex: number; readonly replaced: number[] } {
  assertUndo(bytes);
  const view = viewOf(bytes);
  const replaced: number[] = [];
  for (let offset = UNDO_HEADER_BYTES; offset < bytes.length; offset += UNDO_ENTRY_BYTES) {
    replaced.push(readUint24(view, offset));
  }
  return { nextIndex: view.getUint32(0), replaced };
}

/** What an account was before the block of an undo record; undefined if the block created it or did not change it. */
export function decodeUndoAccount(bytes: Uint8Array, index: number): Account | undefined {
  assertUndo(bytes);
  const view = viewOf(bytes);
  for (let offset = UNDO_HEADER_BYTES; offset < bytes.length; offset += UNDO_ENTRY_BYTES) {
    if (readUint24(view, offset) === index) return readAccount(view, offset + 3);
  }
  return undefined;
}

/** Inverse of {@link pastNodeKey}; undefined for other keys. */
export function decodePastNodeKey(
  bytes: Uint8Array,
): { readonly height: number; readonly position: number; readonly block: number } | undefined {
  if (bytes[0] !== PAST_NODE) return undefined;
  assertBytes("key of a past node", bytes, PAST_NODE_KEY_BYTES);
  const view = viewOf(bytes);
  return { height: view.getUint8(1), position: readUint24(view, 2), block: Number(view.getBigUint64(5)) };
}

export function encodeField(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  writeWord(viewOf(bytes), 0, value);
  return bytes;
}

export function decodeField(bytes: Uint8Array): bigint {
  assertBytes("past node", bytes, 32);
  return readField(viewOf(bytes), 0);
}

export function encodePastBlocks({ from, to }: PastBlocks): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = viewOf(bytes);
  view.setBigUint64(0, BigInt(from));
  view.setBigUint64(8, BigInt(to));
  return bytes;
}

export function decodePastBlocks(bytes: Uint8Array): PastBlocks {
  assertBytes("past blocks", bytes, 16);
  const view = viewOf(bytes);
  return { from: Number(view.getBigUint64(0)), to: Number(view.getBigUint64(8)) };
}

export function encodeHead(head: Head, depth: number): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  bytes.set([STORE_VERSION, TREE_ARITY, depth]);
  const view = viewOf(bytes);
  view.setBigUint64(3, BigInt(head.blockNumber));
  view.setUint32(11, head.nextIndex);
  writeWord(view, 15, head.root);
  view.setBigUint64(47, BigInt(head.oldestUndo));
  return bytes;
}

/** Throws `state/incompatible-store` for another version, arity or depth, and `state/corrupt-store`. */
export function decodeHead(bytes: Uint8Array, depth: number): Head {
  const [version, arity, storedDepth] = bytes;
  if (version !== STORE_VERSION || arity !== TREE_ARITY || storedDepth !== depth) {
    throw new CairnError<StateErrorCode>(
      "state/incompatible-store",
      `store of version ${version}, arity ${arity}, depth ${storedDepth}; expected ${STORE_VERSION}, ${TREE_ARITY}, ${depth}`,
    );
  }
  assertBytes("head", bytes, HEAD_BYTES);
  const view = viewOf(bytes);
  return {
    blockNumber: blockNumber(Number(view.getBigUint64(3))),
    nextIndex: view.getUint32(11),
    root: readField(view, 15),
    oldestUndo: Number(view.getBigUint64(47)),
  };
}

/** A `state/corrupt-store` error. */
export function corrupt(message: string): CairnError<StateErrorCode> {
  return new CairnError("state/corrupt-store", message);
}

function key(tag: number, ...parts: readonly (readonly [value: number | bigint, bytes: number])[]): Uint8Array {
  const result = new Uint8Array(1 + parts.reduce((sum, [, bytes]) => sum + bytes, 0));
  result[0] = tag;
  let end = 1;
  for (const [value, bytes] of parts) {
    end += bytes;
    if (typeof value === "number") {
      let rest = value;
      for (let i = 1; i <= bytes; i++) {
        result[end - i] = rest % 256;
        rest = Math.floor(rest / 256);
      }
    } else {
      let rest = value;
      for (let i = 1; i <= bytes; i++) {
        result[end - i] = Number(BigInt.asUintN(8, rest));
        rest >>= 8n;
      }
    }
  }
  return result;
}

function writeAccount(view: DataView, offset: number, account: Account): void {
  view.setBigUint64(offset, account.owner >> 96n);
  view.setBigUint64(offset + 8, BigInt.asUintN(64, account.owner >> 32n));
  view.setUint32(offset + 16, Number(BigInt.asUintN(32, account.owner)));
  view.setUint32(offset + 20, account.tokenId);
  view.setUint8(offset + 24, Math.floor(account.nonce / 2 ** 32));
  view.setUint32(offset + 25, account.nonce % 2 ** 32);
  view.setUint8(offset + 29, account.ownerKey ? FLAG_OWNER_KEY : 0);
  view.setBigUint64(offset + 30, account.balance >> 64n);
  view.setBigUint64(offset + 38, BigInt.asUintN(64, account.balance));
  writeWord(view, offset + 46, account.key);
}

function readAccount(view: DataView, offset: number): Account {
  const flags = view.getUint8(offset + 29);
  if (flags > FLAG_OWNER_KEY) throw corrupt(`account has unknown flags ${flags}`);
  const owner = (view.getBigUint64(offset) << 96n) | (view.getBigUint64(offset + 8) << 32n);
  return {
    owner: owner | BigInt(view.getUint32(offset + 16)),
    tokenId: tokenId(view.getUint32(offset + 20)),
    nonce: view.getUint8(offset + 24) * 2 ** 32 + view.getUint32(offset + 25),
    ownerKey: flags === FLAG_OWNER_KEY,
    balance: (view.getBigUint64(offset + 30) << 64n) | view.getBigUint64(offset + 38),
    key: readField(view, offset + 46),
  };
}

function writeWord(view: DataView, offset: number, value: bigint): void {
  view.setBigUint64(offset, value >> 192n);
  view.setBigUint64(offset + 8, BigInt.asUintN(64, value >> 128n));
  view.setBigUint64(offset + 16, BigInt.asUintN(64, value >> 64n));
  view.setBigUint64(offset + 24, BigInt.asUintN(64, value));
}

function readField(view: DataView, offset: number): bigint {
  const high = (view.getBigUint64(offset) << 64n) | view.getBigUint64(offset + 8);
  const low = (view.getBigUint64(offset + 16) << 64n) | view.getBigUint64(offset + 24);
  const value = (high << 128n) | low;
  if (value >= FIELD_MODULUS) throw corrupt("stored value is not a field element");
  return value;
}

function writeUint24(view: DataView, offset: number, value: number): void {
  view.setUint8(offset, value >>> 16);
  view.setUint16(offset + 1, value & 0xffff);
}

function readUint24(view: DataView, offset: number): number {
  return view.getUint8(offset) * 2 ** 16 + view.getUint16(offset + 1);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function assertUndo(bytes: Uint8Array): void {
  const entryBytes = bytes.length - UNDO_HEADER_BYTES;
  if (entryBytes < 0 || entryBytes % UNDO_ENTRY_BYTES !== 0) throw corrupt("undo record has a wrong length");
}

function assertBytes(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw corrupt(`${name} record of ${bytes.length} bytes, expected ${length}`);
}
