import { readFileSync } from "node:fs";
import {
  type Account,
  accountIndex,
  accountMeta,
  bytesToHex,
  encodeL1Operation,
  FIELD_MODULUS,
  type L1Operation,
  tokenId,
} from "@cairn/protocol";
import {
  decodeErrorResult,
  encodeAbiParameters,
  encodeErrorResult,
  encodeEventTopics,
  encodePacked,
  type Log,
} from "viem";
import { describe, expect, it } from "vitest";
import {
  type AccountLeaf,
  encodeAccountLeaf,
  encodeQueueRecord,
  exitArguments,
  exitManyArguments,
  parseEscapeEvents,
  type QueueRecord,
  reclaimArguments,
} from "./escape.ts";
import { rollupAbi } from "./generated/rollup-abi.ts";

const INDEX = accountIndex(64);
const ACCOUNT: Account = {
  owner: 2n ** 160n - 2n,
  tokenId: tokenId(2 ** 32 - 1),
  nonce: 2 ** 40 - 1,
  ownerKey: true,
  balance: 2n ** 128n - 1n,
  key: FIELD_MODULUS - 1n,
};

const OPERATIONS: readonly L1Operation[] = [
  { type: "deposit", owner: 0xabcn, tokenId: tokenId(7), amount: 5n, index: INDEX, key: 9n },
  { type: "forcedWithdraw", sender: 0xabcn, index: accountIndex(2 ** 24 - 1) },
  { type: "setKey", sender: 1n, index: INDEX, key: FIELD_MODULUS - 1n },
];

/** `meta` as the contract packs it: flags, nonce, token, owner from the highest bits down. */
function metaOf({ flags, nonce, tokenId: token, owner }: AccountLeaf): bigint {
  return BigInt(encodePacked(["uint8", "uint40", "uint32", "address"], [flags, nonce, token, owner]));
}

/** The record as the contract packs it before hashing. */
function packed({ kind, owner, tokenId: token, amount, index, key }: QueueRecord): string {
  const types = ["uint8", "address", "uint32", "uint128", "uint24", "uint256"] as const;
  return encodePacked(types, [kind, owner, token, amount, index, key]);
}

function logOf(eventName: "Frozen" | "Exited" | "TokenRegistered"): Log {
  const address = "0x00000000000000000000000000000000000000aa";
  const [topics, data] =
    eventName === "Frozen"
      ? [
          encodeEventTopics({ abi: rollupAbi, eventName, args: { caller: address } }),
          encodeAbiParameters(
            [{ type: "bytes32" }, { type: "uint32" }, { type: "uint64" }, { type: "uint64" }],
            [`0x${"07".repeat(32)}`, 70, 3n, 5n],
          ),
        ]
      : eventName === "Exited"
        ? [
            encodeEventTopics({ abi: rollupAbi, eventName, args: { index: 64, owner: address, tokenId: 1 } }),
            encodeAbiParameters([{ type: "uint128" }, { type: "bool" }], [9n, false]),
          ]
        : [encodeEventTopics({ abi: rollupAbi, eventName, args: { tokenId: 1, token: address } }), "0x" as const];
  const [signature, ...indexed] = topics.filter((topic) => typeof topic === "string");
  return {
    address,
    topics: signature === undefined ? [] : [signature, ...indexed],
    data,
    blockHash: null,
    blockNumber: null,
    blockTimestamp: undefined,
    logIndex: null,
    transactionHash: null,
    transactionIndex: null,
    removed: false,
  };
}

describe("arguments of exits", () => {
  it("give every field of the account, whose meta is that of its leaf", () => {
    for (const account of [ACCOUNT, { ...ACCOUNT, ownerKey: false }, { ...ACCOUNT, owner: 1n, nonce: 0 }]) {
      const leaf = encodeAccountLeaf({ index: INDEX, account });
      expect(metaOf(leaf)).toBe(accountMeta(account));
      expect(leaf).toMatchObject({ index: 64, balance: account.balance, key: account.key });
    }
  });

  it("keep leading zeros of owners and siblings", () => {
    const account = { ...ACCOUNT, owner: 1n };
    const [leaf, siblings] = exitArguments({ index: INDEX, account }, [0n, 5n]);
    expect(leaf.owner).toBe(`0x${"1".padStart(40, "0")}`);
    expect(siblings).toEqual([`0x${"0".repeat(64)}`, `0x${"5".padStart(64, "0")}`]);
  });

  it("keep the order of many accounts", () => {
    const accounts = [INDEX, accountIndex(66)].map((index) => ({ index, account: ACCOUNT }));
    const [leaves, siblings] = exitManyArguments(accounts, [1n]);
    expect(leaves.map(({ index }) => index)).toEqual([64, 66]);
    expect(siblings).toHaveLength(1);
  });
});

describe("arguments of reclaims", () => {
  it.each(OPERATIONS)("give the record that was hashed: $type", (operation) => {
    const [position, record] = reclaimArguments(12, operation);
    expect(position).toBe(12n);
    expect(record).toEqual(encodeQueueRecord(operation));
    expect(packed(record)).toBe(bytesToHex(encodeL1Operation(operation)));
  });
});

describe("events of a receipt", () => {
  it("are those of freeze, exit and reclaim, in order", () => {
    const events = parseEscapeEvents([logOf("Exited"), logOf("TokenRegistered"), logOf("Frozen")]);
    expect(events.map(({ eventName }) => eventName)).toEqual(["Exited", "Frozen"]);
    expect(events[0]?.args).toMatchObject({ index: 64, tokenId: 1, amount: 9n, paid: false });
    expect(events[1]?.args).toMatchObject({ nextIndex: 70, queueHead: 3n, queueTail: 5n });
  });
});

describe("the rollup's ABI", () => {
  it("names the errors of the account tree, which pass through the rollup", () => {
    const source = readFileSync(new URL("AccountTree.sol", import.meta.url), "utf8");
    const raised = [...source.matchAll(/revert (\w+)\(/g)].map(([, name]) => name);
    const known = rollupAbi.flatMap((item) => (item.type === "error" ? [String(item.name)] : []));
    expect(raised.length).toBeGreaterThan(3);
    expect(known).toEqual(expect.arrayContaining([...raised, "ProofLengthMismatch", "RootMismatch"]));
    const data = encodeErrorResult({ abi: rollupAbi, errorName: "AlreadyExited", args: [64] });
    expect(decodeErrorResult({ abi: rollupAbi, data })).toMatchObject({ errorName: "AlreadyExited", args: [64] });
  });
});
