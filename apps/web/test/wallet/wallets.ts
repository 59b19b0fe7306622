import { expect, it } from "vitest";
import { emit, fakeWallet } from "../support/fake-wallets.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import { chooseWallet, openBySignature, openSession, openWallet, problemIn, stepIn } from "../support/wallet-page.ts";

/** W1. */
export function walletsConnect(stage: Stage): void {
  it("W1: lists the wallets that announce themselves and asks none; what it refuses, and its chain, name the next step", async () => {
    const { l1 } = stage.scene;
    const [stone, river] = [fakeWallet(l1, { chainId: 1 }), fakeWallet(l1, { name: "River Wallet", positions: [6] })];
    const page = await openWallet(stage, [stone, river]);
    const names = page.getByRole("list", { name: "Wallets in this browser" }).getByRole("button");
    await expect.poll(() => names.allTextContents(), WAIT).toEqual(["Stone Wallet", "River Wallet"]);
    expect([stone.asked, river.asked]).toEqual([[], []]);

    stone.refused.add("eth_requestAccounts");
    await chooseWallet(page, stone);
    await problemIn(page).toBe("refused");
    expect(await page.getByRole("alert").textContent()).toContain("Choose it again");
    stone.refused.clear();
    stone.accounts = [];
    await chooseWallet(page, stone);
    await problemIn(page).toBe("no-account");
    stone.accounts = [l1.wallet(5).account.address];

    await chooseWallet(page, stone);
    await stepIn(page, "chain").toBe("now");
    stone.refused.add("wallet_switchEthereumChain");
    await page.getByRole("button", { name: "Change the chain" }).click();
    await expect.poll(() => page.getByRole("alert").textContent(), WAIT).toContain("choose chain 31337 there");
    // The wallet does not know the chain: the page adds it, with its RPC.
    stone.refused.clear();
    await page.getByRole("button", { name: "Change the chain" }).click();
    await expect.poll(() => stone.chainId, WAIT).toBe(31337);
    expect(stone.asked.at(-1)).toBe("wallet_addEthereumChain");
    await emit(page, stone, "chainChanged", "0x7a69");
    await stepIn(page, "key").toBe("now");
    expect(river.asked).toEqual([]);
    await page.close();
  });

  it("W1, W2: a wallet that signs at random gets no key, and so no deposit", async () => {
    const wallet = fakeWallet(stage.scene.l1);
    wallet.isRandom = true;
    const page = await openWallet(stage, [wallet], { place: "/deposit" });
    await chooseWallet(page, wallet);
    await page.getByRole("button", { name: "Sign in the wallet" }).click();
    await problemIn(page).toBe("crypto/non-deterministic-wallet");
    expect(await page.getByRole("alert").textContent()).toContain("Take another kind of key");
    expect(await page.getByLabel("Amount").count()).toBe(0);
    expect(await page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('cairn-key'))")).toEqual([]);
    await page.close();
  });

  it("W1: another account ends the session of the first; a wallet that vanishes or is locked is named", async () => {
    const wallet = fakeWallet(stage.scene.l1, { positions: [5, 6] });
    const [first = "", second = ""] = wallet.accounts;
    const page = await openSession(stage, wallet);
    wallet.accounts = [second, first];
    await emit(page, wallet, "accountsChanged", wallet.accounts);
    await problemIn(page).toBe("other-account");
    await page.getByRole("button", { name: "Go on with the new account" }).click();
    await stepIn(page, "key").toBe("now");
    expect(await page.locator("[data-owner]").count()).toBe(0);
    await openBySignature(page);
    expect(await page.locator("[data-owner]").getAttribute("data-owner")).toBe(second);

    await emit(page, wallet, "chainChanged", "0x1");
    await expect.poll(() => page.locator('[data-chain="wrong"]').count(), WAIT).toBe(1);
    await emit(page, wallet, "chainChanged", "0x7a69");
    await expect.poll(() => page.locator('[data-chain="wrong"]').count(), WAIT).toBe(0);
    await emit(page, wallet, "disconnect", { code: 4900 });
    await problemIn(page).toBe("vanished");
    // What the key signs on L2 needs no wallet.
    expect(await page.locator("[data-owner]").count()).toBe(1);
    await chooseWallet(page, wallet);
    await expect.poll(() => page.locator("[data-problem]").count(), WAIT).toBe(0);
    await emit(page, wallet, "accountsChanged", []);
    await problemIn(page).toBe("locked");
    expect(await page.locator("[data-owner]").count()).toBe(0);
    await page.close();
  });

  it("W1: takes up the wallet of the last visit without asking it, and says when it is not there", async () => {
    const wallet = fakeWallet(stage.scene.l1);
    const page = await openSession(stage, wallet);
    const before = wallet.asked.length;
    await page.reload();
    await stepIn(page, "key").toBe("now");
    expect(wallet.asked.slice(before).filter((method) => !["eth_accounts", "eth_chainId"].includes(method))).toEqual(
      [],
    );
    const gone = { rdns: "example.gone", name: "Gone Wallet", owner: wallet.accounts[0] };
    await page.evaluate(`localStorage.setItem("cairn-wallet", ${JSON.stringify(JSON.stringify(gone))})`);
    await page.reload();
    await problemIn(page).toBe("absent");
    expect(await page.getByRole("alert").textContent()).toContain("Gone Wallet, which you used last, is not there");
    await page.close();
  });
}
