import { accountIndex, FIELD_MODULUS, type PublicInputFields, publicInput } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { openBlock } from "../../src/witness.ts";
import { ETH, execute, NEXT, refusalOf1, signed, target, transfer, withdraw } from "../support/attack.ts";
import { claimFields } from "../support/claim.ts";
import { compress } from "../support/crypto.ts";

const block = target({
  l1Operations: [{ type: "deposit", owner: 9n, tokenId: ETH, amount: 1n, index: accountIndex(0), key: 0n }],
  groups: [signed(transfer()), signed(withdraw({ nonce: 6 }))],
});

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

/** One alteration for each field of spec 5, and for both ends of the hashes. */
const ALTERATIONS: Record<string, (fields: PublicInputFields) => Partial<PublicInputFields>> = {
  "chain id": ({ domain }) => ({ domain: { ...domain, chainId: domain.chainId + 1n } }),
  rollup: ({ domain }) => ({ domain: { ...domain, rollup: domain.rollup + 1n } }),
  "first block": ({ firstBlock }) => ({ firstBlock: firstBlock - 1n }),
  "last block": ({ lastBlock }) => ({ lastBlock: lastBlock + 1n }),
  timestamp: ({ timestamp }) => ({ timestamp: timestamp + 1n }),
  "old root": ({ oldRoot }) => ({ oldRoot: oldRoot - 1n }),
  "old nextIndex": ({ oldNextIndex }) => ({ oldNextIndex: oldNextIndex + 1 }),
  "new root": ({ newRoot }) => ({ newRoot: newRoot - 1n }),
  "new nextIndex": ({ newNextIndex }) => ({ newNextIndex: newNextIndex + 1 }),
  "queue hash before": ({ queueHashBefore }) => ({ queueHashBefore: flipped(queueHashBefore, 0) }),
  "queue hash after": ({ queueHashAfter }) => ({ queueHashAfter: flipped(queueHashAfter, 31) }),
  "number of L1 operations": ({ l1OperationCount }) => ({ l1OperationCount: l1OperationCount - 1 }),
  "payouts hash": ({ payoutsHash }) => ({ payoutsHash: flipped(payoutsHash, 31) }),
  txRoot: ({ txRoot }) => ({ txRoot: txRoot - 1n }),
  "fee indices": ({ feeIndices }) => ({ feeIndices: flipped(feeIndices, 11) }),
  "data point": ({ dataPoint }) => ({ dataPoint: dataPoint ^ 1n }),
  "data evaluation": ({ dataEvaluation }) => ({ dataEvaluation: dataEvaluation ^ 1n }),
};

describe("every public-input field altered", () => {
  it("accepts the honest claim", async () => {
    expect(await refusalOf1(block)).toBeNull();
  });

  it.each(Object.entries(ALTERATIONS))("%s", async (_name, alter) => {
    const refusal = await refusalOf1(block, { claim: (fields) => ({ ...fields, ...alter(fields) }) });
    expect(refusal).toBe("public input differs");
  });

  it("the digest itself: its cleared byte set, a bit changed", async () => {
    const { witness, newRoot } = openBlock(structuredClone(block.draft), block.state, compress);
    const honest = publicInput(claimFields(witness, { newRoot, newNextIndex: NEXT + 1 }));
    expect(await execute(honest, witness)).toBeNull();
    for (const claimed of [honest + (1n << 248n), honest ^ 1n, honest ^ (1n << 247n)]) {
      expect(claimed).toBeLessThan(FIELD_MODULUS);
      expect(await execute(claimed, witness)).toBe("public input differs");
    }
  });
});
