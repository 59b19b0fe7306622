import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { rollupDomain } from "@cairn/l1";
import type { SignedTransactionJson } from "@cairn/rpc";
import { createNodeClient, createWallet, existingPayee, findAccount } from "@cairn/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCairn } from "./support/cairn-command.ts";
import { type Drill, type Holder, openDrill } from "./support/index.ts";
import { askSponsor, signFor } from "./support/sponsor-guide.ts";

const ETHER = 10n ** 18n;
const USD = 10n ** 6n;
/** Position of the wallet whose account takes the fees. */
const FEE_OWNER = 4;
const GUIDE = readFileSync(join(import.meta.dirname, "../docs/guides/sponsor-fees.md"), "utf8");

/** A service that is asked as a shop's page would. */
interface Service {
  readonly url: string;
  readonly process: ChildProcess;
}

describe("a sponsor's service", () => {
  let drill: Drill;
  let service: Service;
  let user: Holder;
  let receiver: Holder;

  const start = async (...options: readonly string[]): Promise<Service> => {
    const args = ["sponsor", "--port", "0", "--node-url", drill.scene.api(), "--key", "bob", ...options];
    const process = startCairn(args, { CAIRN_HOME: join(drill.scene.dir, "home") });
    const lines = createInterface({ input: process.stdout ?? expect.unreachable() });
    const [line] = (await once(lines, "line")) as [string];
    return { url: (JSON.parse(line) as { url: string }).url, process };
  };
  const stop = async ({ process }: Service): Promise<number | null> => {
    process.kill("SIGTERM");
    const [code] = (await once(process, "close")) as [number | null];
    return code;
  };
  const node = () => createNodeClient({ url: drill.scene.api() });
  const view = async (index: number) => (await findAccount(node(), index)) ?? expect.unreachable();
  const sign = async (amount: bigint) => {
    const domain = rollupDomain(drill.scene.l1.rollup);
    const wallet = createWallet({ secret: user.person.secretKey, domain });
    const draft = { from: await view(user.index), to: existingPayee(await view(receiver.index)), amount };
    const validUntil = Math.floor(Date.now() / 1000) + 1200;
    return signFor(service.url, wallet, { ...draft, validUntil });
  };
  const pay = async (payment: object) => {
    const answer = await askSponsor(service.url, payment as SignedTransactionJson);
    return { status: answer.status, retryAfter: answer.headers.get("retry-after"), body: await answer.json() };
  };

  beforeAll(async () => {
    drill = await openDrill({ env: { CAIRN_FEE_OPERATOR_PERCENT: "10" } });
    const { scene } = drill;
    const token = await scene.l1.createToken("USD", 6);
    await scene.holders.deposit(FEE_OWNER, ETHER);
    await scene.holders.deposit(1, 100n * USD, token);
    await scene.holders.deposit(3, USD, token);
    await scene.start({ CAIRN_FEE_OWNER: scene.l1.wallet(FEE_OWNER).account.address });
    await drill.cairn("deposit", "1", "ETH", "--key", "bob", "--node-url", scene.api(), "--wait", "confirmed");
    user = await scene.holders.find(scene.api, 1, token.id);
    receiver = await scene.holders.find(scene.api, 3, token.id);
    service = await start("--budget", "0.5", "--per-account", "2");
  });
  afterAll(async () => {
    service?.process.kill("SIGKILL");
    await drill?.stop();
  });

  it("starts as the guide says, whose key is called otherwise", async () => {
    const [, options = ""] = /^npx cairn sponsor (.+) --key shop$/m.exec(GUIDE) ?? [];
    expect(options).not.toBe("");
    const another = await start(...options.split(" "));
    const terms = await fetch(`${another.url}/v1/terms`);
    expect([terms.status, await stop(another)]).toEqual([200, 0]);
  });

  it("pays for somebody who has nothing but a token", async () => {
    const payment = await sign(25n * USD);
    const { status, body } = await pay(payment);
    expect([status, body]).toMatchObject([200, { status: "confirmed" }]);
    expect((await view(receiver.index)).balance).toBe((26n * USD).toString());
    // Asked again, as after a lost answer, it is not paid again.
    expect((await pay(payment)).status).toBe(200);
    expect((await view(receiver.index)).balance).toBe((26n * USD).toString());
  });

  it("keeps its limits over a restart, and says when they begin anew", async () => {
    expect((await pay(await sign(USD))).status).toBe(200);
    expect(await stop(service)).toBe(0);
    service = await start("--budget", "0.5", "--per-account", "2");
    const { status, retryAfter, body } = await pay(await sign(USD));
    expect([status, body]).toMatchObject([
      429,
      { error: { code: "sdk/not-sponsored", details: { reason: "paymentsPerAccount" } } },
    ]);
    expect(Number(retryAfter)).toBeGreaterThan(0);
  });

  it("answers nonsense with an error of the client's, and pages may read it", async () => {
    for (const body of [null, {}, { type: "transfer" }]) expect((await pay(body ?? {})).status).toBe(422);
    const { status, headers } = await fetch(`${service.url}/v1/payments`, { method: "OPTIONS" });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
  });
});
