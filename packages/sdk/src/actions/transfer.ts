import type { Amount } from "../amounts.ts";
import { inParallel } from "../delay.ts";
import { sdkError } from "../errors.ts";
import type { Payee } from "../payee.ts";
import type { Handle } from "../requests/handle.ts";
import { toCommon, toTransfer } from "../wallet.ts";
import type { CairnClient } from "./context.ts";
import {
  assertCovered,
  feeFor,
  feeLimit,
  type PayeeRef,
  type PayOptions,
  payeeOf,
  type ReferenceRef,
  senderFor,
  withReference,
} from "./paying.ts";
import { sendOnL2 } from "./request-on-l2.ts";
import type { MakeTransaction } from "./send-on-l2.ts";

/** Parameters of {@link transfer}. */
export interface TransferParameters extends PayOptions {
  readonly to: PayeeRef;
  /** In the token's smallest unit; `"all"` is the balance less the fee. */
  readonly amount: Amount;
}

/** One payment of {@link payMany}. */
export interface Payment {
  readonly to: PayeeRef;
  readonly amount: bigint;
  readonly reference?: ReferenceRef;
}

/** Parameters of {@link payMany}. */
export interface PayManyParameters extends Omit<PayOptions, "reference"> {
  /** At most 1,000, all in one token. */
  readonly payments: readonly Payment[];
}

const MAX_PAYMENTS = 1_000;

/**
 * Pays an account, an address or a payment code on L2. Resolves once the node has taken it. Throws `sdk/not-reached`
 * when the node refuses it, `sdk/outcome-unknown` when it does not answer, `sdk/insufficient-balance`,
 * `sdk/fee-too-high`, `sdk/not-encodable`, `sdk/bad-payee`, `sdk/bad-payment-code`, `sdk/bad-amount`,
 * `protocol/bad-reference`, `sdk/unknown-account`, `sdk/unknown-token`, `sdk/request-conflict`, `sdk/no-storage`,
 * `sdk/no-signer`, and as node and RPC do.
 *
 * @example
 * const handle = await transfer(client, { to: "0x7099…", amount: 10n ** 16n, requestId: "order-17" });
 * await handle.wait({ for: "proven", timeout: 600_000 });
 */
export async function transfer(client: CairnClient, parameters: TransferParameters): Promise<Handle<"transfer">> {
  const { requestId, to, amount, reference, ...rest } = parameters;
  const options = withReference(rest, reference);
  return sendOnL2(client, {
    kind: "transfer",
    purpose: "transfer",
    requestId,
    wanted: wantedOf({ ...options, to, amount }),
    draft: async (session) => {
      const from = await senderFor(session, options);
      const payee = await payeeOf(session, to, from.tokenId);
      const kind = kindFor(payee);
      const limit = feeLimit(amount, from);
      const fee = await feeFor(session, options, { kind, tokenId: from.tokenId, limit });
      assertCovered(from, [{ amount, fee }]);
      const make: MakeTransaction = (account, nonce) =>
        toTransfer(
          toCommon({ ...options, from: account, amount, fee, nonce }, session.signer.key, session.nowSeconds),
          payee,
          null,
        );
      return { account: from.index, make: [make] };
    },
  });
}

/**
 * Pays many from one account, in the order given; each payment runs by itself. Everything is checked before the first
 * is signed. Repeated with its `requestId`, it goes on after the last payment that the node has taken, and pays none
 * twice. Throws as {@link transfer}; `sdk/not-reached` then says in `details.accepted` how many were taken.
 *
 * @example
 * const handle = await payMany(client, { payments: [{ to: 70, amount: 5n }, { to: "cairn1…", amount: 7n }], requestId });
 */
export async function payMany(client: CairnClient, parameters: PayManyParameters): Promise<Handle<"payMany">> {
  const { requestId, payments: given, ...options } = parameters;
  const payments = given.map(({ reference, ...payment }) => withReference(payment, reference));
  if (payments.length > MAX_PAYMENTS) throw tooMany(payments.length);
  return sendOnL2(client, {
    kind: "payMany",
    purpose: "transfer",
    requestId,
    size: payments.length,
    wanted: wantedOf({ ...options, payments }),
    draft: async (session, done) => {
      const from = await senderFor(session, options);
      const left = payments.slice(done);
      const payees = await inParallel(left, ({ to }) => payeeOf(session, to, from.tokenId));
      const feeOf = (kind: "transfer" | "transferToNew", limit: bigint) =>
        feeFor(session, options, { kind, tokenId: from.tokenId, limit });
      const [least = 0n] = left.map(({ amount }) => amount).sort((a, b) => (a < b ? -1 : 1));
      const kinds = new Set(payees.map((payee) => kindFor(payee)));
      const fees = { transfer: 0n, transferToNew: 0n };
      for (const kind of kinds) fees[kind] = await feeOf(kind, least);
      const drafts = left.flatMap((payment, i) => {
        const payee = payees[i];
        if (payee === undefined) return [];
        return [{ ...payment, payee, fee: fees[kindFor(payee)] }];
      });
      assertCovered(from, drafts);
      const make = drafts.map(
        ({ payee, amount, fee, reference }): MakeTransaction =>
          (account, nonce) => {
            const draft = { ...options, from: account, amount, fee, nonce };
            const whole = reference === undefined ? draft : { ...draft, reference };
            return toTransfer(toCommon(whole, session.signer.key, session.nowSeconds), payee, null);
          },
      );
      return { account: from.index, make };
    },
  });
}

function kindFor({ type }: Payee): "transfer" | "transferToNew" {
  return type === "new" ? "transferToNew" : "transfer";
}

/** A request's content: bigint in digits, and what a caller left out left out. */
function wantedOf(options: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function tooMany(count: number) {
  return sdkError("sdk/bad-request", `${count} payments at a time, at most ${MAX_PAYMENTS}`);
}
