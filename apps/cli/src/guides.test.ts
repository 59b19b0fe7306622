import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const REPOSITORY = join(import.meta.dirname, "../../..");
const GUIDES = join(REPOSITORY, "docs/guides");

/** Who runs the blocks of a guide: test files that read the guide, or a reason why nobody does. */
type Claim = { readonly tests: readonly string[] } | { readonly exception: string };
const by = (...tests: string[]): Claim => ({ tests });

/** Of commands (`sh`). */
const COMMANDS: Readonly<Record<string, Claim>> = {
  "accept-a-payment-in-ten-minutes.md": by("scripts/packages/shop-guide.test.ts"),
  "accept-payments.md": by("e2e/guide-payments.test.ts"),
  "addresses-per-customer.md": by("e2e/guide-payments.test.ts"),
  // The generator of clients, and all the other blocks.
  "api.md": by("e2e/generated-client.test.ts", "apps/node/src/api/api.test.ts"),
  "build-a-wallet.md": { exception: "installs from the registry; wallet.test.ts installs the same from packed files" },
  "devnet.md": { exception: "starts a devnet that runs until it is stopped; the tests of the devnet start it" },
  "exit-without-operator.md": by("e2e/guide-exit.test.ts"),
  "pay-salaries.md": by("e2e/guide-payments.test.ts"),
  "run-a-node.md": { exception: "needs a machine, domains and an L1 of the operator's own; commands are checked" },
  "sponsor-fees.md": by("e2e/sponsor.test.ts"),
  "verify-deployment.md": {
    exception: "needs a deployment on a public L1; verify-deployment.test.ts runs the command",
  },
  "webhooks.md": by("e2e/guide-payments.test.ts"),
};

const guides = readdirSync(GUIDES).filter((name) => name.endsWith(".md"));
const textOf = (guide: string): string => readFileSync(join(GUIDES, guide), "utf8");
const has = (guide: string, language: RegExp): boolean =>
  [...textOf(guide).matchAll(/^```(\w+)$/gm)].some(([, name = ""]) => language.test(name));

it("the commands of every guide are run by a test, or it is said why not", () => {
  expect(Object.keys(COMMANDS).sort()).toEqual(guides.filter((guide) => has(guide, /^sh$/)).sort());
  for (const [guide, claim] of Object.entries(COMMANDS)) {
    if ("exception" in claim) continue;
    for (const test of claim.tests) {
      expect(existsSync(join(REPOSITORY, test)), test).toBe(true);
      expect(readFileSync(join(REPOSITORY, test), "utf8"), `${test} does not read ${guide}`).toContain(guide);
    }
  }
});

it.each(guides)("programs of %s are examples of a source that is compiled and run", (guide) => {
  const lines = textOf(guide).split("\n");
  const loose = lines.flatMap((line, i) => {
    if (!/^```(?:ts|tsx|js)$/.test(line)) return [];
    const marker = lines.slice(0, i).findLast((before) => before.trim() !== "");
    return /^<!-- example: [\w-]+ -->$/.test(marker ?? "") ? [] : [`line ${i + 1}`];
  });
  expect(loose).toEqual([]);
});
