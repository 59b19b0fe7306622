import {
  accountHash,
  compress,
  linkContentHash,
  messageHash,
  permute,
  publicKeyFromSecret,
  secretKey,
  sign,
  verify,
} from "@cairn/crypto";
import {
  accountIndex,
  accountMeta,
  addressToBigint,
  bytesToHex,
  decodeFloat16,
  decodeFloat40,
  encodeFloat16,
  encodeFloat40,
  float16,
  float40,
  floorToFloat16,
  floorToFloat40,
  type L2Transaction,
  linkContentWords,
  messageWords,
  SLOT_KIND,
  TREE_DEPTH,
  tokenId,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { emptySubtreeHashes, genesisRoot, type NodeSiblings, verifyMerkleProof } from "@cairn/state";
import { describe, expect, it } from "vitest";
import exit from "./exit.json" with { type: "json" };
import { VECTOR_FILES } from "./files.ts";
import float from "./float.json" with { type: "json" };
import hash from "./hash.json" with { type: "json" };
import { readVectorText, vectorText } from "./json.ts";
import leaf from "./leaf.json" with { type: "json" };
import message from "./message.json" with { type: "json" };
import signature from "./signature.json" with { type: "json" };
import tree from "./tree.json" with { type: "json" };

const big = (hex: string): bigint => BigInt(hex);

describe("vector files", () => {
  it.each(Object.entries(VECTOR_FILES))("%s.json is what the generator writes", (name, build) => {
    expect(readVectorText(name)).toBe(vectorText(build()));
  });
});

describe("hash.json", () => {
  it.each(hash.compress)("compress($a, …)", ({ a, b, c, d, hash: expected }) => {
    expect(compress(big(a), big(b), big(c), big(d))).toBe(big(expected));
  });

  it.each(hash.permutation)("permutation of $input.0", ({ input, output }) => {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = input.map(big);
    expect(permute([a, b, c, d])).toEqual(output.map(big));
  });
});

describe("leaf.json", () => {
  it.each(leaf.cases)("leaf $hash", (row) => {
    const account = {
      owner: addressToBigint(row.owner),
      tokenId: tokenId(row.tokenId),
      nonce: row.nonce,
      ownerKey: row.ownerKey,
      balance: big(row.balance),
      key: big(row.key),
    };
    expect(accountMeta(account)).toBe(big(row.meta));
    expect(accountHash(account)).toBe(big(row.hash));
  });
});

describe("tree.json", () => {
  it("has the empty subtrees and the genesis root", () => {
    expect(emptySubtreeHashes(compress)).toEqual(tree.emptySubtrees.map(big));
    expect(genesisRoot(compress)).toBe(big(tree.genesisRoot));
  });

  it.each(tree.proofs)("proof of leaf $index under $root", ({ index, leaf: leafHash, root, siblings }) => {
    const nodes = siblings.map(big);
    const levels = Array.from({ length: nodes.length / 3 }, (_, level): NodeSiblings => {
      const [a = 0n, b = 0n, c = 0n] = nodes.slice(3 * level);
      return [a, b, c];
    });
    expect(verifyMerkleProof(big(root), index, big(leafHash), levels, compress)).toBe(true);
    expect(verifyMerkleProof(big(root), index, big(leafHash) + 1n, levels, compress)).toBe(false);
  });
});

describe("exit.json", () => {
  it.each(exit.cases)("leaves $indices under $root", ({ indices, leaves, siblings, root }) => {
    expect(commonRoot(indices, leaves.map(big), siblings.map(big))).toBe(big(root));
  });
});

/** The root by recursion from the top: a node with nothing known below it is the next sibling of its level. */
function commonRoot(indices: readonly number[], leaves: readonly bigint[], siblings: readonly bigint[]): bigint {
  const perLevel = Array.from({ length: TREE_DEPTH }, () => [] as bigint[]);
  const queue = [...siblings];
  for (const [level, list] of perLevel.entries()) {
    const parents = new Set(indices.map((index) => Math.floor(index / 4 ** (level + 1))));
    const known = new Set(indices.map((index) => Math.floor(index / 4 ** level)));
    list.push(...queue.splice(0, parents.size * 4 - known.size));
  }
  expect(queue).toEqual([]);
  const hashAt = (level: number, position: number): bigint => {
    const isKnown = indices.some((index) => Math.floor(index / 4 ** level) === position);
    if (!isKnown) return perLevel[level]?.shift() ?? 0n;
    if (level === 0) return leaves[indices.indexOf(position)] ?? 0n;
    const child = (digit: number) => hashAt(level - 1, 4 * position + digit);
    return compress(child(0), child(1), child(2), child(3));
  };
  return hashAt(TREE_DEPTH, 0);
}

describe("float.json", () => {
  it.each(float.float40)("float40 $encoded", ({ canonical, encoded, value }) => {
    expect(decodeFloat40(float40(encoded))).toBe(big(value));
    expect(encodeFloat40(big(value)) === encoded).toBe(canonical);
  });

  it.each(float.float16)("float16 $encoded", ({ canonical, encoded, value }) => {
    expect(decodeFloat16(float16(encoded))).toBe(big(value));
    expect(encodeFloat16(big(value)) === encoded).toBe(canonical);
  });

  it.each(float.floor)("floor of $value", ({ float16: fee, float40: amount, value }) => {
    expect(floorToFloat16(big(value))).toBe(big(fee));
    expect(floorToFloat40(big(value))).toBe(big(amount));
  });

  it.each(float.overflow40)("float40 %i is too large", (encoded) => {
    expect(() => float40(encoded)).toThrow(expect.objectContaining({ code: "protocol/amount-overflow" }));
  });

  it("has the encoding of the whole balance", () => expect(float.wholeBalance40).toBe(WHOLE_BALANCE));
});

describe("message.json", () => {
  it.each(message.cases)("message $hash", (row) => {
    const common = {
      from: accountIndex(row.from),
      nonce: row.nonce,
      tokenId: tokenId(row.tokenId),
      amount: float40(row.amount),
      fee: float16(row.fee),
      validFrom: row.validFrom,
      validUntil: row.validUntil,
      reference: big(row.reference),
    };
    const link = row.linkOffset === 0 ? null : { offset: row.linkOffset, content: big(row.linkContent) };
    const receiver = { toOwner: addressToBigint(row.recipientOrOwner), toKey: big(row.toKey), link };
    const transaction: L2Transaction =
      row.kind === SLOT_KIND.withdraw
        ? { type: "withdraw", ...common, recipient: receiver.toOwner }
        : row.kind === SLOT_KIND.transferToNew
          ? { type: "transferToNew", ...common, ...receiver }
          : { type: "transfer", ...common, ...receiver, to: accountIndex(row.to) };
    const words = messageWords(transaction, { chainId: big(row.chainId), rollup: addressToBigint(row.rollup) });
    expect([words.domainAndTag, words.word1, words.word2]).toEqual([row.domainAndTag, row.word1, row.word2].map(big));
    expect(messageHash(words)).toBe(big(row.hash));
    if (transaction.type === "withdraw") return;
    const content = linkContentWords(transaction);
    expect(content[0]).toBe(big(row.contentWord));
    expect(linkContentHash(content)).toBe(big(row.contentHash));
  });
});

describe("signature.json", () => {
  it.each(signature.valid)("signature $rx", (row) => {
    const signed = { rx: big(row.rx), s: big(row.s) };
    expect(row.valid).toBe(true);
    expect(verify(big(row.message), signed, big(row.key))).toBe(true);
    expect(publicKeyFromSecret(secretKey(big(row.secret)))).toBe(big(row.key));
    expect(sign(big(row.message), secretKey(big(row.secret)))).toEqual(signed);
  });

  it.each(signature.malleated)("accepts the negated response of $rx", (row) => {
    expect(row.valid).toBe(true);
    expect(verify(big(row.message), { rx: big(row.rx), s: big(row.s) }, big(row.key))).toBe(true);
  });

  it.each(signature.invalid)("refuses $flaw", (row) => {
    expect(row.valid).toBe(false);
    expect(verify(big(row.message), { rx: big(row.rx), s: big(row.s) }, big(row.key))).toBe(false);
  });

  it.each(["key", "rx", "s"] as const)("has a valid signature whose %s begins with zeros", (field) => {
    expect(signature.valid.some((row) => row.secret !== bytesToHex(oneWord()) && row[field].startsWith("0x0000"))).toBe(
      true,
    );
  });
});

function oneWord(): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 1 : 0));
}
