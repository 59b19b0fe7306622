import type { CDPSession, Page } from "playwright-core";
import { expect, it } from "vitest";
import { type FakeWallet, fakeWallet } from "../support/fake-wallets.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import { chooseWallet, openWallet, problemIn, untilOpen } from "../support/wallet-page.ts";

/** W9. */
export function passkeysMakeKeys(stage: Stage): void {
  /** Passkeys belong to a name, not to an IP address. */
  const at = () => stage.pages().replace("127.0.0.1", "localhost");
  const open = async (wallet: FakeWallet, prepare?: (page: Page) => Promise<unknown>): Promise<Page> => {
    const page = await openWallet(stage, [wallet], { place: "/keys", at: at(), ...(prepare && { prepare }) });
    await chooseWallet(page, wallet);
    return page;
  };
  /** A device that holds passkeys. */
  const addDevice = async (page: Page, hasPrf: boolean): Promise<CDPSession> => {
    const devices = await page.context().newCDPSession(page);
    await devices.send("WebAuthn.enable");
    await devices.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        ...({ protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal" } as const),
        ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true, hasPrf },
        automaticPresenceSimulation: true,
      },
    });
    return devices;
  };
  const shownKey = (page: Page) => page.locator("dd [title^='0x']").first().getAttribute("title");

  it("W9: makes the same key in a browser that remembers nothing; another owner's passkey is refused", async () => {
    const wallet = fakeWallet(stage.scene.l1, { positions: [7, 8] });
    const page = await open(wallet, async (opened) => {
      await addDevice(opened, true);
    });
    await page.getByRole("button", { name: "Make a passkey" }).click();
    await untilOpen(page);
    const key = await shownKey(page);
    expect(key).toMatch(/^0x[0-9a-f]{64}$/);

    await page.evaluate("localStorage.clear()");
    await page.reload();
    await chooseWallet(page, wallet);
    await page.getByRole("button", { name: "Use a passkey that I have" }).click();
    await untilOpen(page);
    expect(await shownKey(page)).toBe(key);
    // Remembered by now.
    await page.reload();
    await page.getByRole("button", { name: "Open with the passkey" }).click();
    await untilOpen(page);
    expect(await shownKey(page)).toBe(key);

    await page.evaluate("localStorage.clear()");
    wallet.accounts = [...wallet.accounts].reverse();
    await page.reload();
    await chooseWallet(page, wallet);
    await page.getByRole("button", { name: "Use a passkey that I have" }).click();
    await problemIn(page).toBe("other-owner");
    await page.close();
  });

  it("W9: is not offered where the browser or the device has no PRF, nor at an IP address", async () => {
    const wallet = fakeWallet(stage.scene.l1, { positions: [7] });
    const without = await open(wallet, (page) =>
      page.addInitScript(
        "PublicKeyCredential.getClientCapabilities = async () => ({ 'extension:prf': false, conditionalGet: true })",
      ),
    );
    await expect.poll(() => without.locator('[data-way="signature"]').count(), WAIT).toBe(1);
    expect(await without.locator('[data-way="passkey"]').count()).toBe(0);
    await without.close();

    const page = await open(wallet, async (opened) => {
      await addDevice(opened, false);
    });
    await page.getByRole("button", { name: "Make a passkey" }).click();
    await problemIn(page).toBe("no-prf");
    expect(await page.getByRole("alert").textContent()).toContain("another kind of key");
    await page.close();

    const atAddress = await openWallet(stage, [wallet]);
    await chooseWallet(atAddress, wallet);
    await expect.poll(() => atAddress.getByText("Passkeys belong to a name").count(), WAIT).toBe(1);
    expect(await atAddress.locator('[data-way="passkey"]').count()).toBe(0);
    await atAddress.close();
  });
}
