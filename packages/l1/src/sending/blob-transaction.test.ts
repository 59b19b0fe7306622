import { cellsToBlob, createBlobKzg } from "@cairn/blobs";
import type { BlobSidecar } from "@cairn/blobs/format";
import { loadSidecarMaker } from "@cairn/blobs/native";
import { type Hex, keccak256, parseTransaction, recoverTransactionAddress } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnvilNode, startAnvil } from "../anvil.ts";
import { connectReader, type L1Reader } from "../connection.ts";
import { createBeaconSource } from "../reading/beacon.ts";
import { readBlob } from "../reading/read-blob.ts";
import { signBlobTransaction, withSidecars } from "./blob-transaction.ts";

const account = mnemonicToAccount("test test test test test test test test test test test junk");
const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n, maxFeePerBlobGas: 10n ** 9n };

describe("blob transactions with cell proofs", () => {
  let anvil: AnvilNode;
  let reader: L1Reader;
  let sidecar: BlobSidecar;
  let other: BlobSidecar;

  beforeAll(async () => {
    anvil = await startAnvil();
    reader = connectReader(anvil.rpcUrl, anvil.chainId);
    const maker = await loadSidecarMaker();
    [sidecar, other] = [maker.make(cellsToBlob([1n, 2n])), maker.make(cellsToBlob([3n]))];
  });
  afterAll(() => anvil?.stop());

  const sign = (nonce: number, sidecars: readonly BlobSidecar[]) => {
    const versionedHashes = sidecars.map(({ versionedHash }) => versionedHash);
    const call = { to: account.address, data: "0x1234", gas: 60_000n, versionedHashes } as const;
    return signBlobTransaction(account, { chainId: anvil.chainId, nonce, call, fees });
  };
  const send = (raw: Hex) => reader.sendRawTransaction({ serializedTransaction: raw });

  it("are mined under the hash of what was signed, and their blobs can be read again", async () => {
    const { hash, signed } = await sign(0, [sidecar]);
    expect(hash).toBe(keccak256(signed));
    expect(await send(withSidecars(signed, [sidecar]))).toBe(hash);
    const { status, type, blockNumber, blobGasUsed } = await reader.waitForTransactionReceipt({ hash });
    expect({ status, type, blobGasUsed }).toEqual({ status: "success", type: "eip4844", blobGasUsed: 131_072n });
    const { timestamp } = await reader.getBlock({ blockNumber });
    const query = {
      versionedHash: sidecar.versionedHash,
      l1Block: Number(blockNumber),
      l1Timestamp: Number(timestamp),
    };
    const slots = { type: "number" } as const;
    const beacon = createBeaconSource({ url: anvil.rpcUrl, slots });
    expect(await readBlob([beacon], query, { kzg: createBlobKzg() })).toEqual(sidecar.blob);
  });

  it("say what was asked: nothing is paid, all fees and hashes are signed by the account", async () => {
    const { signed } = await sign(7, [sidecar, other]);
    const read = parseTransaction(signed as `0x03${string}`);
    expect(read).toMatchObject({ nonce: 7, to: account.address.toLowerCase(), data: "0x1234", gas: 60_000n, ...fees });
    expect(read).toMatchObject({ blobVersionedHashes: [hex(sidecar), hex(other)] });
    expect(read.value ?? 0n).toBe(0n);
    const signer = await recoverTransactionAddress({ serializedTransaction: signed as `0x03${string}` });
    expect(signer).toBe(account.address);
  });

  it("travel with their own blobs only, in order", async () => {
    const { signed } = await sign(9, [sidecar, other]);
    const wrong: readonly (readonly BlobSidecar[])[] = [[], [sidecar], [other, sidecar], [sidecar, other, other]];
    for (const sidecars of wrong) {
      expect(() => withSidecars(signed, sidecars)).toThrow(expect.objectContaining({ code: "l1/bad-transaction" }));
    }
    const complete = withSidecars(signed, [sidecar, other]);
    for (const bytes of [complete, "0x03", "0x", "0x02c0", "0x03c0", "0x03ff"] as const) {
      expect(() => withSidecars(bytes, [sidecar])).toThrow(expect.objectContaining({ code: "l1/bad-transaction" }));
    }
  });
});

function hex({ versionedHash }: BlobSidecar): Hex {
  return `0x${Buffer.from(versionedHash).toString("hex")}`;
}
