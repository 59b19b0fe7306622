import { type ForceWithdrawParameters, forceWithdraw, type SetKeyParameters, setKey } from "./account-requests.ts";
import { type ClaimParameters, claim, readClaimable } from "./claim.ts";
import { type CairnClient, type CairnConfig, type CairnContext, cairn } from "./context.ts";
import { type DepositParameters, deposit } from "./deposit.ts";
import { type ExitParameters, exit, freeze, type ReclaimParameters, reclaim } from "./escape.ts";
import { type PayOutParameters, payOut } from "./pay-out.ts";
import {
  type PayRequestOptions,
  payRequest,
  type RequestPaymentParameters,
  requestPayment,
} from "./payment-requests.ts";
import type { BaseClient } from "./reader.ts";
import { requests, resume } from "./resume.ts";
import type { RequestOptions } from "./send-on-l1.ts";
import { type AcceptSwapParameters, acceptSwap, type OfferSwapParameters, offerSwap } from "./swaps.ts";
import { describeToken, findToken, type TokenRef } from "./tokens.ts";
import { type PayManyParameters, payMany, type TransferParameters, transfer } from "./transfer.ts";
import { type WithdrawParameters, withdraw } from "./withdraw.ts";

type Done<Action extends (...args: never[]) => unknown> = ReturnType<Action>;

/** What {@link cairnActions} adds to a client: every action, bound to it. (viem extends clients by type aliases alone.) */
export type CairnActions = {
  readonly cairn: CairnContext;
  readonly deposit: (parameters: DepositParameters) => Done<typeof deposit>;
  readonly transfer: (parameters: TransferParameters) => Done<typeof transfer>;
  readonly payMany: (parameters: PayManyParameters) => Done<typeof payMany>;
  readonly requestPayment: (parameters: RequestPaymentParameters) => Done<typeof requestPayment>;
  readonly payRequest: (text: string, options?: PayRequestOptions) => Done<typeof payRequest>;
  readonly withdraw: (parameters: WithdrawParameters) => Done<typeof withdraw>;
  readonly offerSwap: (parameters: OfferSwapParameters) => Done<typeof offerSwap>;
  readonly acceptSwap: (parameters: AcceptSwapParameters) => Done<typeof acceptSwap>;
  readonly forceWithdraw: (parameters: ForceWithdrawParameters) => Done<typeof forceWithdraw>;
  readonly setKey: (parameters: SetKeyParameters) => Done<typeof setKey>;
  readonly claim: (parameters?: ClaimParameters) => Done<typeof claim>;
  readonly readClaimable: (parameters?: Pick<ClaimParameters, "token" | "for">) => Done<typeof readClaimable>;
  readonly freeze: (options?: RequestOptions) => Done<typeof freeze>;
  readonly exit: (parameters: ExitParameters) => Done<typeof exit>;
  readonly reclaim: (parameters: ReclaimParameters) => Done<typeof reclaim>;
  readonly payOut: (parameters: PayOutParameters) => Done<typeof payOut>;
  readonly findToken: (ref: TokenRef) => Done<typeof findToken>;
  readonly describeToken: (
    ref: TokenRef,
    options?: { readonly known?: readonly string[] },
  ) => Done<typeof describeToken>;
  readonly resume: (json: unknown) => Done<typeof resume>;
  readonly requests: () => Done<typeof requests>;
};

/**
 * Adds every action to a viem client, as `client.deposit(…)`. A page that uses a few can call the functions instead,
 * with a client extended by `cairn(…)`. Throws as `cairn`.
 *
 * @example
 * const client = createClient({ account, chain, transport: http() }).extend(
 *   cairnActions({ rollup: "0x…", node: "https://node.example", signer, storage: webStorage() }),
 * );
 * const handle = await client.transfer({ to: "0x7099…", amount: 10n ** 16n });
 */
export function cairnActions(config: CairnConfig): (client: BaseClient) => CairnActions {
  const context = cairn(config);
  return (base) => {
    const client: CairnClient = Object.assign(Object.create(base) as BaseClient, context(base));
    return {
      cairn: client.cairn,
      deposit: (parameters) => deposit(client, parameters),
      transfer: (parameters) => transfer(client, parameters),
      payMany: (parameters) => payMany(client, parameters),
      requestPayment: (parameters) => requestPayment(client, parameters),
      payRequest: (text, options) => payRequest(client, text, options),
      withdraw: (parameters) => withdraw(client, parameters),
      offerSwap: (parameters) => offerSwap(client, parameters),
      acceptSwap: (parameters) => acceptSwap(client, parameters),
      forceWithdraw: (parameters) => forceWithdraw(client, parameters),
      setKey: (parameters) => setKey(client, parameters),
      claim: (parameters) => claim(client, parameters),
      readClaimable: (parameters) => readClaimable(client, parameters),
      freeze: (options) => freeze(client, options),
      exit: (parameters) => exit(client, parameters),
      reclaim: (parameters) => reclaim(client, parameters),
      payOut: (parameters) => payOut(client, parameters),
      findToken: (ref) => findToken(client, ref),
      describeToken: (ref, options) => describeToken(client, ref, options),
      resume: (json) => resume(client, json),
      requests: () => requests(client),
    };
  };
}
