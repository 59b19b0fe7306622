import { bigintToHex, FIELD_MODULUS, TREE_DEPTH } from "@cairn/protocol";
import type { AccountProofJson } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALICE, BOB, CAROL, NOBODY, type Scene, startScene } from "../test/scene.ts";
import { type VerifyErrorCode, verifyAccount } from "./index.ts";

const WORD = `0x${"00".repeat(31)}01`;

describe("the proof of an account", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene?.stop());

  const wanted = { index: ALICE };
  /** The honest proof of Alice's account, with something altered. */
  const altered = (change: (proof: AccountProofJson) => unknown): unknown => change(scene.proofOf(ALICE));
  const expectRefused = async (proof: unknown, code: VerifyErrorCode, what: string, asked: object = {}) => {
    const check = verifyAccount(scene.l1, proof, { ...wanted, ...asked });
    await expect(check, what).rejects.toMatchObject({ code });
  };

  it("shows the account after the batch, and by which L1 block", async () => {
    const { tree, rollup } = scene.rollup;
    const head = await rollup.reader.getBlock();
    const asked = { index: ALICE, batch: 2, owner: scene.proofOf(ALICE).account.owner, tokenId: 0, maxBehind: 0 };
    expect(await verifyAccount(scene.l1, scene.proofOf(ALICE), asked)).toMatchObject({
      index: ALICE,
      account: tree.getAccount(ALICE),
      exists: true,
      batch: 2,
      block: 3,
      root: tree.root(),
      l1: {
        chainId: rollup.reader.chain.id,
        rollup: scene.l1.address,
        finality: "latest",
        block: Number(head.number),
        blockHash: head.hash,
        timestamp: Number(head.timestamp),
        newestBatch: 2,
      },
      checked: expect.arrayContaining([expect.stringContaining("root"), expect.stringContaining("committed")]),
    });
  });

  it("shows that there is no account", async () => {
    const shown = await verifyAccount(scene.l1, scene.proofOf(NOBODY), { index: NOBODY, owner: WORD.slice(0, 42) });
    expect(shown).toMatchObject({ exists: false, account: { owner: 0n, balance: 0n } });
  });

  it("of an earlier batch shows what the account was, and how many batches came since", async () => {
    const { account, l1 } = await verifyAccount(scene.l1, scene.earlierProofOf(ALICE), wanted);
    expect([account.nonce, l1.newestBatch]).toEqual([0, 2]);
  });

  it("is refused with a leaf altered in any field", async () => {
    const changes: Partial<AccountProofJson["account"]>[] = [
      { balance: "1" },
      { nonce: 9 },
      { key: WORD },
      { ownerKey: false },
      { tokenId: 7 },
      { owner: `0x${"11".repeat(20)}` },
    ];
    for (const change of changes) {
      const proof = altered((honest) => ({ ...honest, account: { ...honest.account, ...change } }));
      await expectRefused(proof, "verify/bad-proof", JSON.stringify(change));
    }
  });

  it("is refused when it hides an account that exists", async () => {
    const empty = { owner: `0x${"00".repeat(20)}`, tokenId: 0, nonce: 0, balance: "0", key: `0x${"00".repeat(32)}` };
    const hide = (change: object) =>
      altered((honest) => ({ ...honest, account: { ...empty, index: ALICE, ownerKey: false, ...change } }));
    await expectRefused(hide({}), "verify/bad-proof", "hidden");
    const invented = { ...scene.proofOf(NOBODY) };
    const rich = { ...invented, account: { ...invented.account, balance: "5" } };
    await expectRefused(rich, "verify/bad-proof", "money without an owner", { index: NOBODY });
  });

  it("is refused when it is of another index, owner or token than was asked for", async () => {
    await expectRefused(scene.proofOf(BOB), "verify/other-account", "another account");
    await expectRefused(scene.proofOf(ALICE), "verify/other-account", "owner", { owner: `0x${"11".repeat(20)}` });
    await expectRefused(scene.proofOf(CAROL), "verify/other-account", "token", { index: CAROL, tokenId: 0 });
    const renamed = altered((honest) => ({ ...honest, account: { ...honest.account, index: BOB } }));
    await expectRefused(renamed, "verify/bad-proof", "a renamed account", { index: BOB });
  });

  it("is refused when it is of another batch than was asked for, or than it says", async () => {
    await expectRefused(scene.earlierProofOf(ALICE), "verify/other-batch", "an earlier one", { batch: 2 });
    const { batch } = scene.earlierProofOf(ALICE);
    await expectRefused({ ...scene.proofOf(ALICE), batch }, "verify/bad-proof", "the header of an earlier one");
    const renumbered = altered((honest) => ({ ...honest, batch: { ...honest.batch, number: 1 } }));
    await expectRefused(renumbered, "verify/not-on-l1", "the number of an earlier one");
    await expectRefused(
      altered((honest) => ({ ...honest, block: 2 })),
      "verify/bad-proof",
      "another last block",
    );
  });

  it("is refused when L1 has accepted more batches since than asked", async () => {
    const check = verifyAccount(scene.l1, scene.earlierProofOf(ALICE), { index: ALICE, maxBehind: 0 });
    await expect(check).rejects.toMatchObject({ code: "verify/stale", details: { batch: 1, newest: 2 } });
    expect(await verifyAccount(scene.l1, scene.earlierProofOf(ALICE), { index: ALICE, maxBehind: 1 })).toBeDefined();
  });

  it("is refused with a path of another tree, or of another account", async () => {
    const { siblings } = scene.earlierProofOf(ALICE);
    await expectRefused({ ...scene.proofOf(ALICE), siblings }, "verify/bad-proof", "of the tree before");
    const { siblings: others } = scene.proofOf(NOBODY);
    await expectRefused({ ...scene.proofOf(ALICE), siblings: others }, "verify/bad-proof", "of another account");
    const swapped = altered(({ siblings: [[a, b, c] = [WORD, WORD, WORD], ...rest], ...honest }) => {
      return { ...honest, siblings: [[b, a, c], ...rest] };
    });
    await expectRefused(swapped, "verify/bad-proof", "in another order");
  });

  it("is refused with a sibling or a level too few or too many", async () => {
    const changes: ((siblings: string[][]) => unknown)[] = [
      (siblings) => siblings.slice(1),
      (siblings) => [...siblings, siblings[0]],
      ([, ...rest]) => [[WORD, WORD], ...rest],
      ([first = [], ...rest]) => [[...first, WORD], ...rest],
      () => [],
    ];
    for (const change of changes) {
      const proof = altered((honest) => ({ ...honest, siblings: change(honest.siblings) }));
      await expectRefused(proof, "verify/bad-proof", String(change));
    }
  });

  it("is refused with a value that is no field element", async () => {
    for (const value of [FIELD_MODULUS, 2n ** 256n - 1n]) {
      const word = bigintToHex(value, 32);
      const sibling = altered(({ siblings: [, ...rest], ...honest }) => {
        return { ...honest, siblings: [[word, WORD, WORD], ...rest] };
      });
      await expectRefused(sibling, "verify/bad-proof", "sibling");
      const key = altered((honest) => ({ ...honest, account: { ...honest.account, key: word } }));
      await expectRefused(key, "verify/bad-proof", "key");
    }
    const wide = altered((honest) => ({ ...honest, account: { ...honest.account, balance: "9".repeat(39) } }));
    await expectRefused(wide, "verify/bad-proof", "a balance of more than 128 bits");
    const late = altered((honest) => ({ ...honest, account: { ...honest.account, nonce: 2 ** 50 } }));
    await expectRefused(late, "verify/bad-proof", "a nonce of more than 40 bits");
  });

  it("is refused with huge arrays, soon", async () => {
    const level = [WORD, WORD, WORD];
    const began = performance.now();
    const deep = altered((honest) => ({ ...honest, siblings: Array.from({ length: 200_000 }, () => level) }));
    await expectRefused(deep, "verify/bad-proof", "levels");
    const wide = altered((honest) => ({
      ...honest,
      siblings: Array.from({ length: TREE_DEPTH }, () => Array.from({ length: 20_000 }, () => WORD)),
    }));
    await expectRefused(wide, "verify/bad-proof", "siblings");
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it.each([null, undefined, 7, "proof", [], {}, { account: null }, { siblings: {} }])(
    "is refused when it is no proof: %j",
    (proof) => expectRefused(proof, "verify/bad-proof", "no proof"),
  );

  it("is refused with a batch that the contract did not commit to, or does not have", async () => {
    const changes: ((batch: NonNullable<AccountProofJson["batch"]>) => object)[] = [
      (batch) => ({ ...batch, number: 3 }),
      (batch) => ({ ...batch, number: 0 }),
      (batch) => ({ ...batch, number: Number.MAX_SAFE_INTEGER }),
      (batch) => ({ ...batch, dataCommitment: WORD }),
      (batch) => ({ ...batch, payoutsHash: WORD }),
      // The blocks root is the last field of the header, and has nothing to do with the account.
      (batch) => ({ ...batch, header: `${batch.header.slice(0, -2)}00` }),
    ];
    for (const change of changes) {
      const proof = altered(({ batch, ...honest }) => ({ ...honest, batch: batch && change(batch) }));
      await expectRefused(proof, "verify/not-on-l1", String(change));
    }
  });

  it("is refused when it is of blocks for which L1 does not vouch yet", async () => {
    await expectRefused(
      altered((honest) => ({ ...honest, batch: null })),
      "verify/unproven",
      "sealed",
    );
  });
});
