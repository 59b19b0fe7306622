import { blobToCells, cellsToBlob, createBlobKzg, encodeOpening } from "@cairn/blobs";
import { loadSidecarMaker } from "@cairn/blobs/native";
import {
  checkDeployment,
  fromHeaderStruct,
  payArguments,
  readDeployment,
  receiptStruct,
  receiptsAbi,
  rollupAbi,
} from "@cairn/contracts";
import { loadArtefact, loadVerifier, type RollupArtefact } from "@cairn/contracts/artefacts";
import { type Compress, GENESIS_CHAINS, historyOf, makeReceipt } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { type DevRollup, loadProver, startDevRollup } from "@cairn/devnet";
import { createBeaconSource, readBlob, rollupDomain } from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  batchNumber,
  bigintToAddress,
  bigintToHex,
  blockNumber,
  bytesToBigint,
  bytesToCells,
  decodeL1Operation,
  decodePayoutList,
  encodeFloat16,
  encodeFloat40,
  FIRST_ACCOUNT_INDEX,
  type Hex,
  hexToBytes,
  type L1Operation,
  QUEUE_RECORD_BYTES,
  tokenId,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { type Person, personOf, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { type BatchOnL1, type BlockBuilder, followBatch, genesisPosition, replayBatch } from "@cairn/vm";
import { decodeFunctionData, parseEventLogs, type TransactionReceipt } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CACHE_DIR } from "./support/places.ts";
import { refusal } from "./support/refusal.ts";
import {
  blobWithSameValue,
  createSoloOperator,
  receiptBlocks,
  refusalOfBatch,
  type SoloBatch,
  type SoloOperator,
  submitSoloBatch,
  withBlob,
} from "./support/solo-operator.ts";

const ETHER = 10n ** 18n;
const RECIPIENT = 0xc0ffee00c0ffee00c0ffee00c0ffee00c0ffee00n;
const SECOND_RECIPIENT = 0xbeef00beef00beef00beef00beef00beef00beef00n % 2n ** 160n;
const ALICE = accountIndex(FIRST_ACCOUNT_INDEX);
const BOB = accountIndex(FIRST_ACCOUNT_INDEX + 1);
/** Gas of a batch with a proof of 16 slots: the floor is verification and the proof's calldata. */
const MAX_SOLO_GAS = 1_000_000n;

/** Makes blobs with compiled code; checks them in JavaScript. */
const kzg = { ...createBlobKzg(), ...(await loadSidecarMaker()) };

describe("batches of one block on a chain, with real proofs and a real blob", () => {
  let devnet: DevRollup;
  let compress: Compress;
  let operator: SoloOperator;
  let alice: Person;
  let bob: Person;
  /** Proven for a blob, not submitted yet. */
  let waiting: SoloBatch;
  const accepted: { readonly batch: SoloBatch; readonly receipt: TransactionReceipt }[] = [];

  const read = <Name extends "state" | "queueFee">(functionName: Name) =>
    devnet.rollup.reader.readContract({ address: devnet.rollup.address, abi: rollupAbi, functionName });

  async function deposit(position: number, { owner, key }: Person, amount: bigint): Promise<L1Operation> {
    const wallet = devnet.wallet(position);
    const fee = await read("queueFee");
    const hash = await wallet.writeContract({
      address: devnet.rollup.address,
      abi: rollupAbi,
      functionName: "depositETH",
      args: [amount, bigintToAddress(owner), 0, key],
      value: amount + fee,
    });
    await devnet.rollup.reader.waitForTransactionReceipt({ hash });
    return { type: "deposit", owner, tokenId: tokenId(0), amount, index: accountIndex(0), key };
  }

  /** Two transfers, one of them to a new account, and two withdrawals. */
  function spend(builder: BlockBuilder): void {
    const common = {
      tokenId: tokenId(0),
      fee: encodeFloat16(0n),
      validFrom: 1,
      validUntil: 2 ** 32 - 1,
      reference: 7n,
    };
    const amount = encodeFloat40(ETHER / 8n);
    const nonces = new Map([ALICE, BOB].map((index) => [index, operator.tree.getAccount(index).nonce]));
    const next = (from: typeof ALICE) => {
      const nonce = nonces.get(from) ?? 0;
      nonces.set(from, nonce + 1);
      return { ...common, from, nonce, amount };
    };
    const { owner, key } = operator.tree.getAccount(BOB);
    const toNew = personOf(`new ${operator.tree.nextIndex()}`);
    const transactions = [
      { type: "transfer", ...next(ALICE), to: BOB, toOwner: owner, toKey: key, link: null },
      { type: "transferToNew", ...next(BOB), toOwner: toNew.owner, toKey: toNew.key, link: null },
      { type: "withdraw", ...next(ALICE), recipient: RECIPIENT },
      { type: "withdraw", ...next(BOB), recipient: SECOND_RECIPIENT },
    ] as const;
    for (const transaction of transactions) {
      const signer = transaction.from === ALICE ? alice : bob;
      const group = [signTransaction(transaction, signer, rollupDomain(devnet.rollup), REAL_CRYPTO)];
      expect(builder.addGroup(group)).toMatchObject({ type: "included" });
    }
  }

  async function accept(batch: SoloBatch, payNow: readonly number[]): Promise<TransactionReceipt> {
    const receipt = await submitSoloBatch(devnet, kzg, batch, payNow);
    expect(receipt.status).toBe("success");
    accepted.push({ batch, receipt });
    const state = await read("state");
    expect(BigInt(state.root)).toBe(operator.tree.root());
    expect(BigInt(state.history)).toBe(batch.batch.header.newHistory);
    return receipt;
  }

  beforeAll(async () => {
    compress = await createFastCompress();
    devnet = await startDevRollup({ cacheDir: CACHE_DIR, sizes: [16] });
    const ownerOf = (position: number): bigint => addressToBigint(devnet.wallet(position).account.address);
    alice = { ...personOf("alice"), owner: ownerOf(1) };
    bob = { ...personOf("bob"), owner: ownerOf(2) };
    operator = createSoloOperator(devnet, await loadProver(CACHE_DIR, 16), kzg, compress);
  });

  afterAll(() => devnet?.stop());

  it("is a deployment of what the sources say, with the circuits' own room for L1 operations", async () => {
    const compiled = (name: RollupArtefact) => loadArtefact(CACHE_DIR, name);
    const { rollup, deploymentTransaction: transactionHash } = devnet;
    const checks = checkDeployment(await readDeployment(rollup.reader, rollup.address, { transactionHash }), {
      rollup: compiled("Rollup"),
      accountTree: compiled("AccountTree"),
      binding: compiled("Binding"),
      fixedOperator: compiled("FixedOperator"),
      // The key is the one that this very test proves with.
      verifierOf: (circuit) => ({ contract: loadVerifier(CACHE_DIR, circuit, "dev"), keyHash: "0x" }),
      genesis: {
        root: bigintToHex(operator.tree.root(), 32),
        history: bigintToHex(historyOf(GENESIS_CHAINS), 32),
        nextIndex: FIRST_ACCOUNT_INDEX,
      },
    });
    expect(checks.filter(({ isOk }) => !isOk)).toEqual([]);
    expect(checks.length).toBeGreaterThan(14);
  });

  it("takes deposits in a batch in calldata", async () => {
    const l1Operations = [await deposit(1, alice, 3n * ETHER), await deposit(2, bob, 2n * ETHER)];
    const batch = await operator.prove({ dataSource: "calldata", l1Operations });
    expect(await refusalOfBatch(devnet, batch.batch, { from: 1 }), "sent by someone else").toBe("SubmissionNotOpen");
    const receipt = await accept(batch, []);
    expect(receipt.gasUsed).toBeLessThan(MAX_SOLO_GAS);
    expect(await read("state")).toMatchObject({ batchCount: 1n, queueHead: 2n, nextIndex: 66, lastBlock: 1n });
  });

  it("pays payouts of a batch in calldata at once", async () => {
    const before = await devnet.rollup.reader.getBalance({ address: bigintToAddress(RECIPIENT) });
    const batch = await operator.prove({ dataSource: "calldata", fill: spend });
    await accept(batch, [0, 1]);
    const after = await devnet.rollup.reader.getBalance({ address: bigintToAddress(RECIPIENT) });
    expect(after - before).toBe(ETHER / 8n);
    expect(await settled(2n)).toBe(3n);
  });

  describe("a batch in a blob", () => {
    let hash: Hex;
    let blob: Uint8Array;

    beforeAll(async () => {
      // The same block as for calldata: only the last proof is made again.
      const calldata = await operator.prove({ dataSource: "calldata", fill: spend });
      waiting = await operator.proveAgain(calldata, "blob");
      hash = waiting.dataCommitment;
      blob = waiting.blob ?? new Uint8Array();
      expect(await refusalOfBatch(devnet, calldata.batch)).toBeNull();
      const exchanged = { ...calldata.batch, header: waiting.batch.header, data: waiting.batch.data };
      expect(await refusalOfBatch(devnet, exchanged, { blobHashes: [hash] }), "calldata's proof").toBe("InvalidProof");
      const other = { ...waiting.batch, header: calldata.batch.header, data: calldata.batch.data };
      expect(await refusalOfBatch(devnet, other), "the blob's proof").toBe("InvalidProof");
    });

    it("is accepted with its blob only, and as the first one", async () => {
      const { batch } = waiting;
      const another: Hex = `0x01${"77".repeat(31)}`;
      expect(await refusalOfBatch(devnet, batch, { blobHashes: [hash] })).toBeNull();
      expect(await refusalOfBatch(devnet, batch, { blobHashes: [hash, another] })).toBeNull();
      expect(await refusalOfBatch(devnet, batch, { blobHashes: [another, hash] })).toBe("OpeningRefused");
      expect(await refusalOfBatch(devnet, batch, { blobHashes: [another] })).toBe("OpeningRefused");
      expect(await refusalOfBatch(devnet, batch), "an old blob without a blob").toBe("NoBlob");
    });

    it("is refused when any part of the opening is altered", async () => {
      for (const position of [0, 31, 32, 79, 80, 127]) {
        const data = waiting.batch.data.slice();
        data[position] = (data[position] ?? 0) ^ 1;
        const refused = await refusalOfBatch(devnet, { ...waiting.batch, data }, { blobHashes: [hash] });
        expect(refused, `byte ${position}`).toBe("OpeningRefused");
      }
    });

    it("is refused with the blob of another batch, opened where that one's hash says", async () => {
      const cells = waiting.sealed.cells.map((cell, i) => (i === 1 ? cell + 1n : cell));
      const { batch, blobHash } = withBlob(devnet, kzg, waiting, cellsToBlob(cells), compress);
      expect(await refusalOfBatch(devnet, batch, { blobHashes: [blobHash] })).toBe("InvalidProof");
    });

    it("is refused with another blob that has the same value at the batch's point", async () => {
      const same = blobWithSameValue(blob, waiting.point);
      const opening = kzg.open(same, waiting.point);
      expect(opening.evaluation).toBe(bytesToBigint(waiting.batch.data.subarray(0, 32)));
      expect(() => blobToCells(same)).toThrow();
      const old = { ...waiting.batch, data: encodeOpening(opening) };
      const { batch, blobHash } = withBlob(devnet, kzg, waiting, same, compress);
      // At the old point the precompile refuses, because the contract asks at the point of this blob.
      expect(await refusalOfBatch(devnet, old, { blobHashes: [blobHash] })).toBe("OpeningRefused");
      expect(await refusalOfBatch(devnet, batch, { blobHashes: [blobHash] })).toBe("InvalidProof");
    });
  });

  it("takes the same kind of batch from a blob, pays one payout now and one later", async () => {
    const batch = waiting;
    expect(batch.batch.data).toHaveLength(128);
    const before = await devnet.rollup.reader.getBalance({ address: bigintToAddress(SECOND_RECIPIENT) });
    const receipt = await accept(batch, [1]);
    expect(receipt.blobGasUsed).toBe(131_072n);
    expect(receipt.gasUsed).toBeLessThan(MAX_SOLO_GAS);
    const after = await devnet.rollup.reader.getBalance({ address: bigintToAddress(SECOND_RECIPIENT) });
    expect(after - before).toBe(ETHER / 8n);
    expect(await settled(3n)).toBe(2n);
    const { header, dataCommitment } = submittedEvent(receipt);
    expect(dataCommitment).toBe(batch.dataCommitment);
    const args = payArguments({ batch: batchNumber(3), header, dataCommitment, payouts: batch.batch.payouts });
    const hash = await devnet.wallet(3).writeContract({
      address: devnet.rollup.address,
      abi: rollupAbi,
      functionName: "pay",
      args,
      gas: 1_000_000n,
    });
    expect((await devnet.rollup.reader.waitForTransactionReceipt({ hash })).status).toBe("success");
    expect(await settled(3n)).toBe(3n);
  });

  it("proves by receipts which transfer a batch contained, and no other", async () => {
    for (const [i, { batch, receipt }] of accepted.entries()) {
      const { header, dataCommitment, payoutsHash } = submittedEvent(receipt);
      const path = makeReceipt(
        {
          firstBlock: batch.batch.header.firstBlock,
          previousBlockHash: batch.sealed.chainsBefore.blocks,
          blocks: receiptBlocks(batch),
        },
        0,
        0,
        compress,
      );
      const given = { batchNumber: BigInt(i + 1), header: fromHeaderStruct(header), dataCommitment, payoutsHash };
      const struct = receiptStruct(given, path);
      const show = () =>
        devnet.rollup.reader.readContract({
          address: devnet.receipts,
          abi: receiptsAbi,
          functionName: "slotAt",
          args: [devnet.rollup.address, struct, 0n],
        });
      if (batch.sealed.l1Operations.length > 0) {
        expect(await refusal(show)).toMatchObject({ name: "NoTransactionThere" });
        continue;
      }
      const [shownBlock, timestamp, word] = await show();
      expect(shownBlock).toBe(batch.batch.header.firstBlock);
      expect(timestamp).toBe(batch.batch.header.lastTimestamp);
      expect([word >> 80n, (word >> 56n) & 0xffffffn]).toEqual([BigInt(ALICE), BigInt(BOB)]);
    }
  });

  it("lets a reader rebuild the state from calldata, blob and events alone", async () => {
    const tree = createStateTree({ store: createMemoryStore(), compress });
    let position = genesisPosition(tree.root());
    for (const [i, { receipt }] of accepted.entries()) {
      const batch = await readBatch(i + 1, receipt);
      const followed = followBatch(position, batch, compress);
      const { updates, newNextIndex } = replayBatch(tree, batch, followed.blocks);
      expect(tree.applyBlock(blockNumber(i + 1), updates, newNextIndex)).toBe(followed.position.root);
      position = followed.position;
    }
    expect(position.root).toBe(BigInt((await read("state")).root));
  });

  async function readBatch(number: number, receipt: TransactionReceipt): Promise<BatchOnL1> {
    const { input, blobVersionedHashes } = await devnet.rollup.reader.getTransaction({ hash: receipt.transactionHash });
    const call = decodeFunctionData({ abi: rollupAbi, data: input });
    if (call.functionName !== "submitBatch") throw new TypeError(call.functionName);
    const [header, records, list, , data] = call.args;
    const { header: emitted, dataCommitment, payoutsHash, queueHead } = submittedEvent(receipt);
    expect(header).toEqual(emitted);
    const place = { versionedHash: hexToBytes(dataCommitment), l1Block: Number(receipt.blockNumber), l1Timestamp: 0 };
    const beacon = createBeaconSource({ url: devnet.rpcUrl, slots: { type: "number" } });
    const cells =
      header.dataSource === 0 ? bytesToCells(hexToBytes(data)) : blobToCells(await readBlob([beacon], place, { kzg }));
    if (header.dataSource === 1) expect(blobVersionedHashes?.[0]).toBe(dataCommitment);
    const bytes = hexToBytes(records);
    const count = bytes.length / QUEUE_RECORD_BYTES;
    const { queueHash } = await devnet.rollup.reader.readContract({
      address: devnet.rollup.address,
      abi: rollupAbi,
      functionName: "queueEntry",
      args: [queueHead - 1n],
    });
    return {
      number,
      header: fromHeaderStruct(header),
      cells,
      l1Operations: Array.from({ length: count }, (_, i) =>
        decodeL1Operation(bytes.subarray(i * QUEUE_RECORD_BYTES, (i + 1) * QUEUE_RECORD_BYTES)),
      ),
      payouts: decodePayoutList(hexToBytes(list)),
      payoutsHash: hexToBytes(payoutsHash),
      queueHash: hexToBytes(queueHash),
    };
  }

  function submittedEvent(receipt: TransactionReceipt) {
    const [event] = parseEventLogs({ abi: rollupAbi, eventName: "BatchSubmitted", logs: receipt.logs });
    if (event === undefined) throw new TypeError("no batch");
    return event.args;
  }

  const settled = (number: bigint): Promise<bigint> =>
    devnet.rollup.reader.readContract({
      address: devnet.rollup.address,
      abi: rollupAbi,
      functionName: "payoutsSettled",
      args: [number, 0n],
    });
});
