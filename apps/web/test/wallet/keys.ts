import { readFileSync } from "node:fs";
import { keyFromSigner, openKeyFile, parseKeyFile, publicKeyFromSecret, secretKeyFromHex } from "@cairn/sdk";
import { parseEther } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { expect, it } from "vitest";
import { fakeWallet } from "../support/fake-wallets.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import {
  chooseWallet,
  openBySignature,
  openSession,
  openWallet,
  problemIn,
  untilOpen,
} from "../support/wallet-page.ts";

const PASSPHRASE = "three stones on one another";

/** x of a public key, as the page shows it. */
function keyText(key: bigint): string {
  return `0x${key.toString(16).padStart(64, "0")}`;
}

/** W2. */
export function keysAreMadeAndKept(stage: Stage): void {
  const domain = () => ({ chainId: 31337n, rollup: BigInt(stage.scene.l1.rollup.address) });

  it("W2: a wallet's signature: asked for twice, then once; the same key as any other program derives", async () => {
    const wallet = fakeWallet(stage.scene.l1);
    const page = await openSession(stage, wallet, { place: "/keys" });
    const signatures = () => wallet.asked.filter((method) => method === "eth_signTypedData_v4").length;
    expect(signatures()).toBe(2);
    const secret = await keyFromSigner(domain(), privateKeyToAccount(stage.scene.l1.privateKey(5)));
    const shown = page.locator(`[title="${keyText(publicKeyFromSecret(secret))}"]`);
    await expect.poll(() => shown.count(), WAIT).toBe(1);
    await page.reload();
    await openBySignature(page);
    expect(signatures()).toBe(3);
    await expect.poll(() => shown.count(), WAIT).toBe(1);
    // Another key than before is not opened.
    await page.getByRole("button", { name: "Lock", exact: true }).first().click();
    wallet.isRandom = true;
    await page.getByRole("button", { name: "Open with a signature" }).click();
    await problemIn(page).toBe("other-key");
    await page.close();
  });

  it("W2: a random key is used once its backup file opens; later with the passphrase, which nobody can guess here", async () => {
    const wallet = fakeWallet(stage.scene.l1, { positions: [6] });
    const page = await openWallet(stage, [wallet], { place: "/keys" });
    await chooseWallet(page, wallet);
    const way = page.locator('[data-way="file"]');
    await way.getByRole("button", { name: "Make a key" }).click();
    await way.getByLabel("Passphrase").fill(PASSPHRASE);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      way.getByRole("button", { name: "Make a key" }).click(),
    ]);
    const path = await download.path();
    await way
      .getByLabel("Backup file")
      .setInputFiles({ name: "other.json", mimeType: "application/json", buffer: Buffer.from("{}") });
    await way.getByLabel("Passphrase").fill(PASSPHRASE);
    await way.getByRole("button", { name: "Check the backup" }).click();
    await problemIn(page).toBe("no-key-file");
    await way.getByLabel("Backup file").setInputFiles(path);
    await way.getByLabel("Passphrase").fill(`${PASSPHRASE}!`);
    await way.getByRole("button", { name: "Check the backup" }).click();
    await problemIn(page).toBe("sdk/wrong-passphrase");
    expect(await page.locator("[data-owner]").count()).toBe(0);
    await way.getByLabel("Passphrase").fill(PASSPHRASE);
    await way.getByRole("button", { name: "Check the backup" }).click();
    await untilOpen(page);

    // The backup is the command's keystore format, and holds the key that the page uses.
    const file = parseKeyFile(JSON.parse(readFileSync(path, "utf8")));
    expect([file.owner, file.hasL1Key]).toEqual([stage.scene.l1.wallet(6).account.address.toLowerCase(), false]);
    const { l2Key } = await openKeyFile(file, PASSPHRASE);
    const key = publicKeyFromSecret(secretKeyFromHex(l2Key ?? expect.unreachable()));
    await expect.poll(() => page.locator(`[title="${keyText(key)}"]`).count(), WAIT).toBe(1);

    await page.reload();
    await page.getByLabel("Passphrase").fill(PASSPHRASE);
    await page.getByRole("button", { name: "Open with the passphrase" }).click();
    await untilOpen(page);
    await page.close();
  });

  it("W2: says which accounts the key signs for and what L1 has authorised, sums them up, and sets it where it is not", async () => {
    const wallet = fakeWallet(stage.scene.l1, { positions: [9] });
    const owner = BigInt(stage.scene.l1.wallet(9).account.address);
    // Strangers open accounts for others: one without a key.
    await stage.scene.holders.depositFor(2, owner, parseEther("0.5"));
    await stage.scene.holders.depositFor(2, owner, parseEther("0.25"));
    const page = await openSession(stage, wallet, { place: "/keys" });
    const texts = (name: string) => page.locator(`[data-${name}]`).allTextContents();
    await expect.poll(() => texts("key"), WAIT).toEqual(["none", "none"]);
    expect(await texts("authorised")).toEqual(["no", "no"]);
    await page.getByRole("button", { name: "Set the opened key" }).first().click();
    await expect.poll(() => texts("key"), WAIT).toEqual(["the opened one", "none"]);
    expect(await texts("authorised")).toEqual(["yes", "no"]);
    await page.getByRole("link", { name: "Overview" }).click();
    const tile = page.locator('[data-tile="token-0"]');
    await expect
      .poll(() => tile.textContent(), WAIT)
      .toContain("0.75 ETHin 2 accounts0.25 ETH of it is in accounts with");
    await page.close();
  });
}
