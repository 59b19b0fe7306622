import { encodePaymentCode } from "@cairn/sdk";
import type { Page } from "playwright-core";
import { parseEther } from "viem";
import { afterAll, expect, it } from "vitest";
import { accessibilityProblems } from "../support/axe.ts";
import { type FakeWallet, fakeWallet } from "../support/fake-wallets.ts";
import { type Account, fund, readAccount } from "../support/fund.ts";
import { once } from "../support/once.ts";
import { type Stage, WAIT } from "../support/stage.ts";
import { openSession } from "../support/wallet-page.ts";

const CAROL = 9;

/** W3, W6 and W7: payments, their history, contacts, and the ways out to L1. */
export function paymentsAreMade(stage: Stage): void {
  let page: Page;
  let wallet: FakeWallet;
  let carol: Account;
  const ready = once(async () => {
    ({ account: carol } = await fund(stage, CAROL, parseEther("5")));
    wallet = fakeWallet(stage.scene.l1, { positions: [CAROL] });
    page = await openSession(stage, wallet, { place: "/send" });
  });
  afterAll(() => page?.close());

  const go = (place: string) => page.goto(`${stage.pages()}wallet.html#${place}`);
  const sentence = () => page.locator("[data-sentence]").textContent({ timeout: WAIT.timeout });
  const warnings = () =>
    page
      .locator("[data-warning]")
      .evaluateAll((all) => all.map((one) => (one as unknown as { dataset: { warning: string } }).dataset.warning));
  const status = () => page.locator("[data-request-status]").first().getAttribute("data-request-status");
  const balanceOf = async (index: number) => BigInt((await readAccount(stage, index)).balance);
  const bobsOwner = async () => (await readAccount(stage, stage.bob.index)).owner;

  it("W6, W7: an amount with too many digits gets its neighbours offered; what happens is said, then it happens", async () => {
    await ready();
    const before = await balanceOf(stage.bob.index);
    await page.getByLabel("To", { exact: true }).fill("999999");
    await expect.poll(() => page.getByRole("alert").textContent(), WAIT).toBe("There is no account 999999.");
    await page.getByLabel("To", { exact: true }).fill(String(stage.bob.index));
    await page.getByLabel("Amount").fill("0.123456789012345678");
    // 35 bits of decimal mantissa; a float of JavaScript would have shown other digits.
    await expect
      .poll(() => page.getByRole("button", { name: /^Use / }).allTextContents(), WAIT)
      .toEqual(["Use 0.12345678901 ETH", "Use 0.12345678902 ETH"]);
    expect(await page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Use 0.12345678902 ETH" }).click();
    await page.getByLabel("Reference").fill("rent of May");
    expect(await sentence()).toMatch(
      new RegExp(
        `^You pay 0.12345678902 ETH to account ${stage.bob.index} of 0x.*The fee is 0 ETH. It cannot be taken back.$`,
      ),
    );
    expect(await warnings()).toEqual(["first-time"]);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Pay 0.12345678902 ETH" }).dblclick();
    await expect.poll(status, WAIT).toMatch(/confirmed|proven|final/);
    expect((await balanceOf(stage.bob.index)) - before).toBe(123_456_789_020_000_000n);
    expect((await readAccount(stage, carol.index)).nonce).toBe(1);
  });

  it("W7: an address without an account is not taken for a withdrawal; look-alikes, contracts and oneself are told", async () => {
    await ready();
    await page.getByRole("button", { name: "Another payment" }).click();
    const payee = page.getByLabel("To", { exact: true });
    const nobody = `0x${stage.scene.newRecipient().toString(16).padStart(40, "0")}`;
    await page.getByLabel("Amount").fill("0.5");
    await payee.fill(nobody);
    await expect.poll(warnings, WAIT).toEqual(["new-by-address", "first-time"]);
    expect(await sentence()).toContain(`to a new account of ${nobody.slice(0, 8)}`);
    expect(await page.getByText("does not arrive on L1").count()).toBe(1);
    await payee.fill(stage.scene.l1.rollup.address);
    await expect.poll(warnings, WAIT).toEqual(["contract"]);
    await payee.fill(String(carol.index));
    await expect.poll(warnings, WAIT).toEqual(["itself"]);
    const pay = page.getByRole("button", { name: "Pay 0.5 ETH" });
    expect(await pay.isDisabled()).toBe(true);
    // Somebody's address with other digits in the middle, after Bob was paid.
    const owner = (await bobsOwner()).toLowerCase();
    const poisoned = `${owner.slice(0, 6)}${"9".repeat(32)}${owner.slice(-4)}`;
    await payee.fill(poisoned);
    await expect.poll(warnings, WAIT).toContain("lookalike");
    expect(await pay.isDisabled()).toBe(true);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByLabel("I have compared it").check();
    expect(await pay.isDisabled()).toBe(false);
    // Another payee has to be compared anew.
    await payee.fill(`${poisoned.slice(0, 20)}8${poisoned.slice(21)}`);
    await expect.poll(() => pay.isDisabled(), WAIT).toBe(true);
    await payee.fill(owner.replace(/.$/, "z"));
    await expect.poll(() => page.getByRole("alert").textContent(), WAIT).toContain("no address");
    await page.getByLabel("Reference").fill("x".repeat(32));
    await expect.poll(() => page.getByRole("alert").last().textContent(), WAIT).toContain("at most 31 bytes");
  });

  it("W3: contacts are paid by name, saved, and loaded without what could deceive", async () => {
    await ready();
    await go("/contacts");
    const code = encodePaymentCode(stage.bob.person, {
      chainId: 31337n,
      rollup: BigInt(stage.scene.l1.rollup.address),
    });
    const add = async (name: string, payee: string) => {
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("Address, payment code or account").fill(payee);
      await page.getByRole("button", { name: "Add", exact: true }).click();
    };
    await add("Bob", code);
    await expect.poll(() => page.getByRole("cell", { name: "Bob", exact: true }).count(), WAIT).toBe(1);
    await add("BOB", code);
    await expect.poll(() => page.getByRole("alert").textContent(), WAIT).toContain("There is a contact");
    const file = { type: "cairn-contacts", version: 1, contacts: [{ name: "Ali\u202ece", payee: "70" }] };
    const load = page.getByLabel("Add those of a file");
    const asFile = (content: object) => ({
      name: "contacts.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(content)),
    });
    await load.setInputFiles(asFile(file));
    await expect.poll(() => page.getByText("This is no file of contacts.").count(), WAIT).toBe(1);
    const contacts = [
      { name: "bob", payee: "70" },
      { name: "Alice", payee: String(stage.alice.index) },
    ];
    await load.setInputFiles(asFile({ ...file, contacts }));
    await expect.poll(() => page.getByText("1 contacts added").count(), WAIT).toBe(1);

    await go("/send");
    await page.getByLabel("To", { exact: true }).fill("bob");
    await page.getByLabel("Amount").fill("0.25");
    expect(await sentence()).toContain(`You pay 0.25 ETH to Bob, account ${stage.bob.index} of`);
    expect(await warnings()).toEqual([]);
  });

  it("W3: the history has it all, and its statement adds up", async () => {
    await ready();
    await go("/history");
    await expect.poll(() => page.getByText("rent of May").count(), WAIT).toBe(1);
    expect(await page.getByRole("link", { name: "Deposit", exact: true }).count()).toBeGreaterThan(1);
    await page.getByLabel("Direction").selectOption("out");
    await expect.poll(() => page.locator("tbody tr").count(), WAIT).toBe(1);
    await page.getByLabel("At least").selectOption("confirmed");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as CSV" }).click();
    await download;
    await expect.poll(() => page.getByText(/closing balance 4\.87654321098/).count(), WAIT).toBe(1);
  });

  it("W3: a withdrawal arrives on L1; one that cannot be delivered is claimed", async () => {
    await ready();
    const { reader } = stage.scene.l1.rollup;
    const address = stage.scene.l1.wallet(CAROL).account.address;
    const before = await reader.getBalance({ address });
    await go("/withdraw");
    await page.getByLabel("Amount").fill("0.75");
    expect(await sentence()).toMatch(/^0.75 ETH leave account .* L1 pays it to 0x.* once the batch is proven/);
    await page.getByRole("button", { name: "Withdraw 0.75 ETH" }).click();
    await expect.poll(status, WAIT).toMatch(/paid|final/);
    expect((await reader.getBalance({ address })) - before).toBe(parseEther("0.75"));

    // A recipient that takes nothing, as contracts can: it reverts.
    const setCode = (code: string) =>
      reader.request({ method: "anvil_setCode", params: [address, code] } as unknown as Parameters<
        typeof reader.request
      >[0]);
    await setCode("0x60006000fd");
    try {
      await page.getByRole("button", { name: "Another withdrawal" }).click();
      await page.getByLabel("Amount").fill("0.5");
      await page.getByRole("button", { name: "Withdraw 0.5 ETH" }).click();
      await expect.poll(status, WAIT).toBe("claimable");
    } finally {
      await setCode("0x");
    }
    await expect.poll(() => page.locator("[data-claim]").textContent(), WAIT).toContain("0.5 ETH");
    expect(await accessibilityProblems(page)).toEqual([]);
    const held = await reader.getBalance({ address });
    wallet.refused.add("eth_sendTransaction");
    await page.getByRole("button", { name: "Claim", exact: true }).click();
    await expect
      .poll(() => page.locator("[data-problem]").getAttribute("data-problem"), WAIT)
      .toBe("sdk/wallet-refused");
    wallet.refused.clear();
    await page.getByRole("button", { name: "Claim", exact: true }).click();
    await expect.poll(async () => (await reader.getBalance({ address })) > held, WAIT).toBe(true);
    const spent = held + parseEther("0.5") - (await reader.getBalance({ address }));
    expect(spent < parseEther("0.01")).toBe(true);
  });

  it("W3: what the node would refuse is requested on L1, which says what it costs", async () => {
    await ready();
    await go("/withdraw");
    await page.getByText("When the node refuses").click();
    await expect
      .poll(() => page.locator("[data-cost]").textContent(), WAIT)
      .toMatch(/about [\d.]+ ETH.*allows the operator/);
    await page.getByRole("button", { name: `Request account ${carol.index} on L1` }).click();
    await expect.poll(() => balanceOf(carol.index), WAIT).toBe(0n);
    const forced = page.locator("details [data-request-status]");
    await expect.poll(() => forced.getAttribute("data-request-status"), WAIT).toMatch(/paid|final/);
  });
}
