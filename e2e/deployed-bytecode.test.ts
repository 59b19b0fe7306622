import { createBlobKzg } from "@cairn/blobs";
import { loadSidecarMaker } from "@cairn/blobs/native";
import {
  type BatchHeaderStruct,
  payArguments,
  rollupAbi,
  type SubmitBatchArguments,
  submitBatchArguments,
} from "@cairn/contracts";
import { generateSecretKey, publicKeyFromSecret } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { type DevRollup, deployDevRollup, loadProver, startDevRollup } from "@cairn/devnet";
import { depositEth, rollupDomain } from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  batchNumber,
  bigintToHex,
  encodeFloat16,
  encodeFloat40,
  FIELD_MODULUS,
  FIRST_ACCOUNT_INDEX,
  type Hex,
  type L1Operation,
  MAX_BATCH_CELLS,
  type SignedTransaction,
  tokenId,
} from "@cairn/protocol";
import { type Person, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import type { BlockBuilder } from "@cairn/vm";
import { type Address, createTestClient, encodeFunctionData, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CACHE_DIR } from "./support/places.ts";
import { refusal } from "./support/refusal.ts";
import { createSoloOperator, type SoloBatch, type SoloOperator, submitSoloBatch } from "./support/solo-operator.ts";

const ETHER = 10n ** 18n;
const RECIPIENT = 0xc0ffee00c0ffee00c0ffee00c0ffee00c0ffee00n;
/** Places of arguments of `submitBatch`. */
const DATA = 4;
const PROOF = 5;

function flip(bytes: Hex, position: number): Hex {
  const at = 2 + 2 * position;
  const flipped = Number.parseInt(bytes.slice(at, at + 2), 16) ^ 1;
  return `${bytes.slice(0, at)}${flipped.toString(16).padStart(2, "0")}${bytes.slice(at + 2)}` as Hex;
}

/** Makes blobs with compiled code; checks them in JavaScript. */
const kzg = { ...createBlobKzg(), ...(await loadSidecarMaker()) };

describe("the deployed contracts, with real proofs", () => {
  let devnet: DevRollup;
  let twin: Address;
  let operator: SoloOperator;
  let alice: Person;
  let first: SoloBatch;
  let second: SoloBatch;

  const argumentsOf = ({ batch }: SoloBatch): SubmitBatchArguments => submitBatchArguments(batch);
  const withHeader = (change: Partial<BatchHeaderStruct>): SubmitBatchArguments => {
    const [header, ...others] = argumentsOf(second);
    return [{ ...header, ...change }, ...others];
  };
  const withArgument = (place: number, value: unknown): SubmitBatchArguments =>
    argumentsOf(second).map((given, i) => (i === place ? value : given)) as unknown as SubmitBatchArguments;

  const refuse = (address: Address, args: SubmitBatchArguments) =>
    refusal(() =>
      devnet.rollup.reader.simulateContract({
        address,
        abi: rollupAbi,
        functionName: "submitBatch",
        args,
        account: devnet.wallet(0).account,
      }),
    );

  const readState = () =>
    devnet.rollup.reader.readContract({ address: devnet.rollup.address, abi: rollupAbi, functionName: "state" });

  /** Mines a block one minute on, so that later timestamps than the proven one are not in the future. */
  async function mineLater(): Promise<void> {
    const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    await client.increaseTime({ seconds: 60 });
    await client.mine({ blocks: 1 });
  }

  function spend(builder: BlockBuilder): void {
    const from = accountIndex(FIRST_ACCOUNT_INDEX);
    const common = {
      from,
      tokenId: tokenId(0),
      amount: encodeFloat40(ETHER / 4n),
      fee: encodeFloat16(0n),
      validFrom: 0,
      validUntil: 2 ** 32 - 1,
      reference: 0n,
    };
    const domain = rollupDomain(devnet.rollup);
    const signed: SignedTransaction[] = [
      signTransaction(
        { type: "transferToNew", ...common, nonce: 0, toOwner: 0xb0bn, toKey: 5n, link: null },
        alice,
        domain,
        REAL_CRYPTO,
      ),
      signTransaction({ type: "withdraw", ...common, nonce: 1, recipient: RECIPIENT }, alice, domain, REAL_CRYPTO),
    ];
    for (const transaction of signed) expect(builder.addGroup([transaction])).toMatchObject({ type: "included" });
  }

  beforeAll(async () => {
    devnet = await startDevRollup({ cacheDir: CACHE_DIR, sizes: [16] });
    const wallet = devnet.wallet(1);
    const anvil = { rpcUrl: devnet.rpcUrl, chainId: devnet.rollup.reader.chain.id };
    const other = await deployDevRollup(anvil, { cacheDir: CACHE_DIR, sizes: [16] });
    twin = other.rollup.address;
    const secretKey = generateSecretKey();
    const owner = addressToBigint(wallet.account.address);
    alice = { name: "alice", owner, secretKey, key: publicKeyFromSecret(secretKey) };
    const target = { owner, index: accountIndex(0), key: alice.key };
    for (const { rollup } of [devnet, other]) await depositEth(rollup, wallet, ETHER, target);
    operator = createSoloOperator(devnet, await loadProver(CACHE_DIR, 16), kzg, await createFastCompress());
    const deposit: L1Operation = { type: "deposit", tokenId: tokenId(0), amount: ETHER, ...target };
    first = await operator.prove({ dataSource: "calldata", l1Operations: [deposit] });
  });
  afterAll(() => devnet?.stop());

  it("refuse the proof of another rollup in the same state", async () => {
    expect(await refuse(devnet.rollup.address, argumentsOf(first))).toBeNull();
    expect(await refuse(twin, argumentsOf(first))).toMatchObject({ name: "InvalidProof" });
  });

  it("accept a genuine batch", async () => {
    expect((await submitSoloBatch(devnet, kzg, first)).status).toBe("success");
    const { root, history, nextIndex, batchCount } = await readState();
    const { newRoot, newHistory } = first.batch.header;
    expect([root, history]).toEqual([bigintToHex(newRoot, 32), bigintToHex(newHistory, 32)]);
    expect([nextIndex, batchCount]).toEqual([65, 1n]);
    second = await operator.prove({ dataSource: "calldata", fill: spend });
    expect(await refuse(devnet.rollup.address, argumentsOf(second))).toBeNull();
  });

  it("refuse a corrupted proof, and name the point that they asked about", async () => {
    const rollup = devnet.rollup.address;
    const proof = argumentsOf(second)[PROOF];
    const expected = { name: "InvalidProof", args: [bigintToHex(second.point, 32)] };
    const bytes = proof.length / 2 - 1;
    const corrupted: Hex[] = [31, 8 * 32 + 5, Math.floor(bytes / 2), bytes - 33, bytes - 1].map((i) => flip(proof, i));
    const others: Hex[] = [
      `0x${"00".repeat(bytes)}`,
      proof.slice(0, -64) as Hex,
      `${proof}00`,
      "0x",
      argumentsOf(first)[PROOF],
    ];
    for (const [i, bad] of [...corrupted, ...others].entries()) {
      expect(await refuse(rollup, withArgument(PROOF, bad)), `proof ${i}`).toEqual(expected);
    }
  });

  it("refuse each corrupted header field with its own error", async () => {
    const [header] = argumentsOf(second);
    const next = (word: Hex) => bigintToHex(BigInt(word) + 1n, 32);
    await mineLater();
    const { timestamp: now } = await devnet.rollup.reader.getBlock();
    const beyond = (word: Hex) => bigintToHex(BigInt(word) + FIELD_MODULUS, 32);
    const old = now - 7n * 3600n;
    const corruptions: readonly [Partial<BatchHeaderStruct>, string][] = [
      [{ circuitType: 1 }, "UnknownCircuitType"],
      [{ dataSource: 1 }, "DataMalformed"],
      [{ dataSource: 2 }, "UnknownDataSource"],
      [{ firstBlock: header.firstBlock + 1n, lastBlock: header.lastBlock + 1n }, "FirstBlockMismatch"],
      [{ firstBlock: header.firstBlock - 1n }, "FirstBlockMismatch"],
      [{ lastBlock: header.lastBlock - 1n }, "NoBlocks"],
      [{ lastBlock: header.lastBlock + 1n }, "InvalidProof"],
      [{ lastTimestamp: now + 3600n }, "TimestampInFuture"],
      [{ firstTimestamp: old, lastTimestamp: old }, "TimestampTooOld"],
      [{ firstTimestamp: header.firstTimestamp + 1n }, "TimestampsDescending"],
      [{ lastTimestamp: header.lastTimestamp + 1n }, "InvalidProof"],
      [{ oldRoot: next(header.oldRoot) }, "OldRootMismatch"],
      [{ newRoot: next(header.newRoot) }, "InvalidProof"],
      [{ newRoot: beyond(header.newRoot) }, "FieldOutOfRange"],
      [{ newHistory: next(header.newHistory) }, "InvalidProof"],
      [{ newHistory: beyond(header.newHistory) }, "FieldOutOfRange"],
      [{ blocksRoot: next(header.blocksRoot) }, "InvalidProof"],
      [{ blocksRoot: beyond(header.blocksRoot) }, "FieldOutOfRange"],
      [{ newNextIndex: header.newNextIndex + 1 }, "InvalidProof"],
    ];
    for (const [corruption, name] of corruptions) {
      const refused = await refuse(devnet.rollup.address, withHeader(corruption));
      expect(refused, Object.keys(corruption).join()).toMatchObject({ name });
    }
    const touched = new Set(corruptions.flatMap(([corruption]) => Object.keys(corruption)));
    expect(touched).toEqual(new Set(Object.keys(header)));
  });

  it("refuse corrupted data, queue records and payouts", async () => {
    const rollup = devnet.rollup.address;
    const [, , payouts, , data] = argumentsOf(second);
    for (const position of [13, data.length / 2 - 2]) {
      expect(await refuse(rollup, withArgument(DATA, flip(data, position))), `byte ${position}`).toMatchObject({
        name: "InvalidProof",
      });
    }
    const cell = "00".repeat(26);
    const cases: readonly (readonly [number, Hex, string])[] = [
      [DATA, `${data}${cell}`, "InvalidProof"],
      [DATA, "0x", "InvalidProof"],
      [DATA, `${data}01`, "DataMalformed"],
      [DATA, `0x${cell.repeat(MAX_BATCH_CELLS + 1)}`, "DataMalformed"],
      [1, `0x${"00".repeat(76)}`, "TooManyL1Operations"],
      [1, "0x01", "L1RecordsMalformed"],
      [2, flip(payouts, 39), "InvalidProof"],
      [2, "0x", "InvalidProof"],
      [2, `${payouts}01`, "PayoutListMalformed"],
    ];
    for (const [place, value, name] of cases) {
      expect(await refuse(rollup, withArgument(place, value)), `${place} ${value.length}`).toMatchObject({ name });
    }
  });

  it("keep their state when a corrupted batch is mined", async () => {
    const before = await readState();
    const args = withArgument(PROOF, flip(argumentsOf(second)[PROOF], 1000));
    const hash = await devnet.wallet(0).sendTransaction({
      to: devnet.rollup.address,
      data: encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args }),
      gas: 5_000_000n,
    });
    expect((await devnet.rollup.reader.waitForTransactionReceipt({ hash })).status).toBe("reverted");
    expect(await readState()).toEqual(before);
  });

  it("refuse a replay and an old root", async () => {
    const rollup = devnet.rollup.address;
    expect((await submitSoloBatch(devnet, kzg, second)).status).toBe("success");
    const { newRoot, oldRoot } = second.batch.header;
    expect(await refuse(rollup, argumentsOf(second))).toMatchObject({
      name: "OldRootMismatch",
      args: [bigintToHex(newRoot, 32), bigintToHex(oldRoot, 32)],
    });
    expect(await refuse(rollup, argumentsOf(first))).toMatchObject({ name: "OldRootMismatch" });
  });

  it("pay exactly the proven list, once", async () => {
    const { reader, address } = devnet.rollup;
    const [header] = argumentsOf(second);
    const { payouts } = second.batch;
    expect(payouts).toEqual([{ recipient: RECIPIENT, tokenId: 0, amount: ETHER / 4n }]);
    const { dataCommitment } = second;
    const options = { batch: batchNumber(2), header, dataCommitment, payouts } as const;
    const pay = (args: ReturnType<typeof payArguments>) =>
      refusal(() =>
        reader.simulateContract({
          address,
          abi: rollupAbi,
          functionName: "pay",
          args,
          account: devnet.wallet(3).account,
        }),
      );
    const more = payouts.map((payout) => ({ ...payout, amount: payout.amount + 1n }));
    for (const changed of [{ payouts: more }, { dataCommitment: header.newRoot }, { header: argumentsOf(first)[0] }]) {
      expect(await pay(payArguments({ ...options, ...changed }))).toMatchObject({ name: "BatchCommitmentMismatch" });
    }
    const args = payArguments(options);
    const hash = await devnet.wallet(3).writeContract({ address, abi: rollupAbi, functionName: "pay", args });
    expect((await reader.waitForTransactionReceipt({ hash })).status).toBe("success");
    expect(await reader.getBalance({ address: bigintToHex(RECIPIENT, 20) })).toBe(ETHER / 4n);
    expect(await pay(args)).toMatchObject({ name: "NothingToPay" });
  });
});
