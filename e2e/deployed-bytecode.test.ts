import type { BlockCircuit } from "@cairn/circuits";
import {
  type BatchHeaderStruct,
  DEFAULT_ROLLUP_PARAMETERS,
  deployRollup,
  loadArtefact,
  loadVerifier,
  payArguments,
  rollupAbi,
  type SubmitBatchArguments,
  submitBatchArguments,
} from "@cairn/contracts";
import { compress, generateSecretKey, publicKeyFromSecret, verify } from "@cairn/crypto";
import { type DevRollup, loadProver, proveSealedBlock, readyBatch, sealBlock, startDevRollup } from "@cairn/devnet";
import { depositEth, type L1Rollup, type ReadyBatch, readQueue, rollupDomain, submitBatch } from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  batchNumber,
  bigintToHex,
  blockNumber,
  bytesToHex,
  dataHash,
  encodeFloat16,
  encodeFloat40,
  FIELD_MODULUS,
  FIRST_ACCOUNT_INDEX,
  type Hex,
  publicInput,
  publishedDataBytes,
  type SignedTransaction,
  tokenId,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { type Person, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { type BlockBuilder, createBlockBuilder } from "@cairn/vm";
import { createTestClient, encodeFunctionData, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CACHE_DIR } from "./support/places.ts";
import { refusal } from "./support/refusal.ts";

const SLOTS = 16;
const ETHER = 10n ** 18n;
const RECIPIENT = 0xc0ffee00c0ffee00c0ffee00c0ffee00c0ffee00n;

function flip(bytes: Hex, position: number): Hex {
  const at = 2 + 2 * position;
  const flipped = Number.parseInt(bytes.slice(at, at + 2), 16) ^ 1;
  return `${bytes.slice(0, at)}${flipped.toString(16).padStart(2, "0")}${bytes.slice(at + 2)}` as Hex;
}

describe("the deployed contracts, with real proofs", () => {
  let devnet: DevRollup;
  let twin: L1Rollup;
  let tree: StateTree;
  let circuit: BlockCircuit;
  let alice: Person;
  let first: ReadyBatch;
  let second: ReadyBatch;

  const argumentsOf = (batch: ReadyBatch): SubmitBatchArguments =>
    submitBatchArguments({ slots: batch.slots, ...batch.fields }, batch.publishedData, batch.proof);

  const refuse = (rollup: L1Rollup, args: SubmitBatchArguments) =>
    refusal(() =>
      rollup.reader.simulateContract({
        address: rollup.address,
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

  async function buildAndProve(fill: (builder: BlockBuilder) => Promise<void> | void): Promise<ReadyBatch> {
    const { timestamp } = await devnet.rollup.reader.getBlock();
    const [last] = (await readQueue(devnet.rollup, 0)).slice(-1);
    const queueHash = tree.blockNumber() === 0 || last === undefined ? new Uint8Array(32) : last.queueHash;
    const builder = createBlockBuilder({
      state: tree,
      domain: rollupDomain(devnet.rollup),
      slotCount: SLOTS,
      blockNumber: blockNumber(tree.blockNumber() + 1),
      timestamp: Number(timestamp),
      queueHash,
      feeAccounts: [],
      verifySignature: verify,
      compress,
    });
    await fill(builder);
    const sealed = sealBlock(tree, builder, compress);
    const { proof } = await proveSealedBlock(circuit, sealed);
    return readyBatch(sealed, proof);
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
    circuit = await loadProver(CACHE_DIR, SLOTS);
    devnet = await startDevRollup({ cacheDir: CACHE_DIR, sizes: [SLOTS] });
    const { rollup } = devnet;
    const operator = devnet.wallet(0);
    const deployment = await deployRollup({
      walletClient: operator,
      publicClient: rollup.reader,
      rollup: loadArtefact(CACHE_DIR, "Rollup"),
      verifiers: [loadVerifier(CACHE_DIR, SLOTS, "dev")],
      parameters: { ...DEFAULT_ROLLUP_PARAMETERS, operator: operator.account.address },
    });
    twin = { reader: rollup.reader, address: deployment.rollup };
    const wallet = devnet.wallet(1);
    const secretKey = generateSecretKey();
    const owner = addressToBigint(wallet.account.address);
    alice = { name: "alice", owner, secretKey, key: publicKeyFromSecret(secretKey) };
    const target = { owner, index: accountIndex(0), key: alice.key };
    await depositEth(rollup, wallet, ETHER, target);
    await depositEth(twin, wallet, ETHER, target);
    tree = createStateTree({ store: createMemoryStore(), compress });
    first = await buildAndProve(async (builder) => {
      for (const { operation } of await readQueue(rollup, 0)) builder.addL1Operation(operation);
    });
  });
  afterAll(() => devnet?.stop());

  it("refuse the proof of another rollup in the same state", async () => {
    expect(await refuse(devnet.rollup, argumentsOf(first))).toBeNull();
    expect(await refuse(twin, argumentsOf(first))).toMatchObject({ name: "InvalidProof" });
  });

  it("accept a genuine batch", async () => {
    const { number } = await submitBatch(devnet.rollup, devnet.wallet(0), first);
    expect(number).toBe(1);
    const { root, nextIndex } = await readState();
    expect(root).toBe(bigintToHex(first.fields.newRoot, 32));
    expect(nextIndex).toBe(65);
    second = await buildAndProve(spend);
    expect(await refuse(devnet.rollup, argumentsOf(second))).toBeNull();
  });

  it("refuse a corrupted proof, and name the public input they expected", async () => {
    const [header, data, proof] = argumentsOf(second);
    const expected = { name: "InvalidProof", args: [bigintToHex(publicInput(second.fields), 32)] };
    const bytes = proof.length / 2 - 1;
    for (const position of [31, 8 * 32 + 5, Math.floor(bytes / 2), bytes - 33, bytes - 1]) {
      expect(await refuse(devnet.rollup, [header, data, flip(proof, position)]), `byte ${position}`).toEqual(expected);
    }
    expect(await refuse(devnet.rollup, [header, data, `0x${"00".repeat(bytes)}`])).toEqual(expected);
    expect(await refuse(devnet.rollup, [header, data, proof.slice(0, -64) as Hex])).toEqual(expected);
    expect(await refuse(devnet.rollup, [header, data, `${proof}00`])).toEqual(expected);
    expect(await refuse(devnet.rollup, [header, data, "0x"])).toEqual(expected);
    const [, , otherProof] = argumentsOf(first);
    expect(await refuse(devnet.rollup, [header, data, otherProof])).toEqual(expected);
  });

  it("refuse each corrupted header field with its own error", async () => {
    const [header, data, proof] = argumentsOf(second);
    const next = (word: Hex) => bigintToHex(BigInt(word) + 1n, 32);
    await mineLater();
    const { timestamp: now } = await devnet.rollup.reader.getBlock();
    const corruptions: readonly [Partial<BatchHeaderStruct>, string][] = [
      [{ circuitType: 1 }, "UnknownCircuitType"],
      [{ firstBlock: header.firstBlock + 1n }, "FirstBlockMismatch"],
      [{ firstBlock: header.firstBlock - 1n }, "FirstBlockMismatch"],
      [{ lastBlock: header.lastBlock + 1n }, "LastBlockMismatch"],
      [{ timestamp: now + 3600n }, "TimestampInFuture"],
      [{ timestamp: now - 3n * 3600n }, "TimestampTooOld"],
      [{ timestamp: header.timestamp + 1n }, "InvalidProof"],
      [{ oldRoot: next(header.oldRoot) }, "OldRootMismatch"],
      [{ oldRoot: bigintToHex(first.fields.oldRoot, 32) }, "OldRootMismatch"],
      [{ newRoot: next(header.newRoot) }, "InvalidProof"],
      [{ newRoot: bigintToHex(BigInt(header.newRoot) + FIELD_MODULUS, 32) }, "InvalidProof"],
      [{ newNextIndex: header.newNextIndex + 1 }, "InvalidProof"],
      [{ l1OperationCount: 1 }, "TooManyL1Operations"],
      [{ payoutsHash: next(header.payoutsHash) }, "InvalidProof"],
      [{ txRoot: next(header.txRoot) }, "InvalidProof"],
    ];
    for (const [corruption, name] of corruptions) {
      const refused = await refuse(devnet.rollup, [{ ...header, ...corruption }, data, proof]);
      expect(refused, `${Object.keys(corruption)}`).toMatchObject({ name });
    }
    const touched = new Set(corruptions.flatMap(([corruption]) => Object.keys(corruption)));
    expect(touched).toEqual(new Set(Object.keys(header)));
  });

  it("refuse corrupted data", async () => {
    const [header, data, proof] = argumentsOf(second);
    for (const position of [13, data.length / 2 - 2]) {
      const refused = await refuse(devnet.rollup, [header, flip(data, position), proof]);
      expect(refused, `byte ${position}`).toMatchObject({ name: "InvalidProof" });
    }
    expect(await refuse(devnet.rollup, [header, `${data}01`, proof])).toMatchObject({ name: "InvalidProof" });
    expect(await refuse(devnet.rollup, [header, "0x", proof])).toMatchObject({ name: "InvalidProof" });
    const long: Hex = `0x${"00".repeat(publishedDataBytes(SLOTS) + 1)}`;
    expect(await refuse(devnet.rollup, [header, long, proof])).toMatchObject({ name: "DataTooLong" });
  });

  it("keep their state when a corrupted batch is mined", async () => {
    const { reader, address } = devnet.rollup;
    const [header, data, proof] = argumentsOf(second);
    const before = await readState();
    const args = [header, data, flip(proof, 1000)] as const;
    const hash = await devnet.wallet(0).sendTransaction({
      to: address,
      data: encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args }),
      gas: 5_000_000n,
    });
    expect((await reader.waitForTransactionReceipt({ hash })).status).toBe("reverted");
    expect(await readState()).toEqual(before);
  });

  it("refuse a replay and an old root", async () => {
    await submitBatch(devnet.rollup, devnet.wallet(0), second);
    expect(await refuse(devnet.rollup, argumentsOf(second))).toMatchObject({
      name: "OldRootMismatch",
      args: [bigintToHex(second.fields.newRoot, 32), bigintToHex(second.fields.oldRoot, 32)],
    });
    expect(await refuse(devnet.rollup, argumentsOf(first))).toMatchObject({ name: "OldRootMismatch" });
  });

  it("pay exactly the proven list, once", async () => {
    const { reader, address } = devnet.rollup;
    const [header] = argumentsOf(second);
    const { payouts } = second;
    expect(payouts).toEqual([{ recipient: RECIPIENT, tokenId: 0, amount: ETHER / 4n }]);
    const options = {
      batch: batchNumber(2),
      slots: SLOTS,
      header,
      dataHash: bytesToHex(dataHash(SLOTS, second.publishedData)),
      payouts,
    } as const;
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
    expect(await pay(payArguments({ ...options, payouts: more }))).toMatchObject({ name: "PayoutsHashMismatch" });
    expect(await pay(payArguments({ ...options, dataHash: header.txRoot }))).toMatchObject({
      name: "BatchCommitmentMismatch",
    });
    const args = payArguments(options);
    const hash = await devnet.wallet(3).writeContract({ address, abi: rollupAbi, functionName: "pay", args });
    expect((await reader.waitForTransactionReceipt({ hash })).status).toBe("success");
    expect(await reader.getBalance({ address: bigintToHex(RECIPIENT, 20) })).toBe(ETHER / 4n);
    expect(await pay(args)).toMatchObject({ name: "NothingToPay" });
  });
});
