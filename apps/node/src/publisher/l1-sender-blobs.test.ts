import { cellsToBlob } from "@cairn/blobs";
import { type BlobSidecar, encodeSidecar } from "@cairn/blobs/format";
import { loadSidecarMaker } from "@cairn/blobs/native";
import { findL1Sidecar, findL1Transaction, type L1Blob } from "@cairn/db";
import { bytesToHex } from "@cairn/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { GWEI, useSenderScene } from "../../test/sender-scene.ts";
import { createSentBlobs } from "../blobs/sent-blobs.ts";
import type { L1Call } from "./l1-call.ts";

const never = () => Promise.resolve(false);
const always = () => Promise.resolve(true);

describe("L1 sender of batches in blobs", () => {
  const { account, call, clock, database, l1, mine, nonceOnChain, reader, sender, setBaseFee, stored } =
    useSenderScene();
  let sidecar: BlobSidecar;
  let blob: L1Blob;

  beforeAll(async () => {
    sidecar = (await loadSidecarMaker()).make(cellsToBlob([1n, 2n, 3n]));
    blob = { versionedHash: sidecar.versionedHash, sidecar: encodeSidecar(sidecar) };
  });

  const blobCall = (subject: number): L1Call => ({ ...call(subject), blob });
  /** A transaction as L1 shows it, by the newest attempt of a subject. */
  const shown = async (subject: number) => {
    const { attempts } = await stored(subject);
    return reader().getTransaction({ hash: bytesToHex(attempts.at(-1)?.hash ?? new Uint8Array()) });
  };

  it("sends them with their sidecars, which are stored, and a source of their blobs, until they are final", async () => {
    const publisher = sender();
    const findSent = (versionedHash: Uint8Array) =>
      createSentBlobs(database()).find({ versionedHash, l1Block: 0, l1Timestamp: 0 });
    expect(await findSent(sidecar.versionedHash)).toEqual([]);
    expect(await publisher.send(blobCall(1))).toBe("sent");
    const { id, blobHash, attempts } = await stored(1);
    expect(blobHash).toEqual(sidecar.versionedHash);
    expect(attempts[0]?.maxFeePerBlobGas).toBeGreaterThan(0n);
    expect(await shown(1)).toMatchObject({ type: "eip4844", blobVersionedHashes: [bytesToHex(blob.versionedHash)] });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined" });
    expect(await findL1Sidecar(database().db, id)).toEqual(blob.sidecar);
    expect(await findSent(sidecar.versionedHash)).toEqual([sidecar.blob]);
    expect(await findSent(new Uint8Array(32))).toEqual([]);
    await mine();
    expect(await publisher.advance(never)).toEqual([]);
    expect(await stored(1)).toMatchObject({ status: "final" });
    expect(await findSent(sidecar.versionedHash)).toEqual([]);
    expect(await findL1Sidecar(database().db, id)).toBeUndefined();
  });

  it("sends the same bytes with the same blob again when L1 dropped them", async () => {
    const publisher = sender();
    await publisher.send(blobCall(1));
    await l1("anvil_dropAllTransactions");
    await mine();
    await sender().advance(never);
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", attempts: [{}] });
  });

  it("doubles all three fees of a stuck one", async () => {
    const publisher = sender();
    await publisher.send(blobCall(1));
    await setBaseFee(100n * GWEI);
    await mine();
    clock.advance(60_000);
    await publisher.advance(never);
    const [first, second] = (await stored(1)).attempts;
    for (const fee of ["maxFeePerGas", "maxPriorityFeePerGas", "maxFeePerBlobGas"] as const) {
      expect(second?.[fee], fee).toBeGreaterThanOrEqual(2n * (first?.[fee] ?? 0n));
    }
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", nonce: 0, mined: { hash: second?.hash } });
    expect(await nonceOnChain()).toBe(1);
  });

  it("offers at most a quarter of the caps at first, so that it can be raised and then still be given up", async () => {
    const caps = { maxFeePerGas: 100n * GWEI, maxFeePerBlobGas: 1000n };
    const publisher = sender(caps);
    await setBaseFee(20n * GWEI);
    await mine();
    expect(await publisher.send(blobCall(1))).toBe("sent");
    const raise = async (baseFee: bigint, isVoid = never) => {
      await setBaseFee(baseFee * GWEI);
      await mine();
      clock.advance(60_000);
      await publisher.advance(isVoid);
    };
    await raise(40n);
    // There is no room for a third version of the call.
    await raise(60n);
    await raise(60n, always);
    const { attempts } = await stored(1);
    expect(attempts.map(({ kind, maxFeePerGas }) => [kind, maxFeePerGas / GWEI])).toEqual([
      ["call", 25n],
      ["call", 50n],
      ["cancel", 100n],
    ]);
    expect(attempts.map(({ sentAtMs }) => sentAtMs)).not.toContain(null);
    for (const { maxFeePerBlobGas = 0n } of attempts) expect(maxFeePerBlobGas).toBeLessThanOrEqual(1000n);
    for (let i = 0; i < 2; i++) await mine();
    await publisher.advance(always);
    expect(await stored(1)).toMatchObject({ status: "abandoned" });
  });

  it("waits with new ones while gas costs more than their first offer, and sends ordinary ones", async () => {
    const publisher = sender({ maxFeePerGas: 100n * GWEI });
    await setBaseFee(30n * GWEI);
    await mine();
    expect(await publisher.send(blobCall(1))).toBe("blobsCapped");
    expect(await publisher.send(call(1))).toBe("sent");
  });

  it("gives a pointless one up with a cancellation that carries the same blob", async () => {
    const publisher = sender();
    await publisher.send(blobCall(1));
    await publisher.advance(always);
    const { attempts } = await stored(1);
    expect(attempts.map(({ kind }) => kind)).toEqual(["call", "cancel"]);
    expect(await shown(1)).toMatchObject({ type: "eip4844", to: account().address.toLowerCase(), input: "0x" });
    for (let i = 0; i < 2; i++) await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "abandoned" });
  });

  it("keeps blob and ordinary transactions of the account apart", async () => {
    const publisher = sender();
    expect(await publisher.send(blobCall(1))).toBe("sent");
    expect(await publisher.send(call(2))).toBe("otherKindPending");
    expect(await publisher.send(blobCall(3))).toBe("sent");
    await mine();
    await publisher.advance(never);
    expect(await publisher.send(call(2))).toBe("sent");
    expect(await publisher.send(blobCall(4))).toBe("otherKindPending");
    expect(await findL1Transaction(database().db, "submitBatch", 4, "")).toBeUndefined();
    await mine();
    await publisher.advance(never);
    expect(await publisher.send(blobCall(4))).toBe("sent");
    expect((await stored(4)).nonce).toBe(3);
  });

  it("holds back what blob space would make dearer than its cap", async () => {
    expect(await sender({ maxFeePerBlobGas: 1n }).send(blobCall(1))).toBe("blobsCapped");
    expect(await findL1Transaction(database().db, "submitBatch", 1, "")).toBeUndefined();
    await setBaseFee(50n * GWEI);
    await mine();
    expect(await sender({ maxFeePerBlobGas: 1n, maxFeePerGas: GWEI }).send(blobCall(1))).toBe("capped");
    expect(await sender({ maxFeePerBlobGas: 1n }).send(call(1))).toBe("sent");
  });

  it("returns to sent when a reorg removes its block, and lands again with its blob", async () => {
    const publisher = sender({ finalConfirmations: 10 });
    await publisher.send(blobCall(1));
    await mine();
    await publisher.advance(never);
    await l1("anvil_reorg", [1, []]);
    await l1("anvil_dropAllTransactions");
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "sent", mined: null });
    await mine();
    await publisher.advance(never);
    expect(await stored(1)).toMatchObject({ status: "mined", attempts: [{}] });
    expect(await nonceOnChain()).toBe(1);
  });

  it("gives up one that a reorg removed after its blob was deleted, so that it is sent anew", async () => {
    const publisher = sender();
    await mine();
    const snapshot = await l1("evm_snapshot");
    await publisher.send(blobCall(1));
    for (let i = 0; i < 2; i++) await mine();
    expect(await publisher.advance(never)).toEqual([]);
    await l1("evm_revert", [snapshot]);
    for (let i = 0; i < 3; i++) await mine();
    expect(await publisher.advance(never)).toEqual([]);
    expect(await stored(1)).toMatchObject({ status: "abandoned", failure: "a reorg removed it, and its blob is gone" });
    expect(await publisher.send(blobCall(1))).toBe("sent");
    expect((await stored(1)).nonce).toBe(0);
  });

  it("fills a missing nonce below one with another that carries the blob", async () => {
    const publisher = sender({ finalConfirmations: 10 });
    await publisher.send(blobCall(1));
    await publisher.send(blobCall(2));
    // As if the first one had never been stored.
    await database().db.deleteFrom("l1_transactions").where("subject", "=", 1).execute();
    await l1("anvil_dropAllTransactions");
    await publisher.advance(never);
    clock.advance(60_000);
    await publisher.advance(never);
    const filled = await findL1Transaction(database().db, "fillNonce", 0, "");
    expect(filled).toMatchObject({ nonce: 0, blobHash: sidecar.versionedHash });
    await mine();
    await publisher.advance(never);
    expect(await stored(2)).toMatchObject({ status: "mined", nonce: 1 });
  });
});
