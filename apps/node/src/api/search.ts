import {
  type Db,
  findBlock,
  findByWord,
  findPaymentRequest,
  findTokenAt,
  findTransaction,
  listReferencedTransactions,
  loadAcceptedSummaries,
  loadQueueEntriesAt,
  loadTokens,
  readHistory,
} from "@cairn/db";
import {
  addressProblem,
  addressToBigint,
  hexToBytes,
  hexToReference,
  MAX_ACCOUNTS,
  referenceToHex,
  textReference,
} from "@cairn/protocol";
import { type RouteResponse, wordToBigint } from "@cairn/rpc";

type Result = RouteResponse<"search">["results"][number];

const NUMBER = /^[0-9]{1,15}$/;
const WORD = /^0x[0-9a-f]{64}$/i;
const ADDRESS = /^0x[0-9a-f]{40}$/i;
const REFERENCE = /^0x[0-9a-f]{62}$/i;
const MAX_REFERENCE_BYTES = 31;

/** Everything that a text names; `hasAccount` says whether an account exists. */
export async function search(
  db: Db,
  hasAccount: (index: number) => Promise<boolean>,
  text: string,
): Promise<readonly Result[]> {
  const found = await Promise.all([
    NUMBER.test(text) ? byNumber(db, hasAccount, Number(text)) : [],
    WORD.test(text) ? byWord(db, text) : [],
    ADDRESS.test(text) ? byAddress(db, text) : [],
    byReference(db, text),
  ]);
  return found.flat();
}

async function byNumber(db: Db, hasAccount: (index: number) => Promise<boolean>, number: number): Promise<Result[]> {
  const [block, batches, isAccount, entries, tokens] = await Promise.all([
    findBlock(db, number),
    loadAcceptedSummaries(db, number, number),
    number < MAX_ACCOUNTS ? hasAccount(number) : false,
    loadQueueEntriesAt(db, [number]),
    loadTokens(db, [number]),
  ]);
  return [
    ...(block === undefined ? [] : [result("block", number, `/v1/blocks/${number}`)]),
    ...batches.map(({ header }) => batchResult(Number(header.firstBlock))),
    ...(isAccount ? [result("account", number, `/v1/accounts/${number}`)] : []),
    ...entries.map(({ index }) => queueResult(index)),
    ...tokens.map(({ id }) => tokenResult(id)),
  ];
}

async function byWord(db: Db, text: string): Promise<Result[]> {
  const word = hexToBytes(text, 32);
  const id = text.toLowerCase();
  const [transaction, request, matches] = await Promise.all([
    findTransaction(db, wordToBigint(text)),
    findPaymentRequest(db, id),
    findByWord(db, word),
  ]);
  return [
    ...(transaction === undefined ? [] : [result("transaction", id, `/v1/transactions/${id}`)]),
    ...(request === undefined ? [] : [result("request", id, `/v1/requests/${id}`)]),
    ...matches.map((match) => {
      if (match.type === "block") return result("block", match.number, `/v1/blocks/${match.number}`);
      if (match.type === "batch") return batchResult(match.firstBlock);
      if (match.type === "queueEntry") return queueResult(match.position);
      return result("payouts", match.block, `/v1/payouts?block=${match.block}`);
    }),
  ].filter(isFirst);
}

async function byAddress(db: Db, text: string): Promise<Result[]> {
  if (addressProblem(text) !== null) return [];
  const address = addressToBigint(text);
  const [token, { rows }] = await Promise.all([
    findTokenAt(db, address),
    readHistory(db, { type: "owner", owner: address }, {}, { before: null, limit: 1 }),
  ]);
  const owner = text.toLowerCase();
  return [
    ...(rows.length === 0 ? [] : [result("owner", owner, `/v1/owners/${owner}/history`)]),
    ...(token === undefined ? [] : [tokenResult(token.id)]),
  ];
}

/** A reference is searched for as text and as hex digits. */
async function byReference(db: Db, text: string): Promise<Result[]> {
  const references = [
    ...(REFERENCE.test(text) ? [hexToReference(text)] : []),
    ...(Buffer.byteLength(text) <= MAX_REFERENCE_BYTES && !text.includes("\0") ? [textReference(text)] : []),
  ];
  const found = await Promise.all(
    references.map(async (reference) => {
      const [first] = await listReferencedTransactions(db, reference, { before: null, limit: 1 });
      const id = referenceToHex(reference);
      return first === undefined ? [] : [result("reference", id, `/v1/references/${id}/transactions`)];
    }),
  );
  return found.flat();
}

function result(type: Result["type"], id: number | string, path: string): Result {
  return { type, id: String(id), path };
}

function batchResult(firstBlock: number): Result {
  return result("batch", firstBlock, `/v1/batches/${firstBlock}`);
}

function queueResult(position: number): Result {
  return result("queueEntry", position, `/v1/queue/${position}`);
}

function tokenResult(id: number): Result {
  return result("token", id, `/v1/tokens/${id}`);
}

/** Several payouts of a block have one path. */
function isFirst({ path }: Result, position: number, all: readonly Result[]): boolean {
  return all.findIndex((other) => other.path === path) === position;
}
