import { isCairnError } from "@cairn/protocol";
import { wordToBigint } from "@cairn/rpc";
import type { CairnClient } from "../actions/context.ts";
import { type L2Session, openL2Session, ownAccount } from "../actions/l2-session.ts";
import { assertCovered, feeFor, senderFor } from "../actions/paying.ts";
import { type L2Plan, type MakeTransaction, sendPlan } from "../actions/send-on-l2.ts";
import { throwIfAborted } from "../delay.ts";
import { sdkError } from "../errors.ts";
import type { Payee } from "../payee.ts";
import { keepTrying, PATIENCE_MS } from "../requests/keep-trying.ts";
import { l2Handle } from "../requests/l2-request.ts";
import { toCommon, toTransfer } from "../wallet.ts";
import { refreshAccounts } from "./accounts.ts";
import { type BookEntry, indicesOf } from "./book.ts";
import {
  type Customer,
  type CustomersParameters,
  type CustomersSession,
  findCustomers,
  openCustomersSession,
  ownerOf,
} from "./customer.ts";
import { type Opening, type OpeningPart, type Openings, openOpenings } from "./openings.ts";

/** Parameters of {@link openCustomers}. */
export interface OpenCustomersParameters extends CustomersParameters {
  readonly customers: readonly string[];
  /** Account that pays the fees, in the same token; by default the key's richest. */
  readonly from?: number;
  /** Highest fee for an account, in the token's smallest unit; by default twice what the node asks for at first. */
  readonly maxFee?: bigint;
  /** Called with how many of the customers have an account. */
  readonly onProgress?: (progress: { readonly open: number; readonly customers: number }) => void;
  /** How long to go on without an answer of the node, in milliseconds; ten minutes by default. */
  readonly patienceMs?: number;
}

/** What customers have, and what it took. */
export interface OpenedCustomers {
  readonly customers: readonly Customer[];
  /** Accounts that this run opened, for which fees were paid. */
  readonly opened: number;
}

const NO_LIMIT = 1n << 128n;
/** Times that accounts which could not be opened are tried again. */
const ROUNDS = 3;

/** All that opening needs. */
interface Run {
  readonly client: CairnClient;
  readonly session: L2Session;
  readonly customers: CustomersSession;
  readonly openings: Openings;
  readonly maxFee: bigint;
  readonly parameters: OpenCustomersParameters;
}

/**
 * Opens an account for each customer that has none in the token, by transfers of 0 from the client's account. Accounts
 * that exist are found and not opened again, whoever opened them. A run that was interrupted goes on where it stopped,
 * also one of other customers; two at once work on the same. Resolves when the node has confirmed them. Throws as
 * `findCustomers` and `payMany`: `sdk/insufficient-balance` before anything is signed, `sdk/not-reached` when the node
 * refuses one, as it does in tokens in which it takes no fees: there, the first payment to the payment code opens the
 * account.
 *
 * @example
 * const { customers } = await openCustomers(client, { keys, customers: ["anna", "ben"] });
 * for (const { customer, account } of customers) await shop.save(customer, account);
 */
export async function openCustomers(
  client: CairnClient,
  parameters: OpenCustomersParameters,
): Promise<OpenedCustomers> {
  const { signal, from, token, maxFee, onProgress } = parameters;
  const [session, customers] = await Promise.all([openL2Session(client), openCustomersSession(client, parameters)]);
  const { book, tokenId, entries } = customers;
  const openings = openOpenings(session.store, book, ownerOf(customers), tokenId);
  const quoted = await feeFor(session, {}, { kind: "transferToNew", tokenId, limit: NO_LIMIT });
  const run: Run = { client, session, customers, openings, maxFee: maxFee ?? 2n * quoted, parameters };
  const wanted = new Set(entries.map(({ id }) => id));
  // Accounts of blocks that were dropped are gone, whatever the book says.
  await refreshAccounts(customers, book, entries);
  let opened = 0;
  let failure: unknown = null;
  for (let rounds = 0; ; ) {
    throwIfAborted(signal);
    const opening = await openings.current();
    if (opening !== null) {
      const outcome = await finish(run, opening);
      opened += outcome.opened;
      failure = outcome.failure ?? failure;
      if (outcome.failure !== null && ++rounds >= ROUNDS) throw failure;
      continue;
    }
    const known = await book.all();
    const mine = [...known.values()].filter(({ id }) => wanted.has(id));
    const missing = mine.filter((entry) => indicesOf(entry, tokenId).length === 0);
    onProgress?.({ open: mine.length - missing.length, customers: mine.length });
    if (missing.length === 0) break;
    const found = await refreshAccounts(customers, book, missing);
    const left = missing.filter(({ id }) => (found.get(id) ?? []).length === 0);
    if (left.length === 0) break;
    const payer = await senderFor(session, { token: token ?? "ETH", ...(from === undefined ? {} : { from }) });
    assertCovered(
      payer,
      left.map(() => ({ amount: 0n, fee: quoted })),
    );
    await openings.begin(
      left.map(({ id }) => id),
      payer.index,
    );
  }
  return { customers: await findCustomers(client, parameters), opened };
}

/** Signs and sends what is left of an opening, waits for it, and writes down which accounts there are. */
async function finish(
  { client, session, customers, openings, maxFee, parameters }: Run,
  opening: Opening,
): Promise<{ readonly opened: number; readonly failure: unknown }> {
  const { book, tokenId } = customers;
  const known = await book.all();
  const entries = opening.customers.flatMap((id) => known.get(id) ?? []);
  const parts = openings.partsOf(opening);
  let failure: unknown = null;
  for (const part of parts) {
    const of = part.customers.flatMap((id) => known.get(id) ?? []);
    const terms = { account: opening.account, tokenId, maxFee, owner: customers.owner };
    const isCurrent = async () => (await openings.current())?.number === opening.number;
    const plan = planOf(part, of, { ...terms, isCurrent });
    failure = (await openPart({ client, session, parameters }, part, plan)) ?? failure;
  }
  const before = entries.filter((entry) => indicesOf(entry, tokenId).length === 0).length;
  let missing = before;
  await openings.end(opening, async () => {
    const found = await refreshAccounts(customers, book, entries);
    missing = entries.filter(({ id }) => (found.get(id) ?? []).length === 0).length;
  });
  for (const { requestId } of parts) await session.store.remove(requestId);
  return { opened: before - missing, failure };
}

/** Sends a part and waits for it; the error of what failed for good, null if nothing did. */
async function openPart(
  { client, session, parameters }: Pick<Run, "client" | "session" | "parameters">,
  { requestId }: OpeningPart,
  plan: L2Plan<"payMany">,
): Promise<unknown> {
  const { signal, patienceMs = PATIENCE_MS } = parameters;
  try {
    const { document, isResumed } = await keepTrying(parameters, () => sendPlan(client, plan));
    await keepTrying(parameters, () =>
      l2Handle(client, document, { isResumed }).wait({
        for: "confirmed",
        timeout: patienceMs,
        pollMs: 500,
        ...(signal && { signal }),
      }),
    );
    return null;
  } catch (error) {
    if (isCairnError(error, "sdk/nothing-to-do")) return null;
    // What was taken and has failed: whoever is left without an account gets one in the next opening.
    if (isCairnError(error, "sdk/not-reached") && error.details.accepted === undefined) return error;
    // The account that was to pay is gone, as when a node was restored. What was not signed is planned anew.
    const isUnsigned = isCairnError(error, "sdk/unknown-account") && (await session.store.find(requestId)) === null;
    if (isUnsigned) return error;
    throw error;
  }
}

function planOf(
  { requestId, customers }: OpeningPart,
  entries: readonly BookEntry[],
  {
    account,
    tokenId,
    maxFee,
    owner,
    isCurrent,
  }: {
    readonly account: number;
    readonly tokenId: number;
    readonly maxFee: bigint;
    readonly owner: bigint;
    readonly isCurrent: () => Promise<boolean>;
  },
): L2Plan<"payMany"> {
  return {
    kind: "payMany",
    purpose: "transfer",
    requestId,
    size: customers.length,
    wanted: { open: customers, account, tokenId },
    draft: async (session, done) => {
      // Another process may have ended the opening, and removed the request that would be found otherwise.
      if (!(await isCurrent())) throw sdkError("sdk/nothing-to-do", "the accounts have been opened");
      const left = entries.slice(done);
      const fee = await feeFor(session, {}, { kind: "transferToNew", tokenId, limit: maxFee });
      assertCovered(
        await ownAccount(session, account),
        left.map(() => ({ amount: 0n, fee })),
      );
      const make = left.map(({ key }): MakeTransaction => {
        const payee: Payee = { type: "new", owner, key: wordToBigint(key) };
        return (from, nonce) =>
          toTransfer(toCommon({ from, amount: 0n, fee, nonce }, session.signer.key, session.nowSeconds), payee, null);
      });
      return { account, make };
    },
  };
}
