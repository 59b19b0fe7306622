import { findL1Transaction, insertL1Transaction } from "@cairn/db";
import { addressToBigint, type Hex, hexToBytes } from "@cairn/protocol";
import { keccak256 } from "viem";
import { describe, expect, it, vi } from "vitest";
import { GWEI, TARGET, useSenderScene } from "../../test/sender-scene.ts";

const never = () => Promise.resolve(false);

describe("L1 sender", () => {
  const { account, call, clock, database, l1, mine, nonceOnChain, reader, sender, setBaseFee, signFirst, stored } =
    useSenderScene();

  it("goes from prepared to final", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    expect(await stored(1)).toMatchObject({ status: "sent", nonce: 0 });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined" });
    await mine();
    expect(await publisher.advance(never)).toEqual([]);
    expect(await stored(1)).toMatchObject({ status: "final", mined: { hash: expect.any(Uint8Array) } });
  });

  it("sends what was stored but never broadcast when the process died", async () => {
    const raw = await signFirst(GWEI, 10n * GWEI);
    const attempt = {
      hash: hexToBytes(keccak256(raw)),
      raw: hexToBytes(raw),
      maxFeePerGas: 10n * GWEI,
      maxPriorityFeePerGas: GWEI,
      kind: "call" as const,
      createdAtMs: clock.nowMs(),
      sentAtMs: null,
    };
    const content = {
      purpose: "submitBatch" as const,
      subject: 1,
      content: "",
      nonce: 0,
      data: new Uint8Array(),
      gasLimit: 50_000,
    };
    const addresses = { sender: addressToBigint(account().address), recipient: addressToBigint(TARGET) };
    await insertL1Transaction(database().db, { ...content, ...addresses }, attempt, clock.nowMs());
    await sender().advance(never);
    expect(await stored(1)).toMatchObject({ status: "sent" });
    await mine();
    await sender().advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", mined: { hash: attempt.hash } });
  });

  it("sends the same bytes again when L1 dropped them", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    const [{ hash } = { hash: new Uint8Array() }] = (await stored(1)).attempts;
    await l1("anvil_dropAllTransactions");
    await mine();
    await publisher.advance(never);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", mined: { hash }, attempts: [{}] });
  });

  it("raises the fees of a stuck transaction under its own nonce", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await setBaseFee(100n * GWEI);
    await mine();
    clock.advance(60_000);
    await publisher.advance(never);
    const { attempts } = await stored(1);
    expect(attempts).toHaveLength(2);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", nonce: 0, mined: { hash: attempts[1]?.hash } });
    expect(await nonceOnChain()).toBe(1);
  });

  it("holds back what would cost more than the cap", async () => {
    await setBaseFee(50n * GWEI);
    await mine();
    expect(await sender({ maxFeePerGas: GWEI }).send(call(1))).toBe("capped");
    expect(await findL1Transaction(database().db, "submitBatch", 1, "")).toBeUndefined();
  });

  it("stores nothing under a nonce that L1 nodes would not pass on for its size", async () => {
    const publisher = sender();
    const sized = (subject: number, bytes: number) => {
      const data: Hex = `0x${"11".repeat(bytes)}`;
      return publisher.send({ ...call(subject), data, gasLimit: 10_000_000 });
    };
    await expect(sized(1, 131_072)).rejects.toMatchObject({ code: "node/oversized-transaction" });
    expect(await findL1Transaction(database().db, "submitBatch", 1, "")).toBeUndefined();
    expect(await sized(2, 130_000)).toBe("sent");
    expect(await stored(2)).toMatchObject({ nonce: 0 });
  });

  it("returns to sent when a reorg removes its block, and lands again", async () => {
    const publisher = sender({ finalConfirmations: 10 });
    await publisher.send(call(1));
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined" });
    await l1("anvil_reorg", [1, []]);
    await l1("anvil_dropAllTransactions");
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "sent", mined: null });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", attempts: [{}] });
    expect(await nonceOnChain()).toBe(1);
  });

  it("continues when the clock is set back while it waits", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    clock.jumpTo(clock.nowMs() - 24 * 3_600_000);
    await publisher.advance(never);
    expect((await stored(1)).attempts.length).toBe(2);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined" });
    clock.jumpTo(clock.nowMs() + 24 * 3_600_000);
  });

  it("says that the account cannot pay, and continues when it can", async () => {
    const publisher = sender();
    await l1("anvil_setBalance", [account().address, "0x1"]);
    await publisher.send(call(1));
    expect([publisher.isOutOfFunds(), (await stored(1)).status]).toEqual([true, "prepared"]);
    await l1("anvil_setBalance", [account().address, `0x${(10n ** 20n).toString(16)}`]);
    await publisher.advance(never);
    expect([publisher.isOutOfFunds(), (await stored(1)).status]).toEqual([false, "sent"]);
  });

  it("resends what a reorg deeper than settled has removed", async () => {
    const publisher = sender();
    await mine();
    const snapshot = await l1("evm_snapshot");
    await publisher.send(call(1));
    await mine();
    await mine();
    expect(await publisher.advance(never)).toEqual([]);
    await l1("evm_revert", [snapshot]);
    for (let i = 0; i < 3; i++) await mine();
    expect(await publisher.advance(never)).toMatchObject([{ status: "sent", nonce: 0 }]);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", nonce: 0 });
  });

  it("concludes nothing from an L1 node that is behind", async () => {
    const publisher = sender();
    await publisher.send(call(1));
    await mine();
    await publisher.advance(never);
    const old = await reader().getBlock({ blockNumber: (await reader().getBlockNumber()) - 1n });
    const lookup = vi.spyOn(reader(), "getBlock").mockResolvedValue(old);
    await expect(publisher.advance(never)).rejects.toMatchObject({ code: "node/l1-unavailable" });
    expect(await stored(1)).toMatchObject({ status: "mined" });
    lookup.mockRestore();
    await mine();
    expect(await publisher.advance(never)).toEqual([]);
  });

  it("settles a reverted transaction as failed", async () => {
    const reverting = "0x000000000000000000000000000000000000dead";
    await l1("anvil_setCode", [reverting, "0x60006000fd"]);
    const publisher = sender();
    await publisher.send({ ...call(1), to: reverting });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "sent" });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "failed", failure: "reverted" });
  });
});
