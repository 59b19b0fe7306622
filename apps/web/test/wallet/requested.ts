import { accountIndex, tokenId } from "@cairn/protocol";
import { paymentRequestLink, textReference } from "@cairn/sdk";
import type { Page } from "playwright-core";
import { parseEther } from "viem";
import { afterAll, expect, it } from "vitest";
import { accessibilityProblems } from "../support/axe.ts";
import { fakeWallet } from "../support/fake-wallets.ts";
import { type Account, fund, paidBy, readAccount } from "../support/fund.ts";
import { once } from "../support/once.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import { openSession, openWallet } from "../support/wallet-page.ts";

const DAVE = 3;
const ERIN = 4;

/** W3: requests for payments, their links, and links that want to mislead; and swaps. */
export function requestsArePaid(stage: Stage): void {
  let dave: Account;
  let erin: Account;
  let payee: Page;
  let payer: Page;
  const ready = once(async () => {
    ({ account: dave } = await fund(stage, DAVE, parseEther("1")));
    ({ account: erin } = await fund(stage, ERIN, parseEther("1")));
    payee = await openSession(stage, fakeWallet(stage.scene.l1, { positions: [DAVE] }), { place: "/request" });
    payer = await openSession(stage, fakeWallet(stage.scene.l1, { positions: [ERIN] }));
  });
  afterAll(async () => {
    await payee?.close();
    await payer?.close();
  });

  const domain = () => ({ chainId: 31337n, rollup: BigInt(stage.scene.l1.rollup.address) });
  const linkTo = (account: Account, change: object = {}, at = domain()): string =>
    paymentRequestLink({
      domain: at,
      request: {
        account: accountIndex(account.index),
        owner: BigInt(account.owner),
        key: BigInt(account.key),
        tokenId: tokenId(account.tokenId),
        amount: parseEther("0.125"),
        reference: textReference("order 17"),
        expiresAt: Math.floor(Date.now() / 1000) + 3600,
        ...change,
      },
    });
  const openLink = async (page: Page, link: string) => {
    await page.goto("about:blank");
    await page.goto(`${stage.pages()}wallet.html#/pay/${link}`);
  };
  const refusal = (page: Page) => expect.poll(() => page.locator("[data-refused]").getAttribute("data-refused"), WAIT);

  it("W3: a request becomes a link and a QR code; whoever opens it sees everything, pays it once, and the payee sees that live", async () => {
    await ready();
    await payee.getByLabel("Amount").fill("0.125");
    await payee.getByLabel("Reference").fill("order 16");
    await payee.getByRole("button", { name: "Make the request" }).click();
    const requestStatus = () => payee.locator("[data-request-status]").first().getAttribute("data-request-status");
    await expect.poll(requestStatus, WAIT).toBe("open");
    const link = (await payee.locator("[data-link]").getAttribute("data-link")) ?? "";
    expect(link.startsWith(`${stage.pages()}wallet.html#/pay/cairn:cairn1`)).toBe(true);
    expect(await payee.locator("[data-qr]").getAttribute("data-qr")).toMatch(/^CAIRN:R1[A-Z0-9]+$/);

    expect(await accessibilityProblems(payee)).toEqual([]);
    // By a picture of the code, and one of something else.
    await payer.goto(`${stage.pages()}wallet.html#/pay`);
    const picture = payer.getByLabel("Picture of a QR code");
    const png = async (page: Page, what: string) => ({
      name: "code.png",
      mimeType: "image/png",
      buffer: await page.locator(what).screenshot(),
    });
    await picture.setInputFiles(await png(payee, "h1"));
    await expect.poll(() => payer.getByText("No QR code can be read").count(), WAIT).toBe(1);
    await picture.setInputFiles(await png(payee, "[data-qr]"));
    await expect.poll(() => payer.locator("[data-amount]").textContent(), WAIT).toBe("0.125 ETH");
    // By the link, in the page that is open.
    await payer.goto(link);
    await expect.poll(() => payer.locator("[data-amount]").textContent(), WAIT).toBe("0.125 ETH");
    expect(await payer.locator("main").textContent()).toContain("order 16");
    await payer.getByRole("button", { name: "Pay 0.125 ETH" }).click();
    const payerStatus = () => payer.locator("[data-request-status]").first().getAttribute("data-request-status");
    await expect.poll(payerStatus, WAIT).toMatch(/confirmed|proven|final/);
    await expect.poll(requestStatus, WAIT).toBe("paid");
    expect((await readAccount(stage, dave.index)).balance).toBe(String(parseEther("1.125")));
    // Once more, in another browser: it is refused before anybody is asked for anything.
    const stranger = await openWallet(stage, []);
    await stranger.goto(link);
    await refusal(stranger).toBe("paid");
    expect(await accessibilityProblems(stranger)).toEqual([]);
    await stranger.close();
  });

  it("W3: links that cannot be paid here say why, without a wallet", async () => {
    await ready();
    const page = await openWallet(stage, []);
    const other = { chainId: 31337n, rollup: 5n };
    const good = linkTo(dave);
    const cases: readonly (readonly [string, string])[] = [
      [good.replace(/amount=\d+/, "amount=1"), "malformed"],
      [`${good}&amount=1`, "malformed"],
      [linkTo(dave, {}, { ...domain(), chainId: 1n }), "wrong-chain"],
      [linkTo(dave, {}, other), "wrong-rollup"],
      [linkTo(dave, { expiresAt: 1_000 }), "expired"],
      [linkTo(dave, { amount: 123_456_789_012_345_678n }), "inexact"],
      [linkTo({ ...dave, owner: erin.owner }), "other-account"],
      [linkTo({ ...dave, index: 900_000 }), "no-account"],
    ];
    for (const [link, reason] of cases) {
      await openLink(page, link);
      await refusal(page).toBe(reason);
    }
    await page.close();
  });

  it("W3: a hostile link cannot mislead: control characters are not shown, a huge amount and a look-alike have to be meant", async () => {
    await ready();
    const page = await openWallet(stage, []);
    const hostile = `ok\u202e0.01 ETH\u2066`;
    await openLink(page, linkTo(dave, { reference: textReference(hostile), amount: parseEther("0.75") }));
    await expect.poll(() => page.locator("q").textContent(), WAIT).toMatch(/^0x[0-9a-f]{62}$/);
    expect(await page.locator("main").textContent()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    await page.close();
    // In a session: more than half of all, and not before it is meant.
    const spent = () => paidBy(stage, erin.index);
    const before = await spent();
    await payer.goto(`${stage.pages()}wallet.html#/pay/${linkTo(dave, { amount: parseEther("0.75") })}`);
    await expect.poll(() => payer.locator('[data-warning="large"]').count(), WAIT).toBe(1);
    expect(await payer.getByRole("button", { name: "Pay 0.75 ETH" }).isDisabled()).toBe(true);
    await payer.goto(`${stage.pages()}wallet.html#/pay/${linkTo(dave, { amount: 10n ** 30n })}`);
    await expect.poll(() => payer.locator("main").textContent(), WAIT).toContain("holds too little");
    expect(await spent()).toEqual(before);
  });

  it("W3: a swap by a link: both move, or neither; and only whom it is for can take it", async () => {
    await ready();
    const token = stage.token;
    const { account: daves } = await fund(stage, DAVE, 50_000_000n, token);
    await payer.goto(`${stage.pages()}wallet.html#/swap`);
    await payer.getByLabel("You give").fill("0.0625");
    await payer.getByLabel("From the other's account").fill(String(daves.index));
    await payer.getByLabel("You get").fill("12.5");
    await payer.getByRole("button", { name: "Sign the offer" }).click();
    const link = (await payer.locator("[data-offer]").getAttribute("data-offer", { timeout: WAIT.timeout })) ?? "";
    expect(await accessibilityProblems(payer)).toEqual([]);
    const before = BigInt((await readAccount(stage, dave.index)).balance);
    // The maker cannot take it.
    const other = await openWallet(stage, []);
    await other.goto(link.replace(/.{8}$/, ""));
    await refusal(other).toBe("malformed");
    await other.close();
    await payee.goto(link);
    await payee.getByRole("button", { name: "Give 12.5 USD for 0.0625 ETH" }).click({ timeout: WAIT.timeout });
    const balance = async () => BigInt((await readAccount(stage, dave.index)).balance);
    await expect.poll(balance, WAIT).toBe(before + parseEther("0.0625"));
    expect((await readAccount(stage, daves.index)).balance).toBe("37500000");
  });
}
