import { findL1Transaction } from "@cairn/db";
import type { L1Reader } from "@cairn/l1";
import { RpcRequestError } from "viem";
import { describe, expect, it, vi } from "vitest";
import { GWEI, useSenderScene } from "../../test/sender-scene.ts";

const never = () => Promise.resolve(false);
const always = () => Promise.resolve(true);

/** Like an L1 node that has pruned the state of every block but the latest. */
function withFewStates(reader: L1Reader): L1Reader {
  const error = { code: -32000, message: "missing trie node" };
  const count: L1Reader["getTransactionCount"] = (query) =>
    query.blockNumber === undefined
      ? reader.getTransactionCount(query)
      : Promise.reject(new RpcRequestError({ body: {}, url: "http://l1", error }));
  return new Proxy(reader, {
    get: (target, name) => (name === "getTransactionCount" ? count : Reflect.get(target, name)),
  });
}

describe("the L1 sender's nonces", () => {
  const {
    account,
    call,
    changeAccount,
    clock,
    database,
    l1,
    mine,
    nonceOnChain,
    reader,
    sender,
    setBaseFee,
    signFirst,
    stored,
  } = useSenderScene();

  it("gives transactions that wait together consecutive nonces, and a subject only one", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await publisher.send(call(2));
    expect([(await stored(1)).nonce, (await stored(2)).nonce]).toEqual([0, 1]);
    await expect(publisher.send(call(1))).rejects.toThrow();
    await mine();
    await publisher.advance(never);
    expect(await nonceOnChain()).toBe(2);
  });

  it.each([
    ["keeps old states", () => reader()],
    ["keeps few states", () => withFewStates(reader())],
  ])("gives up only when something else has used the nonce for good, with an L1 node that %s", async (_, asked) => {
    const publisher = sender({}, asked());
    await publisher.send(call(1));
    await l1("anvil_dropAllTransactions");
    const raw = await signFirst(5n * GWEI, 900n * GWEI);
    await reader().sendRawTransaction({ serializedTransaction: raw });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "sent" });
    await mine();
    await publisher.advance(never);
    clock.advance(29_999);
    await publisher.advance(always);
    expect(await stored(1)).toMatchObject({ status: "sent", attempts: [{}] });
    clock.advance(1);
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "abandoned" });
    await publisher.send(call(1));
    expect(await stored(1)).toMatchObject({ status: "sent", nonce: 1 });
  });

  it("does not give up a nonce when some nodes know it but others do not have the receipt", async () => {
    const unknown = () => reader().getTransactionReceipt({ hash: `0x${"00".repeat(31)}01` });
    const lying = new Proxy(reader(), {
      get: (target, name) => (name === "getTransactionReceipt" ? unknown : Reflect.get(target, name)),
    });
    const lied = sender({}, lying);
    await lied.send(call(1));
    for (let i = 0; i < 2; i++) await mine();
    for (const waitMs of [0, 29_000]) {
      clock.advance(waitMs);
      await lied.advance(never);
      expect(await stored(1)).toMatchObject({ status: "sent", attempts: [{}] });
    }
    await sender().advance(never);
    expect(await stored(1)).toMatchObject({ status: "final", attempts: [{}] });
  });

  it("recovers the nonce of a call that became pointless, and lets others follow at once", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await publisher.send({ ...call(1), content: "rebuilt" });
    const isVoid = ({ content }: { content: string }) => Promise.resolve(content === "");
    await publisher.advance(isVoid);
    expect((await stored(1)).attempts).toMatchObject([{ kind: "call" }, { kind: "cancel" }]);
    await mine();
    await publisher.advance(isVoid);
    await mine();
    await publisher.advance(isVoid);
    expect(await stored(1)).toMatchObject({ status: "abandoned", failure: "cancelled" });
    expect(await findL1Transaction(database().db, "submitBatch", 1, "rebuilt")).toMatchObject({
      status: "final",
      nonce: 1,
    });
    expect(await nonceOnChain()).toBe(2);
  });

  it("records the call as mined when it landed before it could be cancelled", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await mine();
    await publisher.advance(always);
    expect(await stored(1)).toMatchObject({ status: "mined", attempts: [{ kind: "call" }] });
  });

  it("does not resend a pointless call while the cap prevents cancelling it", async () => {
    const publisher = sender({ maxFeePerGas: (105n * GWEI) / 100n });
    await publisher.send(call(1));
    await l1("anvil_dropAllTransactions");
    await setBaseFee(50n * GWEI);
    await mine();
    await publisher.advance(always);
    await setBaseFee(1n);
    await mine();
    expect([(await stored(1)).attempts.length, await nonceOnChain()]).toEqual([1, 0]);
  });

  it("leaves its nonce to another transaction for a while, outbids it step by step, and gives way when that one is mined", async () => {
    const publisher = sender();
    const rival = await signFirst(900n * GWEI, 900n * GWEI);
    await reader().sendRawTransaction({ serializedTransaction: rival });
    expect(await publisher.send(call(1))).toBe("nonceTaken");
    clock.advance(60_000);
    expect(await publisher.send(call(1))).toBe("sent");
    expect(await stored(1)).toMatchObject({ status: "prepared", nonce: 0 });
    await publisher.advance(never);
    expect((await stored(1)).attempts).toHaveLength(1);
    clock.advance(60_000);
    await publisher.advance(never);
    expect((await stored(1)).attempts).toHaveLength(2);
    expect(await publisher.send(call(2))).toBe("nonceTaken");
    await mine();
    await mine();
    await publisher.advance(never);
    clock.advance(30_000);
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "abandoned" });
  });

  it("leaves transactions of another key alone, and does not wait for them for ever", async () => {
    await l1("anvil_setBalance", [account().address, "0x0"]);
    await sender().send(call(1));
    await changeAccount();
    const publisher = sender();
    clock.advance(120_000);
    await publisher.advance(always);
    expect(await stored(1)).toMatchObject({ status: "prepared", attempts: [{ kind: "call" }] });
    clock.advance(600_000);
    expect(await publisher.advance(always)).toEqual([]);
    expect(await stored(1)).toMatchObject({ status: "abandoned" });
    await publisher.send(call(1));
    expect(await stored(1)).toMatchObject({ status: "sent", nonce: 0 });
  });

  it("is not held up by what blocks a transaction of another key", async () => {
    const former = sender();
    const rival = await signFirst(900n * GWEI, 900n * GWEI);
    await reader().sendRawTransaction({ serializedTransaction: rival });
    await former.send(call(1));
    clock.advance(60_000);
    expect(await former.send(call(1))).toBe("sent");
    await changeAccount();
    const publisher = sender();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "prepared" });
    expect(await publisher.send(call(2))).toBe("sent");
    expect(await stored(2)).toMatchObject({ status: "sent", nonce: 0 });
  });

  it("fills a nonce that nothing holds any longer", async () => {
    const publisher = sender();
    const lookup = vi.spyOn(reader(), "getTransactionCount").mockResolvedValueOnce(2);
    await publisher.send(call(1));
    lookup.mockRestore();
    expect(await stored(1)).toMatchObject({ nonce: 2 });
    await publisher.advance(never);
    await mine();
    expect(await nonceOnChain()).toBe(0);
    clock.advance(60_000);
    await publisher.advance(never);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined" });
    expect(await nonceOnChain()).toBe(3);
  });
});
