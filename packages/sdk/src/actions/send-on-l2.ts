import { isCairnError, type L2Transaction, type SignedTransaction } from "@cairn/protocol";
import { signedTransactionToJson } from "@cairn/rpc";
import { sdkError } from "../errors.ts";
import type { AccountView } from "../payee.ts";
import { contentOf, type L2Document, type L2Kind } from "../requests/document.ts";
import { groupsOf, transactionsOf } from "../requests/l2-forms.ts";
import { submitGroup } from "../requests/l2-sending.ts";
import { giveBack, peekNonce, takeNonces, withNonces } from "../requests/nonces.ts";
import { findRepeated, nameRequest, type RequestName } from "../requests/store.ts";
import { type SigningPurpose, signWith } from "../signers/signer.ts";
import type { CairnClient } from "./context.ts";
import { type L2Session, openL2Session, ownAccount } from "./l2-session.ts";
import { withId } from "./send-on-l1.ts";

/** A transaction to sign, once its nonce is known. */
export type MakeTransaction = (account: AccountView, nonce: number) => L2Transaction;

/** What is to be signed for one account. */
export interface L2Draft {
  readonly account: number;
  /** One nonce each, in order. */
  readonly make: readonly MakeTransaction[];
  /** Transactions of others that run together with them, and come first. */
  readonly others?: readonly SignedTransaction[];
  /** What is kept of a swap for its taker. */
  readonly offerFor?: (own: readonly SignedTransaction[]) => Record<string, unknown>;
}

/** What an action makes. */
export interface L2Plan<Kind extends L2Kind> {
  readonly kind: Kind;
  readonly purpose: SigningPurpose;
  readonly role?: L2Document["role"];
  readonly requestId: string | undefined;
  /** What was asked for, without anything that changes between two tries. */
  readonly wanted: Readonly<Record<string, unknown>>;
  /** Checks, chooses account and fee; not done for a repeated request that is complete. */
  readonly draft: (session: L2Session, done: number) => Promise<L2Draft>;
  /** Transactions of the complete request. */
  readonly size?: number;
}

/** Transactions that are signed and kept together. */
const CHUNK = 32;

/**
 * Signs and submits transactions, or finds the request of which this is a repetition. One that ended halfway goes on
 * where it stopped. Throws `sdk/not-reached` for what the node refuses, `sdk/outcome-unknown` when it does not answer,
 * `sdk/request-conflict`, `sdk/no-storage`, and as drafting does.
 */
export async function sendPlan<Kind extends L2Kind>(client: CairnClient, plan: L2Plan<Kind>): Promise<SentPlan<Kind>> {
  const session = await openL2Session(client);
  const { store } = session;
  const name = nameRequest(plan.requestId);
  const content = contentOf({ ...plan.wanted, key: session.signer.key });
  const sent = async (): Promise<SentPlan<Kind>> => {
    const { kind, size = 1 } = plan;
    const repeated = (await findRepeated(store, name, { kind, content })) as Document<Kind> | null;
    if (repeated !== null && repeated.own.length >= size) return { document: repeated, isResumed: true };
    // A part may have been signed and not sent.
    let document = repeated === null ? null : await submitAgain(session, repeated);
    const draft = await plan.draft(session, document?.own.length ?? 0);
    for (let start = 0; start < draft.make.length; start += CHUNK) {
      const chunk = { ...draft, make: draft.make.slice(start, start + CHUNK) };
      document = await sendChunk(session, plan, { name, content }, chunk, document);
    }
    if (document === null) throw sdkError("sdk/nothing-to-do", "there is nothing to pay");
    return { document, isResumed: false };
  };
  return name.isNamed ? store.locked(`id-${name.id}`, sent) : sent();
}

type Document<Kind extends L2Kind> = L2Document & { readonly kind: Kind };

/** A request that was sent, now or earlier. */
export interface SentPlan<Kind extends L2Kind> {
  readonly document: Document<Kind>;
  readonly isResumed: boolean;
}

/** Signs and submits a part, alone among all that sign for the account; returns the document with it. */
async function sendChunk<Kind extends L2Kind>(
  session: L2Session,
  { kind, purpose, role = null }: L2Plan<Kind>,
  { name, content }: { readonly name: RequestName; readonly content: string },
  { account: index, make, others = [], offerFor }: L2Draft,
  before: Document<Kind> | null,
): Promise<Document<Kind>> {
  const { l1, node, signer, store } = session;
  const nonces = { store, node, domain: l1.domain, key: signer.key };
  return withNonces({ store }, index, async () => {
    const account = await ownAccount(session, index);
    const isReserved = role !== "maker";
    const taken = isReserved
      ? await takeNonces(nonces, account, make.length, { requestId: name.id, signed: ownNonces(before) })
      : [await peekNonce(nonces, account)];
    const signedOwn: SignedTransaction[] = [];
    try {
      for (const [i, nonce] of taken.entries()) {
        const transaction = make[i]?.(account, nonce);
        if (transaction === undefined) continue;
        signedOwn.push(await signWith(signer, { domain: l1.domain, transaction, purpose }));
      }
    } catch (error) {
      await giveBack(
        { store },
        index,
        taken.map((nonce) => ({ nonce, lost: null })),
        name.id,
      );
      throw error;
    }
    const earlier = before?.transactions ?? [];
    const place = earlier.length + others.length;
    const document: Document<Kind> = {
      type: "cairn-request",
      version: 1,
      ...name,
      chainId: l1.domain.chainId.toString(),
      rollup: l1.address,
      createdAt: before?.createdAt ?? new Date().toISOString(),
      content,
      kind,
      account: index,
      transactions: [...earlier, ...[...others, ...signedOwn].map(signedTransactionToJson)],
      own: [...(before?.own ?? []), ...make.map((_, i) => place + i)],
      role,
      offer: offerFor?.(signedOwn) ?? null,
    };
    await store.save(document);
    if (role === "maker") return document;
    return submitNew(session, document, before);
  });
}

function submitAgain<Kind extends L2Kind>(session: L2Session, document: Document<Kind>): Promise<Document<Kind>> {
  return withNonces(session, document.account, () => submitNew(session, document, null));
}

/** Nonces under which a request has signed. */
function ownNonces(document: L2Document | null): ReadonlySet<number> {
  return new Set(document?.own.map((place) => document.transactions[place]?.nonce ?? -1));
}

/** Submits what is new in a document. A refusal leaves the document with what was taken before it. */
async function submitNew<Kind extends L2Kind>(
  { l1, node, store }: L2Session,
  document: Document<Kind>,
  before: Document<Kind> | null,
): Promise<Document<Kind>> {
  const sent = transactionsOf(document, l1.domain);
  const fresh = sent.slice(before?.transactions.length ?? 0);
  let taken = before?.transactions.length ?? 0;
  for (const group of groupsOf(document, fresh)) {
    const result = await submitGroup(node, group).catch((error: unknown) => {
      throw isCairnError(error, "sdk/outcome-unknown") ? withId(error, document.id) : error;
    });
    if (result.type === "taken") {
      taken += group.length;
      continue;
    }
    // What comes after the refused one was given to nobody.
    const refused = new Set(group.map(({ id }) => id));
    const left = sent.slice(taken).filter(({ isOwn }) => isOwn);
    const given = left.map(({ id, signed: { transaction } }) => ({
      nonce: transaction.nonce,
      lost: refused.has(id) ? { id, until: transaction.validUntil } : null,
    }));
    await giveBack({ store }, document.account, given, document.id);
    const own = document.own.filter((place) => place < taken);
    if (own.length === 0) await store.remove(document.id);
    else await store.save({ ...document, transactions: document.transactions.slice(0, taken), own });
    const reason = typeof result.reason === "object" && result.reason !== null ? result.reason : {};
    throw sdkError("sdk/not-reached", `the node refuses the ${document.kind}: ${JSON.stringify(result.reason)}`, {
      cause: result.error,
      details: { id: document.id, status: "rejected", reason, accepted: own.length },
    });
  }
  return document;
}
