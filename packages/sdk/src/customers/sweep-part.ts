import { isCairnError, type SignedTransaction } from "@cairn/protocol";
import { signedTransactionFromJson, signedTransactionToJson } from "@cairn/rpc";
import type { CairnClient, L1Connection } from "../actions/context.ts";
import { ownAccount } from "../actions/l2-session.ts";
import { assertCovered } from "../actions/paying.ts";
import { type L2Plan, sendPlan } from "../actions/send-on-l2.ts";
import type { NodeClient } from "../client.ts";
import { backoffMs, delay, inParallel } from "../delay.ts";
import { sdkError } from "../errors.ts";
import { type AccountView, existingPayee, type Payee } from "../payee.ts";
import { keepTrying, PATIENCE_MS, type Patience } from "../requests/keep-trying.ts";
import { type SentTransaction, transactionsOf } from "../requests/l2-forms.ts";
import { l2Handle, see } from "../requests/l2-request.ts";
import { submitGroup } from "../requests/l2-sending.ts";
import type { RequestStore } from "../requests/store.ts";
import { signWith } from "../signers/signer.ts";
import { toCommon, toTransfer } from "../wallet.ts";
import type { CustomerKeys } from "./keys.ts";
import { feeOfPayer, type SweepFees } from "./sweep-fees.ts";
import type { SweepLedger, SweepOutcome, SweepPart } from "./sweep-ledger.ts";

/** What sweeping works with. */
export interface SweepRun extends Patience {
  readonly client: CairnClient;
  readonly l1: L1Connection;
  readonly node: NodeClient;
  readonly store: RequestStore;
  readonly ledger: SweepLedger;
  /** Its number. */
  readonly sweep: number;
  /** What the node has refused, by id, with its reason: it keeps no record of that. */
  readonly refused: Map<string, unknown>;
}

/** An account that is to be swept. */
export interface SweptAccount {
  readonly customer: string;
  readonly account: AccountView;
}

/** How accounts are swept. */
export interface SweepTerms {
  readonly keys: CustomerKeys;
  readonly to: Payee;
  readonly fees: SweepFees;
  /** What a transfer costs. */
  readonly fee: bigint;
}

const FIRST_LOOK_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
const NOT_DOCUMENTED = { role: null } as const;

/**
 * Signs a transfer of the whole balance for each account. A transfer can only run under the nonce that it was signed
 * with, and goes nowhere but to the payee: signed twice, it runs once. Throws `sdk/foreign-account`, `sdk/no-signer`,
 * and as the signers do.
 */
export async function signPart(
  run: SweepRun,
  number: number,
  swept: readonly SweptAccount[],
  { keys, to, fees, fee }: SweepTerms,
): Promise<Omit<SweepPart, "version" | "number" | "outcomes">> {
  const transactions: SignedTransaction[] = [];
  for (const { customer, account } of swept) {
    const signer = await keys.signer(customer);
    const draft = { from: account, amount: "all", fee: fees.by === "swept" ? fee : 0n } as const;
    const transaction = toTransfer(toCommon(draft, signer.key, run.client.cairn.nowSeconds()), to, null);
    transactions.push(await signWith(signer, { domain: run.l1.domain, transaction, purpose: "transfer" }));
  }
  return {
    lines: swept.map(({ customer, account }) => ({ customer, account: account.index, balance: account.balance })),
    transactions: transactions.map(signedTransactionToJson),
    payer: fees.by === "swept" ? null : await payerOf(run, fees, { number, fee: feeOfPayer(fee, swept.length) }),
  };
}

/** What pays for a part. Throws `sdk/insufficient-balance`, `sdk/unknown-account`. */
async function payerOf(
  { client, node, ledger, sweep }: SweepRun,
  { account, tokenId }: Extract<SweepFees, { readonly by: "payer" }>,
  { number, fee }: { readonly number: number; readonly fee: bigint },
): Promise<SweepPart["payer"]> {
  assertCovered(await ownAccount({ node, signer: client.cairn.signer() }, account), [{ amount: 0n, fee }]);
  return { requestId: ledger.requestIdOf(sweep, number), account, tokenId, fee: fee.toString() };
}

/** Submits a part that was written down. What the node refuses is remembered. */
export async function submitPart(run: SweepRun, part: SweepPart): Promise<void> {
  if (part.payer !== null) await keepTrying(run, () => submitTogether(run, part));
  else await inParallel(sentOf(run, part), (one) => keepTrying(run, () => submitOne(run, one)));
}

/**
 * Waits until the node has confirmed or refused each transfer of a part, sends again what it does not know, and writes
 * down what became of them. Throws `sdk/timeout`, after which the sweep can go on.
 */
export async function settlePart(run: SweepRun, part: SweepPart): Promise<SweepPart> {
  const { patienceMs = PATIENCE_MS, signal } = run;
  const deadlineMs = performance.now() + patienceMs;
  const outcomes = new Map<string, SweepOutcome>();
  const sent = sentOf(run, part);
  for (let tries = 0; ; tries++) {
    const open = sent.filter(({ id }) => !outcomes.has(id));
    await inParallel(open, async (one) => {
      const outcome = await keepTrying(run, () => lookAt(run, one));
      if (outcome === "unknown" && part.payer === null) await keepTrying(run, () => submitOne(run, one));
      else if (typeof outcome === "object") outcomes.set(one.id, outcome);
    });
    if (outcomes.size === sent.length) break;
    if (performance.now() > deadlineMs)
      throw sdkError("sdk/timeout", `the node has not confirmed all of sweep ${run.sweep} after ${patienceMs} ms`);
    if (part.payer !== null) await keepTrying(run, () => submitTogether(run, part));
    await delay(backoffMs(tries, FIRST_LOOK_MS, LONGEST_PAUSE_MS), signal);
  }
  const settled = await run.ledger.settle(
    run.sweep,
    part,
    sent.flatMap(({ id }) => outcomes.get(id) ?? []),
  );
  // Only now: without its request, the payer's transfer would be signed anew.
  if (part.payer !== null) await run.store.remove(part.payer.requestId);
  return settled;
}

/** The transfers of a part with their ids. */
export function sentOf(
  { l1 }: Pick<SweepRun, "l1">,
  { transactions }: Pick<SweepPart, "transactions">,
): SentTransaction[] {
  return transactionsOf({ transactions, own: [...transactions.keys()] }, l1.domain);
}

async function submitOne({ node, signal, refused }: SweepRun, one: SentTransaction): Promise<void> {
  const submitted = await submitGroup(node, [one], signal);
  if (submitted.type === "rejected") refused.set(one.id, submitted.reason);
}

/** What became of a transfer; whether it is on its way, or the node does not know it. */
async function lookAt(
  { l1, node, refused }: SweepRun,
  one: SentTransaction,
): Promise<SweepOutcome | "waiting" | "unknown"> {
  const { status, view, reason } = await see(l1, node, one, NOT_DOCUMENTED);
  switch (status) {
    case "confirmed":
    case "proven":
    case "final":
      return { status: "confirmed", amount: view?.amount ?? null, fee: view?.fee ?? null, reason: null };
    case "rejected":
    case "replaced":
    case "expired":
      return { status, amount: null, fee: null, reason };
    case "received":
      return "waiting";
    default:
      if (!refused.has(one.id)) return "unknown";
      return { status: "rejected", amount: null, fee: null, reason: refused.get(one.id) };
  }
}

/** Submits a part with the transfer that pays for it: all of them run, or none. */
async function submitTogether(run: SweepRun, part: SweepPart): Promise<void> {
  const refuse = (reason: unknown): void => {
    for (const { id } of sentOf(run, part)) run.refused.set(id, reason);
  };
  try {
    const { document, isResumed } = await sendPlan(run.client, planOf(part));
    const { patienceMs = PATIENCE_MS, signal } = run;
    const options = { timeout: patienceMs, pollMs: 500, ...(signal && { signal }) };
    await l2Handle(run.client, document, { isResumed }).wait({ for: "confirmed", ...options });
  } catch (error) {
    if (isCairnError(error, "sdk/not-reached")) refuse(error.details.reason);
    else if (await isUnpayable(run, part, error)) refuse({ type: "unpayable" });
    else throw error;
  }
}

/** Whether the payer can no longer pay for a part that it has not signed for, as when a process ended before it did. */
async function isUnpayable({ store }: SweepRun, { payer }: SweepPart, error: unknown): Promise<boolean> {
  const codes = ["sdk/insufficient-balance", "sdk/unknown-account"] as const;
  if (payer === null || !codes.some((code) => isCairnError(error, code))) return false;
  return (await store.find(payer.requestId)) === null;
}

function planOf({ payer, transactions }: SweepPart): L2Plan<"group"> {
  return {
    kind: "group",
    purpose: "transfer",
    requestId: payer?.requestId,
    wanted: { payer, others: transactions },
    draft: async (session) => {
      const { account = 0, fee = "0" } = payer ?? {};
      assertCovered(await ownAccount(session, account), [{ amount: 0n, fee: BigInt(fee) }]);
      return {
        account,
        others: transactions.map(signedTransactionFromJson),
        make: [
          (from, nonce) =>
            toTransfer(
              toCommon({ from, amount: 0n, fee: BigInt(fee), nonce }, session.signer.key, session.nowSeconds),
              existingPayee(from),
              null,
            ),
        ],
      };
    },
  };
}
