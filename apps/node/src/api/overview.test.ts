import {
  insertL1Transaction,
  insertPaymentRequest,
  insertProofsAhead,
  type L1Attempt,
  type L1Cost,
  type L1TransactionPurpose,
  type L1TransactionStatus,
  listBatches,
  markBatchAccepted,
  noteProofBegun,
  storeTokens,
  updateL1Transaction,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import {
  accountIndex,
  bigintToAddress,
  bytesToHex,
  encodeFloat16,
  encodeFloat40,
  isEmptyAccount,
  referenceToHex,
  textReference,
  tokenId,
} from "@cairn/protocol";
import { ROUTES } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HistoryReader, historyReader } from "../../test/history-scene.ts";
import { createSequencerHarness, type Life, type SequencerHarness, START_MS } from "../../test/sequencer-harness.ts";

const databases = createTestDatabases().server;
const [ALICE, BOB, CAROL] = [0, 1, 2];
const REFERENCE = "invoice 17";
const L1_TRANSACTION = new Uint8Array(32).fill(7);
const QUEUE_TRANSACTION = new Uint8Array(32).fill(2);
const TOKEN = 0x7072n;
const none = { params: undefined, query: undefined, body: undefined } as const;

describe("the rollup as a whole", () => {
  let harness: SequencerHarness;
  let life: Life;
  let history: HistoryReader;
  let id: string;

  const ownerOf = (person: number) => harness.people[person]?.owner ?? 0n;
  const find = async (text: string): Promise<string[]> => {
    const query = ROUTES.search.query.parse({ q: text });
    const { results } = ROUTES.search.response.parse(await history.handlers.search({ ...none, query }));
    return results.map(({ type, id: found }) => `${type} ${found}`);
  };
  const batchFrom = async (firstBlock: number) => {
    const params = ROUTES.batch.params.parse({ firstBlock: String(firstBlock) });
    return ROUTES.batch.response.parse(await history.handlers.batch({ ...none, params }));
  };
  const stats = async () => ROUTES.stats.response.parse(await history.handlers.stats(none));

  let nonce = 0;
  /** Stores an L1 transaction about the batch from block 2 on, in the end in this state. */
  const sent = async (purpose: L1TransactionPurpose, status: L1TransactionStatus, cost: L1Cost | null) => {
    const { db } = life.database;
    const content = { content: `${nonce}`, sender: 1n, recipient: 2n, data: Uint8Array.of(1), gasLimit: 1 };
    const attempt: L1Attempt = {
      kind: "call",
      hash: new Uint8Array(32).fill(100 + nonce),
      raw: Uint8Array.of(1),
      maxFeePerGas: 1n,
      maxPriorityFeePerGas: 1n,
      createdAtMs: 1,
      sentAtMs: null,
    };
    const row = await insertL1Transaction(db, { purpose, subject: 2, nonce: nonce++, ...content }, attempt, 1);
    const mined = status === "final" ? { hash: attempt.hash, block: 9, blockHash: attempt.hash } : null;
    await updateL1Transaction(db, row, { status, mined, cost, failure: null, atMs: 2 });
  };

  beforeAll(async () => {
    await databases.start();
    harness = await createSequencerHarness(await databases.create(), 3);
    const fees = { owner: ownerOf(CAROL), tokens: [tokenId(0)] };
    life = await harness.begin({ feeTakers: fees });
    const hasAccount = async (index: number) => !isEmptyAccount(life.sequencer.state().getAccount(accountIndex(index)));
    history = historyReader(life, { clock: harness.clock, hasAccount });
    await harness.fund(life, 10_000n);
    const { sequencer, database } = life;
    const amount = encodeFloat40(100n);
    const fee = encodeFloat16(2n);
    await sequencer.submit([harness.transfer(ALICE, BOB, 0, { amount, fee, reference: textReference(REFERENCE) })]);
    await sequencer.submit([harness.transfer(ALICE, BOB, 1, { amount, fee: encodeFloat16(5n) })]);
    await sequencer.sealNow();
    await life.closeBatches();
    id = (await history.all(64))[0]?.id ?? "";
    const place = { l1Transaction: L1_TRANSACTION, l1Block: 9, l1BlockHash: L1_TRANSACTION };
    const [newest] = await listBatches(database.db, { limit: 1 });
    expect(newest).toMatchObject({ firstBlock: 2, lastBlock: 2 });
    for (const number of [1, 2]) await markBatchAccepted(database.db, number, { number, ...place, atMs: 60 });
  });
  afterAll(async () => {
    await harness.stop();
    await databases.stop();
  });

  it("a batch earns the fees of its blocks, and costs nothing as long as this node has paid nothing for it", async () => {
    expect(await batchFrom(2)).toMatchObject({ income: [{ tokenId: 0, amount: "7" }], cost: null });
    expect(await batchFrom(1)).toMatchObject({ income: [], cost: null });
    expect((await stats()).recent).toBeNull();
  });

  it("a batch costs all that was mined for it: also what was reverted or only cancelled, and payments", async () => {
    await sent("submitBatch", "failed", { gasUsed: 50_000, blobGasUsed: 131_072, paidWei: 10n ** 30n });
    await sent("submitBatch", "final", { gasUsed: 1_000_000, blobGasUsed: 131_072, paidWei: 2n });
    await sent("pay", "abandoned", { gasUsed: 21_000, blobGasUsed: 0, paidWei: 3n });
    await sent("pay", "sent", null);
    await sent("fillNonce", "final", { gasUsed: 21_000, blobGasUsed: 0, paidWei: 100n });
    const spent = { gasUsed: 1_071_000, blobGasUsed: 262_144, paidWei: (10n ** 30n + 5n).toString() };
    expect((await batchFrom(2)).cost).toEqual({ transactions: 3, ...spent });
    await harness.pass(6000);
    expect((await stats()).recent).toEqual({
      batches: 1,
      transactions: 2,
      ...spent,
      income: [{ tokenId: 0, amount: "7" }],
    });
  });

  it("counts what sealed blocks hold, the last hour and the last day", async () => {
    const all = { blocks: 2, transactions: 2, l1Operations: 3 };
    expect(await stats()).toMatchObject({
      ...all,
      accounts: 3,
      lastHour: all,
      lastDay: all,
      batches: { accepted: 0, waiting: 0 },
    });
    await harness.pass(2 * 3_600_000);
    expect(await stats()).toMatchObject({ ...all, lastHour: { blocks: 0, transactions: 0 }, lastDay: all });
  });

  it("shows provers without their machines' names", async () => {
    const { db } = life.database;
    const [proof] = await db.selectFrom("proofs").select(["id", "circuit"]).where("first_block", "=", 2).execute();
    const atMs = START_MS + 1;
    await noteProofBegun(db, proof?.id ?? 0, { prover: "secret-host 4711", atMs });
    const { provers, waiting } = ROUTES.provers.response.parse(await history.handlers.provers(none));
    expect(provers).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{8}$/),
        working: [{ circuit: proof?.circuit, firstBlock: 2, lastBlock: 2, startedAtMs: atMs }],
        made: [],
        lastMadeAtMs: null,
      },
    ]);
    expect(waiting).toEqual([{ circuit: "solo16", proofs: 1 }]);
    expect(JSON.stringify(provers)).not.toContain("secret");
  });

  it("shows proofs as trees, without their provers' machines, by default from the first that L1 has not accepted", async () => {
    const { db } = life.database;
    const proofs = async (asked: Record<string, string>) => {
      const query = ROUTES.proofs.query.parse(asked);
      return ROUTES.proofs.response.parse(await history.handlers.proofs({ ...none, query }));
    };
    const statement = { publicInputs: Array.from({ length: 11 }, () => 1n) };
    const leaf = (block: number) =>
      ({ kind: "block", circuit: "block16", firstBlock: block, lastBlock: block, ...statement, children: [] }) as const;
    const children = [leaf(1), leaf(2)];
    const ahead = { kind: "merge", circuit: "merge1", firstBlock: 1, lastBlock: 2, ...statement, children } as const;
    await insertProofsAhead(db, [ahead], START_MS);
    const begun = (await proofs({ firstBlock: "1" })).proofs.find(({ circuit }) => circuit === "block16");
    await noteProofBegun(db, begun?.id ?? 0, { prover: "secret-host 4711", atMs: START_MS + 5 });
    const shown = await proofs({ firstBlock: "1" });
    expect(JSON.stringify(shown)).not.toContain("secret");
    const [one, two, merge] = shown.proofs.filter(({ circuit }) => !circuit.startsWith("solo"));
    expect(one).toMatchObject({
      circuit: "block16",
      firstBlock: 1,
      state: "proving",
      prover: expect.stringMatching(/^[0-9a-f]{8}$/),
      startedAtMs: START_MS + 5,
      madeAtMs: null,
    });
    expect(two).toMatchObject({ circuit: "block16", firstBlock: 2, state: "waiting", prover: null });
    expect(merge).toMatchObject({ circuit: "merge1", firstBlock: 1, lastBlock: 2, parent: null });
    expect([one?.parent, two?.parent]).toEqual([merge?.id, merge?.id]);
    expect((await proofs({})).proofs).toEqual([]);
    expect((await proofs({ firstBlock: "2" })).proofs.map(({ firstBlock }) => firstBlock)).not.toContain(1);
  });

  it("shows the L1 operations of a block with what they did", async () => {
    const operations = async (number: string) => {
      const params = ROUTES.blockOperations.params.parse({ number });
      return ROUTES.blockOperations.response.parse(await history.handlers.blockOperations({ ...none, params })).entries;
    };
    expect((await operations("1")).map(({ position, type, outcome }) => [position, type, outcome?.account])).toEqual([
      [0, "deposit", 64],
      [1, "deposit", 65],
      [2, "deposit", 66],
    ]);
    expect(await operations("2")).toEqual([]);
    await expect(operations("9")).rejects.toMatchObject({ code: "not-found" });
  });

  it("finds what a number, hash, address or reference names", async () => {
    await storeTokens(life.database.db, [{ id: 2, address: TOKEN, symbol: "USD", decimals: 6, readAtMs: 1 }]);
    // A block, a batch, a queue entry and a token; there are no accounts below 64.
    expect(await find("2")).toEqual(["block 2", "queueEntry 2", "token 2"]);
    expect(await find(" 64 ")).toEqual(["account 64"]);
    expect(await find(id)).toEqual([`transaction ${id}`]);
    expect(await find(id.toUpperCase().replace("0X", "0x"))).toEqual([`transaction ${id}`]);
    expect(await find(bytesToHex(L1_TRANSACTION))).toEqual(["batch 2", "batch 1"]);
    expect(await find(bytesToHex(QUEUE_TRANSACTION))).toEqual(["queueEntry 0", "queueEntry 1", "queueEntry 2"]);
    expect(await find(bigintToAddress(ownerOf(ALICE)))).toEqual([`owner ${bigintToAddress(ownerOf(ALICE))}`]);
    expect(await find(bigintToAddress(TOKEN))).toEqual(["token 2"]);
    const reference = referenceToHex(textReference(REFERENCE));
    expect([await find(REFERENCE), await find(reference)]).toEqual([
      [`reference ${reference}`],
      [`reference ${reference}`],
    ]);
  });

  it("finds a request for a payment by its id", async () => {
    const request = `0x${"7b".repeat(32)}`;
    const terms = { account: accountIndex(64), owner: 9n, key: 1n, tokenId: tokenId(0), amount: 10n, reference: 5n };
    await insertPaymentRequest(life.database.db, request, { ...terms, expiresAt: 2 ** 32, createdAtMs: 5 }, 5);
    expect(await find(request)).toEqual([`request ${request}`]);
    expect(await find(request.toUpperCase().replace("0X", "0x"))).toEqual([`request ${request}`]);
  });

  it("finds nothing where there is nothing, whatever is searched for", async () => {
    const odd = ["999999999999999", "1e3", "-1", "0x", `0x${"f".repeat(64)}`, "' or 1=1 --", "%", "é".repeat(40), "\0"];
    for (const text of odd) expect(await find(text), text).toEqual([]);
    for (const text of ["", "   ", "x".repeat(101)]) expect(() => ROUTES.search.query.parse({ q: text })).toThrow();
  });

  it("finds an account by its index only if it is there", async () => {
    expect(await find(String(accountIndex(66)))).toEqual(["account 66"]);
    expect(await find("67")).toEqual([]);
  });
});
