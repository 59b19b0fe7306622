import { expect, it } from "vitest";
import { expectForEveryone, expectNothingCutOff, LOOKS, optionsOf, untilSettled } from "../support/everyone.ts";
import { fakeWallet } from "../support/fake-wallets.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import { chooseWallet, openBySignature, openSession, openWallet } from "../support/wallet-page.ts";

/** Pages that need no more than a session. */
const PLACES = [
  ...["/", "/send", "/request", "/pay", "/deposit", "/withdraw", "/history", "/payouts", "/swap", "/contacts", "/keys"],
];

/** A1 to A4 and W12, on the wallet's pages. */
export function everyoneCanUseTheWallet(stage: Stage): void {
  it("A1, A4: no page breaks WCAG 2.2 AA, light or dark, wide or narrow, and the German ones are German", async () => {
    for (const look of LOOKS) {
      const wallet = fakeWallet(stage.scene.l1, { positions: [6] });
      const page = await openWallet(stage, [wallet], optionsOf(look));
      await expectForEveryone(page, look, "not connected");
      await chooseWallet(page, wallet);
      await expect.poll(() => page.locator("[data-way]").count(), WAIT).toBeGreaterThan(1);
      await expectForEveryone(page, look, "without a key");
      await openBySignature(page);
      for (const place of PLACES) {
        await page.goto(`${stage.pages()}wallet.html#${place}`);
        await expectForEveryone(page, look, place);
      }
      await page.close();
    }
  });

  it("A3: at 320 px nothing is cut off or scrolls sideways", async () => {
    const wallet = fakeWallet(stage.scene.l1, { positions: [6] });
    const page = await openSession(stage, wallet, { viewport: { width: 320, height: 700 } });
    for (const place of PLACES) {
      await page.goto(`${stage.pages()}wallet.html#${place}`);
      await untilSettled(page);
      await expectNothingCutOff(page, place);
    }
    await page.close();
  });

  it("A2: from the explorer to a session by keyboard alone", async () => {
    const wallet = fakeWallet(stage.scene.l1, { positions: [6] });
    const page = await openWallet(stage, [wallet]);
    await page.goto(stage.pages());
    await page.getByRole("link", { name: "Wallet" }).focus();
    await page.keyboard.press("Enter");
    for (const name of ["Stone Wallet", "Sign in the wallet"]) {
      await page.getByRole("button", { name, exact: true }).focus();
      await page.keyboard.press("Enter");
    }
    await expect.poll(() => page.locator("[data-owner]").count(), WAIT).toBe(1);
    await page.close();
  });
}
