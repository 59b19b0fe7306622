import { pay } from "@cairn/e2e/support";
import { bigintToHex, bytesToHex, decodeBatchHeader, encodeBatchHeader, hexToBytes } from "@cairn/protocol";
import { type AccountProofJson, accountProofFromJson } from "@cairn/rpc";
import { accountProofRoot } from "@cairn/verify";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Lie, type PrefixProxy, startPrefixProxy } from "../support/prefix-proxy.ts";
import { type Stage, untilAllProven, WAIT } from "../support/stage.ts";

const ANSWER = /^\/v1\/accounts\/\d+$/;
const PROOF = /^\/v1\/accounts\/\d+\/proof/;
const ROLLUP = /^\/v1\/rollup$/;
const MORE = "0x0000000000000000000000000000000000000000000000000000000000000001";

type Field = "balance" | "nonce" | "key";

/** E4. */
export function accountsAreProved(stage: Stage): void {
  let proxy: PrefixProxy;
  let page: Page;
  beforeAll(async () => {
    proxy = await startPrefixProxy(stage.pages());
  });
  afterAll(() => proxy?.stop());

  const verdict = () => page.locator("[data-verdict]").first().getAttribute("data-verdict");
  const text = () => page.locator("main").textContent();
  const truths = async (marks: Locator = page.locator("dl [data-truth]")) =>
    Promise.all((await marks.all()).map((mark) => mark.getAttribute("data-truth")));
  /** What the account's page shows while answers are changed. */
  const under = async (lies: readonly (readonly [RegExp, Lie])[], check: () => Promise<void>): Promise<void> => {
    for (const [path, lie] of lies) proxy.lie(path, lie);
    await page.reload();
    await check();
    for (const [path] of lies) proxy.lie(path, null);
  };
  const altered = (account: Record<string, unknown>, field: Field): unknown => {
    if (field === "balance") return String(BigInt(String(account.balance)) + 1n);
    return field === "nonce" ? Number(account.nonce) + 1 : MORE;
  };
  const inAnswer =
    (field: Field): Lie =>
    (account) => ({ ...account, [field]: altered(account, field) });
  const inProof =
    (change: (proof: AccountProofJson) => object): Lie =>
    (proof) =>
      change(proof as unknown as AccountProofJson);
  const fieldInProof = (field: Field): Lie =>
    inProof((proof) => ({ ...proof, account: { ...proof.account, [field]: altered(proof.account, field) } }));
  const withRoot = (proof: AccountProofJson, root: bigint): AccountProofJson => {
    const { batch } = proof;
    if (batch === null) return proof;
    const header = { ...decodeBatchHeader(hexToBytes(batch.header)), newRoot: root };
    return { ...proof, batch: { ...batch, header: bytesToHex(encodeBatchHeader(header)) } };
  };

  it("E4: an account is green when leaf and path lead to L1's root, also behind a proxy at another path", async () => {
    await pay(stage.scene, stage);
    await untilAllProven(stage);
    page = await stage.open(`/account/${stage.alice.index}`, { at: proxy.url });
    await expect.poll(verdict, WAIT).toBe("checked");
    expect(await truths()).toEqual(Array(6).fill("checked"));
    expect(await text()).toContain("lead to L1's root");
    await expect.poll(() => page.locator("[data-connection]").getAttribute("data-connection"), WAIT).toBe("live");
  });

  it("E4: balance, nonce or key altered in the answer: the figure is never green, and the page names it", async () => {
    const names = { balance: "Balance", nonce: "Nonce", key: "Key" };
    for (const field of ["balance", "nonce", "key"] as const) {
      await under([[ANSWER, inAnswer(field)]], async () => {
        await expect.poll(verdict, WAIT).toBe("refuted");
        expect(await text()).toMatch(new RegExp(`differs from what L1 proves after block [\\d,]+: ${names[field]}\\.`));
        const row = page.locator("dl > div", { has: page.locator("dt", { hasText: new RegExp(`^${names[field]}$`) }) });
        expect(await row.locator("[data-truth]").first().getAttribute("data-truth")).toBe("refuted");
      });
    }
  });

  it("E4: the proof altered too, one sibling, the root or the block: nothing is green, and the page names it", async () => {
    const flipped = (hex: string) => bigintToHex(BigInt(hex) ^ 1n, 32);
    const lies: readonly (readonly [string, readonly (readonly [RegExp, Lie])[], RegExp])[] = [
      ...(["balance", "nonce", "key"] as const).map(
        (field) =>
          [
            field,
            [
              [ANSWER, inAnswer(field)],
              [PROOF, fieldInProof(field)],
            ],
            /Fields and path lead to the root 0x[0-9a-f]{64}; the header has the root 0x/,
          ] as const,
      ),
      [
        "sibling",
        [
          [
            PROOF,
            inProof((proof) => ({
              ...proof,
              siblings: proof.siblings.map((row, level) => (level === 3 ? [row[0], flipped(row[1]), row[2]] : row)),
            })),
          ],
        ],
        /lead to the root 0x/,
      ],
      ["root", [[PROOF, inProof((proof) => withRoot(proof, 1n))]], /the header has the root 0x0+1\./],
      [
        "a whole other state",
        [
          [ANSWER, inAnswer("balance")],
          [
            PROOF,
            (proof) => {
              const lied = fieldInProof("balance")(proof) as AccountProofJson;
              return withRoot(lied, accountProofRoot(accountProofFromJson(lied)));
            },
          ],
        ],
        /The header that the node gave is not that of batch \d+ on L1/,
      ],
      ["block", [[PROOF, inProof((proof) => ({ ...proof, block: proof.block + 1 }))]], /another block/],
    ];
    for (const [name, changes, expected] of lies) {
      await under(changes, async () => {
        await expect.poll(verdict, WAIT).toBe("refuted");
        expect(await text(), name).toMatch(expected);
        expect(await page.locator('[data-truth="checked"]:not(footer *)').count(), name).toBe(0);
      });
    }
  });

  it("E4: a newer state than L1's is amber, with what is proven and at which block", async () => {
    const newer: Lie = (rollup) => ({ ...rollup, lastBlock: Number(rollup.lastBlock) + 1 });
    const changes = [
      [ANSWER, inAnswer("balance")],
      [ROLLUP, newer],
    ] as const;
    await under(changes, async () => {
      await expect.poll(verdict, WAIT).toBe("older");
      expect(await text()).toMatch(/Proven at block [\d,]+/);
      const balance = page.locator("dl > div").first().locator("[data-truth]");
      expect(await truths(balance)).toEqual(["node", "older"]);
    });
    // Whose account it is does not change with a block.
    const owner: Lie = (account) => ({ ...account, owner: `0x${"11".repeat(20)}` });
    const stolen = [
      [ANSWER, owner],
      [ROLLUP, newer],
    ] as const;
    await under(stolen, () => expect.poll(verdict, WAIT).toBe("refuted"));
    await page.close();
  });
}
