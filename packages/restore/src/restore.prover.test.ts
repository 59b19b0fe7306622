import { join } from "node:path";
import type { ProvingCircuit, SoloCircuit } from "@cairn/circuits";
import { exitManyArguments, payGasLimit, rollupAbi } from "@cairn/contracts";
import { GENESIS_CHAINS, generateSecretKey, publicKeyFromSecret, verify } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { type DevRollup, loadProver, proveSoloBatch, sealBlock, soloBinding, startDevRollup } from "@cairn/devnet";
import { TEST_CACHE_DIR } from "@cairn/devnet/testing";
import {
  connectToL1,
  depositEth,
  depositToken,
  readQueue,
  requestWithdraw,
  rollupAt,
  rollupDomain,
  sendToRollup,
  submitBatch,
} from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  blockNumber,
  calldataCommitment,
  cellsToBytes,
  EMPTY_QUEUE_HASH,
  encodeFloat16,
  encodeFloat40,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { type Person, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { type BlockBuilder, createBlockBuilder } from "@cairn/vm";
import { createTestClient, encodeFunctionData, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeFolders, temporaryFolder } from "../test/published.ts";
import { proveExits, verifyExitProof } from "./exit/exit-proof.ts";
import { allPayouts, payoutArguments } from "./exit/payouts.ts";
import { restoreFromFiles } from "./node/restore-files.ts";

const SLOTS = 16;
const ETHER = 10n ** 18n;
const RECIPIENT = 0xc0ffee00c0ffee00c0ffee00c0ffee00c0ffee00n;
const NEW = accountIndex(0);
const [ALICE, BOB, ALICE_USD] = [accountIndex(64), accountIndex(65), accountIndex(66)] as const;

describe("a rollup with real proofs", () => {
  let devnet: DevRollup;
  let tree: StateTree;
  let circuit: ProvingCircuit<SoloCircuit>;
  let chains = GENESIS_CHAINS;
  const people: Person[] = [];

  /** Publishes a proven block of the waiting queue entries and what `fill` adds. */
  async function publish(fill: (builder: BlockBuilder) => void = () => {}): Promise<void> {
    const compress = await createFastCompress();
    const queued = await readQueue(devnet.rollup, 0);
    const { queueHead } = await devnet.rollup.reader.readContract({
      address: devnet.rollup.address,
      abi: rollupAbi,
      functionName: "state",
    });
    const head = Number(queueHead);
    const { timestamp } = await devnet.rollup.reader.getBlock();
    const builder = createBlockBuilder({
      state: tree,
      domain: rollupDomain(devnet.rollup),
      slotCount: SLOTS,
      blockNumber: blockNumber(tree.blockNumber() + 1),
      timestamp: Number(timestamp),
      feeAccounts: tree.nextIndex() > 65 ? [BOB] : [],
      verifySignature: verify,
      compress,
    });
    for (const { operation } of queued.slice(head)) builder.addL1Operation(operation);
    fill(builder);
    const sealed = sealBlock({ tree, executed: builder.seal(), chains, compress });
    ({ chains } = sealed);
    const data = cellsToBytes(sealed.cells);
    const submission = {
      submitter: addressToBigint(devnet.wallet(0).account.address),
      dataSource: "calldata",
      dataCommitment: calldataCommitment(data),
      queueHash: queued.at(-1)?.queueHash ?? EMPTY_QUEUE_HASH,
    } as const;
    const binding = soloBinding(sealed, submission, compress);
    const batch = await proveSoloBatch(circuit, sealed, { binding, dataSource: "calldata", data });
    await submitBatch(devnet.rollup, devnet.wallet(0), batch);
  }

  beforeAll(async () => {
    circuit = await loadProver(TEST_CACHE_DIR, SLOTS);
    devnet = await startDevRollup({ cacheDir: TEST_CACHE_DIR, sizes: [SLOTS] });
    tree = createStateTree({ store: createMemoryStore(), compress: await createFastCompress() });
    const usd = await devnet.createToken("USD", 6);
    for (const position of [1, 2]) {
      const secretKey = generateSecretKey();
      const owner = addressToBigint(devnet.wallet(position).account.address);
      people.push({ name: `${position}`, owner, secretKey, key: publicKeyFromSecret(secretKey) });
    }
    const [alice = expect.unreachable(), bob = expect.unreachable()] = people;
    const target = ({ owner, key }: Person) => ({ owner, key, index: NEW });
    await depositEth(devnet.rollup, devnet.wallet(1), ETHER, target(alice));
    await depositEth(devnet.rollup, devnet.wallet(2), ETHER, target(bob));
    await devnet.mint(usd, devnet.wallet(1).account.address, 500n);
    await depositToken(devnet.rollup, devnet.wallet(1), usd.id, 500n, target(alice));
    await publish();
    await requestWithdraw(devnet.rollup, devnet.wallet(1), ALICE_USD);
    await publish((builder) => {
      const domain = rollupDomain(devnet.rollup);
      const common = { from: ALICE, tokenId: builder.state.getAccount(accountIndex(64)).tokenId };
      const money = {
        amount: encodeFloat40(ETHER / 8n),
        fee: encodeFloat16(1000n),
        validFrom: 0,
        validUntil: 2 ** 32 - 1,
        reference: 0n,
      };
      const to = { to: BOB, toOwner: bob.owner, toKey: bob.key, link: null };
      for (const transaction of [
        { type: "transfer", ...common, ...money, ...to, nonce: 0 } as const,
        { type: "transferToNew", ...common, ...money, nonce: 1, toOwner: 0xb0bn, toKey: 5n, link: null } as const,
        { type: "withdraw", ...common, ...money, nonce: 2, recipient: RECIPIENT } as const,
        { type: "withdraw", ...common, ...money, amount: WHOLE_BALANCE, nonce: 3, recipient: RECIPIENT } as const,
      ]) {
        const result = builder.addGroup([signTransaction(transaction, alice, domain, REAL_CRYPTO)]);
        expect(result).toMatchObject({ type: "included" });
      }
    });
    // Useless to its sender, but it leaves an entry waiting in the queue.
    await requestWithdraw(devnet.rollup, devnet.wallet(2), accountIndex(70));
  });
  afterAll(async () => {
    removeFolders();
    await devnet?.stop();
  });

  it("is restored by a stranger who has only an RPC and the address, who then pays everyone, also after a freeze", async () => {
    const compress = await createFastCompress();
    const rollup = rollupAt(await connectToL1(devnet.rpcUrl), devnet.rollup.address.toUpperCase().replace("0X", "0x"));
    const store = createLmdbStore({ path: temporaryFolder() });
    const { restored, totals } = await restoreFromFiles({
      store,
      compress,
      rollup,
      archiveTo: join(temporaryFolder(), "a"),
    });
    expect(restored.tree.root()).toBe(tree.root());
    expect(totals).toMatchObject({ batches: 2, transfers: 2, withdrawals: 2, l1Operations: 4 });
    expect(restored.waiting()).toMatchObject([{ position: 4, operation: { type: "forcedWithdraw" } }]);

    const stranger = devnet.wallet(7);
    for (const { batch, payouts } of allPayouts(restored)) {
      expect([batch, payouts.length]).toEqual([2, 3]);
      const args = payoutArguments(restored, batch);
      const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
      const gas = BigInt(payGasLimit(payouts, payouts.length));
      await sendToRollup(rollup, stranger, { name: "pay", data, gas });
    }
    const paid = await rollup.reader.getBalance({ address: `0x${RECIPIENT.toString(16)}` });
    expect(paid).toBe(ETHER - ETHER / 4n - 4000n);

    const client = createTestClient({ mode: "anvil", transport: http(devnet.rpcUrl) });
    await client.increaseTime({ seconds: 8 * 24 * 3600 });
    await client.mine({ blocks: 1 });
    const freeze = encodeFunctionData({ abi: rollupAbi, functionName: "freeze" });
    await sendToRollup(rollup, stranger, { name: "freeze", data: freeze });
    const proof = proveExits(restored.tree, [65, 67].map(accountIndex));
    expect(verifyExitProof(proof, tree.root(), compress)).toBe(true);
    const args = exitManyArguments(proof.accounts, proof.siblings);
    const exit = encodeFunctionData({ abi: rollupAbi, functionName: "exitMany", args });
    await sendToRollup(rollup, stranger, { name: "exitMany", data: exit });
    const received = await rollup.reader.getBalance({ address: "0x0000000000000000000000000000000000000b0b" });
    expect(received).toBe(ETHER / 8n);
    await restored.close();
  });
});
