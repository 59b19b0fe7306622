import { beforeEach, describe, expect, it } from "vitest";
import {
  CairnError,
  formatAmount,
  isCairnError,
  parseAmount,
  parsePaymentRequest,
  textReference,
} from "../src/index.ts";
import { type L2Scene, openL2Scene } from "./l2-scene.ts";
import { BOB } from "./people.ts";

/** What programs without types pass: numbers and texts, in units of their own, or nothing. */
const NO_BIGINTS = [5, 1.5, "5", "1.5", Number.NaN, null, undefined, {}] as const;

/** As a program without types passes it. */
function untyped<Wanted>(value: unknown): Wanted {
  return value as Wanted;
}

describe("arguments that a program without types gets wrong", () => {
  let scene: L2Scene;
  beforeEach(() => {
    scene = openL2Scene();
  });

  /** Each place of an amount or a fee in an action. */
  const places: Readonly<Record<string, (client: ReturnType<L2Scene["connect"]>, wrong: bigint) => Promise<unknown>>> =
    {
      "an amount of a deposit": (client, amount) => client.deposit({ amount }),
      "an amount of a transfer": (client, amount) => client.transfer({ to: 65, amount }),
      "an amount of a transfer with a fee": (client, amount) => client.transfer({ to: 65, amount, fee: 1n }),
      "an amount of a withdrawal": (client, amount) => client.withdraw({ amount }),
      "an amount among many": (client, amount) =>
        client.payMany({
          payments: [
            { to: 65, amount: 5n },
            { to: 65, amount },
          ],
        }),
      "an amount of a request": (client, amount) => client.requestPayment({ amount }),
      "what a swap gives": (client, amount) =>
        client.offerSwap({ give: { amount, to: 65 }, want: { amount: 1n, from: 65 } }),
      "what a swap wants": (client, amount) =>
        client.offerSwap({ give: { amount: 1n, to: 65 }, want: { amount, from: 65 } }),
    };
  const fees: typeof places = {
    "a fee": (client, fee) => client.transfer({ to: 65, amount: 5n, fee }),
    "a highest fee": (client, maxFee) => client.transfer({ to: 65, amount: 5n, maxFee }),
  };

  it.each(Object.keys(places))("%s that is no bigint is refused by its name, and nothing is signed", async (place) => {
    const act = places[place] ?? expect.unreachable();
    for (const wrong of NO_BIGINTS) {
      const refused = act(scene.connect(), untyped(wrong));
      await expect(refused, `${place}: ${String(wrong)}`).rejects.toMatchObject({
        code: "sdk/bad-amount",
        message: expect.stringMatching(/bigint .*parseAmount.* not (?:number|string|undefined|object)/),
      });
    }
    expect([scene.node.submitted, await scene.connect().requests()]).toEqual([0, []]);
  });

  it.each(Object.keys(fees))("%s that is no bigint is refused, unless it is left out", async (place) => {
    const act = fees[place] ?? expect.unreachable();
    for (const wrong of NO_BIGINTS.filter((one) => one !== undefined && one !== null)) {
      await expect(act(scene.connect(), untyped(wrong))).rejects.toMatchObject({ code: "sdk/bad-amount" });
    }
    expect(scene.node.submitted).toBe(0);
  });

  it("nobody is paid who is named by no index, address or code", async () => {
    for (const to of [1.5, -1, Number.NaN, undefined, null, true, {}]) {
      const refused = scene.connect().transfer({ to: untyped(to), amount: 5n });
      await expect(refused, String(to)).rejects.toMatchObject({ code: "sdk/bad-payee" });
    }
    expect(scene.node.submitted).toBe(0);
  });

  it("a hash that is none is refused before L1 is asked", async () => {
    for (const l1Transaction of ["0x12", "", undefined, 5]) {
      const refused = scene.connect().reclaim({ l1Transaction: untyped(l1Transaction) });
      await expect(refused).rejects.toMatchObject({ code: "sdk/bad-request" });
    }
  });

  it("texts are read from texts, and amounts written from bigint", () => {
    for (const wrong of [5, undefined, null]) {
      expect(() => parseAmount(untyped(wrong), 6)).toThrow(CairnError);
      expect(() => formatAmount(untyped(wrong), 6)).toThrow(CairnError);
      expect(() => parsePaymentRequest(untyped(wrong))).toThrow(CairnError);
    }
    expect(() => formatAmount(untyped("7500000"), 6)).toThrow(/bigint/);
  });

  it("a request id that is too long is shown with its length", async () => {
    const requestId = `refund-0x${"12".repeat(32)}`;
    await expect(scene.connect().transfer({ to: 65, amount: 5n, requestId })).rejects.toMatchObject({
      code: "sdk/bad-request",
      message: expect.stringContaining(`has 73: ${requestId}`),
    });
  });
});

describe("what a payment is for", () => {
  it("is a text or its number, and both are the same request", async () => {
    const scene = openL2Scene();
    const parameters = { to: 65, amount: 5n, requestId: "one" } as const;
    const handle = await scene.connect().transfer({ ...parameters, reference: "invoice 17" });
    const again = await scene.connect().transfer({ ...parameters, reference: textReference("invoice 17") });
    expect(again.hashes()).toEqual(handle.hashes());
    const many = await scene.connect().payMany({
      payments: [
        { to: 65, amount: 5n, reference: "invoice 18" },
        { to: { type: "existing", index: 65, owner: BOB.owner, key: BOB.key }, amount: 5n },
      ],
    });
    const signed = [...scene.node.known.values()].map(({ transaction }) => BigInt(transaction.reference));
    expect(signed).toEqual([textReference("invoice 17"), textReference("invoice 18"), 0n]);
    expect(many.hashes()).toHaveLength(2);
  });

  it("is refused where it is too long or no text", async () => {
    const scene = openL2Scene();
    const pay = (reference: unknown) =>
      scene.connect().transfer({ to: 65, amount: 5n, reference: reference as string });
    await expect(pay("x".repeat(32))).rejects.toMatchObject({ code: "protocol/bad-reference" });
    await expect(pay(17)).rejects.toMatchObject({ code: "sdk/bad-request" });
    expect(scene.node.submitted).toBe(0);
  });
});

describe("errors", () => {
  it("have codes that the compiler knows: a mistyped one does not compile", () => {
    const error: unknown = new CairnError("sdk/timeout", "it took too long");
    if (!isCairnError(error)) expect.unreachable();
    // @ts-expect-error: no such code
    expect(error.code === "sdk/time-out").toBe(false);
    // @ts-expect-error: no such code
    expect(isCairnError(error, "sdk/time-out")).toBe(false);
    expect([isCairnError(error, "sdk/timeout"), isCairnError(new Error("sdk/timeout"))]).toEqual([true, false]);
  });

  it("can be logged as JSON, amounts included", async () => {
    const scene = openL2Scene();
    const refused = scene.connect().transfer({ to: 65, amount: 10n ** 18n });
    const error = await refused.catch((failure: unknown) => failure);
    expect(JSON.parse(JSON.stringify({ error }))).toMatchObject({
      error: { code: "sdk/insufficient-balance", message: expect.any(String), details: { needed: expect.any(String) } },
    });
  });
});
