import { bigintToAddress } from "@cairn/protocol";
import { bigintToWord } from "@cairn/rpc";
import { describe, expect, it } from "vitest";
import { ALICE, accountOf, BOB, DOMAIN } from "../test/people.ts";
import { createNodeClient } from "./client.ts";
import { type AccountView, listAccounts, ownAccounts, resolvePayee } from "./payee.ts";
import { encodePaymentCode } from "./payment-code.ts";

const OWN_KEY = accountOf(ALICE, { index: 70 });
const KEYLESS = accountOf(ALICE, { index: 71, key: bigintToWord(0n), ownerKey: false });
const SQUATTED = accountOf(ALICE, { index: 65, key: bigintToWord(BOB.key), ownerKey: false });
const TO = { tokenId: 0, domain: DOMAIN };

/** A client of a node with these accounts, which may also return accounts that were not asked for. */
function clientOf(accounts: readonly AccountView[], pageSize = 100, asked: string[] = []) {
  return createNodeClient(
    { url: "http://node", retries: 0 },
    {
      fetch: async (url) => {
        const index = /accounts\/(\d+)/.exec(url)?.[1];
        if (index === undefined) {
          asked.push(url);
          const { searchParams } = new URL(url);
          const start = Number(searchParams.get("cursor") ?? searchParams.get("from") ?? 0);
          const from = accounts.findIndex((one) => one.index >= start);
          const next = accounts[from + pageSize]?.index.toString() ?? null;
          return Response.json({ accounts: accounts.slice(from, from + pageSize), next });
        }
        const account = accounts.find((one) => one.index === Number(index));
        return account === undefined
          ? Response.json({ error: { code: "not-found", message: "no account" } }, { status: 404 })
          : Response.json(account);
      },
    },
  );
}

const byAddress = { type: "address", address: bigintToAddress(ALICE.owner) } as const;
const byCode = { type: "paymentCode", code: encodePaymentCode(ALICE, DOMAIN) } as const;

describe("paying to an address", () => {
  it("goes to an account whose key the owner authorised, whatever is listed before it", async () => {
    const payee = await resolvePayee(clientOf([SQUATTED, KEYLESS, OWN_KEY]), byAddress, TO);
    expect(payee).toEqual({ type: "existing", index: 70, owner: ALICE.owner, key: ALICE.key });
  });

  it("goes to one without a key when there is no such account", async () => {
    expect(await resolvePayee(clientOf([SQUATTED, KEYLESS]), byAddress, TO)).toMatchObject({ index: 71, key: 0n });
  });

  it("never goes to a key that a stranger registered for the address", async () => {
    expect(await resolvePayee(clientOf([SQUATTED]), byAddress, TO)).toEqual({
      type: "new",
      owner: ALICE.owner,
      key: 0n,
    });
    expect(await resolvePayee(clientOf([]), byAddress, TO)).toEqual({ type: "new", owner: ALICE.owner, key: 0n });
  });

  it("is not misled to accounts of others or in other tokens by a lying node", async () => {
    const lies = [accountOf(BOB, { index: 80 }), accountOf(ALICE, { index: 81, tokenId: 5 })];
    expect(await resolvePayee(clientOf(lies), byAddress, TO)).toMatchObject({ type: "new" });
  });

  it("fails when the address cannot own an account", async () => {
    for (const address of [bigintToAddress(0n), "0x12", "alice"]) {
      await expect(resolvePayee(clientOf([]), { type: "address", address }, TO)).rejects.toMatchObject({
        code: "sdk/bad-payee",
      });
    }
  });
});

describe("paying to a payment code", () => {
  it("goes to exactly that key, in an account that has it or a new one", async () => {
    const bare = accountOf(ALICE, { index: 90, ownerKey: false });
    expect(await resolvePayee(clientOf([SQUATTED, KEYLESS, bare]), byCode, TO)).toMatchObject({
      index: 90,
      key: ALICE.key,
    });
    expect(await resolvePayee(clientOf([SQUATTED, KEYLESS]), byCode, TO)).toEqual({
      type: "new",
      owner: ALICE.owner,
      key: ALICE.key,
    });
  });
});

describe("paying to an index", () => {
  it("goes to that account in its token", async () => {
    const client = clientOf([OWN_KEY]);
    expect(await resolvePayee(client, { type: "index", index: 70 }, TO)).toMatchObject({ index: 70 });
    for (const [index, tokenId] of [
      [71, 0],
      [70, 1],
    ] as const) {
      await expect(resolvePayee(client, { type: "index", index }, { ...TO, tokenId })).rejects.toMatchObject({
        code: "sdk/bad-payee",
      });
    }
  });

  it("does not accept another account in its place", async () => {
    const client = createNodeClient({ url: "http://node" }, { fetch: async () => Response.json(OWN_KEY) });
    await expect(resolvePayee(client, { type: "index", index: 71 }, TO)).rejects.toMatchObject({
      code: "sdk/bad-answer",
    });
  });
});

describe("an owner's accounts", () => {
  const squatted = Array.from({ length: 250 }, (_, i) => ({ ...SQUATTED, index: 1000 + i }));
  const own = { ...OWN_KEY, index: 2000 };

  it("are found behind accounts that strangers opened, page by page", async () => {
    const client = clientOf([...squatted, own]);
    expect(await resolvePayee(client, byAddress, TO)).toMatchObject({ index: 2000 });
    expect(await resolvePayee(client, byCode, TO)).toMatchObject({ index: 2000 });
    expect((await ownAccounts(client, ALICE)).map(({ index }) => index)).toEqual([2000]);
  });

  it("are requested by key, so that the node leaves out strangers' accounts", async () => {
    const asked: string[] = [];
    await resolvePayee(clientOf([own], 100, asked), byAddress, TO);
    await resolvePayee(clientOf([own], 100, asked), byCode, TO);
    expect(asked).toEqual([
      expect.stringContaining("ownerKey=true"),
      expect.stringContaining(`key=${bigintToWord(ALICE.key)}`),
    ]);
  });

  it("are listed page by page, only as far as the caller reads", async () => {
    const asked: string[] = [];
    const query = { owner: bigintToAddress(ALICE.owner), from: 1001 };
    for await (const { index } of listAccounts(clientOf(squatted, 100, asked), query)) if (index === 1002) break;
    expect(asked).toHaveLength(1);
    const indices: number[] = [];
    for await (const { index } of listAccounts(clientOf(squatted, 100, asked), query)) indices.push(index);
    expect(indices).toEqual(squatted.slice(1).map(({ index }) => index));
    expect(asked).toHaveLength(4);
  });

  it("of a node that repeats one page for ever are refused", async () => {
    const client = createNodeClient(
      { url: "http://node", retries: 0 },
      { fetch: async () => Response.json({ accounts: [], next: "again" }) },
    );
    await expect(ownAccounts(client, ALICE)).rejects.toMatchObject({ code: "sdk/bad-answer" });
  });
});

describe("own accounts", () => {
  it("are those of owner and key, the richest first", async () => {
    const rich = accountOf(ALICE, { index: 99, balance: "5000" });
    const found = await ownAccounts(clientOf([SQUATTED, KEYLESS, OWN_KEY, rich, accountOf(BOB)]), ALICE);
    expect(found.map(({ index }) => index)).toEqual([99, 70]);
  });
});
