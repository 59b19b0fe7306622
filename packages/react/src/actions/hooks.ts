import {
  type AcceptSwapParameters,
  acceptSwap,
  type ClaimParameters,
  claim,
  type DepositParameters,
  deposit,
  type ExitParameters,
  exit,
  type ForceWithdrawParameters,
  forceWithdraw,
  freeze,
  type OfferedSwap,
  type OfferSwapParameters,
  offerSwap,
  type PayManyParameters,
  type PayOutParameters,
  type PayRequestOptions,
  payMany,
  payOut,
  payRequest,
  type ReclaimParameters,
  type RequestOptions,
  type RequestPaymentParameters,
  reclaim,
  requestPayment,
  type SetKeyParameters,
  setKey,
  type TakenRequest,
  type TransferParameters,
  transfer,
  type WithdrawParameters,
  withdraw,
} from "@cairn/sdk";
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useCairn } from "../provider/context.ts";
import { type ActionResult, useAction } from "./use-action.ts";

/** What {@link usePayRequest} takes. */
export interface PayRequestParameters extends PayRequestOptions {
  /** Its link, or the text of its QR code. */
  readonly request: string;
}

/**
 * Moves ETH or a token from L1 to L2; see `deposit` of the SDK.
 *
 * @example
 * const { mutate, isPending, progress, error } = useDeposit();
 * mutate({ amount: parseAmount("1.5", 18) });
 */
export function useDeposit(): ActionResult<"deposit", DepositParameters> {
  return useAction(deposit);
}

/**
 * Pays an account, an address or a payment code; see `transfer` of the SDK.
 *
 * @example
 * const { mutate, isPending, progress, error } = useTransfer();
 * mutate({ to: "cairn1…", amount: 5n, requestId: `order-${order.id}` });
 */
export function useTransfer(): ActionResult<"transfer", TransferParameters> {
  return useAction(transfer);
}

/**
 * Pays at most 1,000 from one account; see `payMany` of the SDK.
 *
 * @example const { mutate, progress } = usePayMany(); // mutate({ payments, requestId: "salaries-2026-11" })
 */
export function usePayMany(): ActionResult<"payMany", PayManyParameters> {
  return useAction(payMany);
}

/**
 * Pays a request exactly and once; see `payRequest` of the SDK.
 *
 * @example const { mutate, progress } = usePayRequest(); // mutate({ request: link, maxFee: 1000n })
 */
export function usePayRequest(): ActionResult<"transfer", PayRequestParameters> {
  return useAction(payGiven);
}

/**
 * Moves money from L2 to an L1 address; see `withdraw` of the SDK.
 *
 * @example const { mutate, progress } = useWithdraw(); // mutate({ amount: "all" }); progress.status === "paid"
 */
export function useWithdraw(): ActionResult<"withdraw", WithdrawParameters> {
  return useAction(withdraw);
}

/**
 * Signs a maker's side of a swap; `data.offer` goes to the taker. See `offerSwap` of the SDK.
 *
 * @example const { mutate, data } = useOfferSwap(); // JSON.stringify(data?.offer)
 */
export function useOfferSwap(): ActionResult<"swap", OfferSwapParameters, OfferedSwap> {
  return useAction<"swap", OfferSwapParameters, OfferedSwap>(offerSwap);
}

/**
 * Checks an offer, signs the other half, and submits both; see `acceptSwap` of the SDK.
 *
 * @example const { mutate, progress } = useAcceptSwap(); // mutate({ offer: JSON.parse(text), terms })
 */
export function useAcceptSwap(): ActionResult<"swap", AcceptSwapParameters> {
  return useAction(acceptSwap);
}

/**
 * Requests an account's whole balance on L1, without asking the operator; see `forceWithdraw` of the SDK.
 *
 * @example const { mutate, progress } = useForceWithdraw(); // mutate({ account: 66 })
 */
export function useForceWithdraw(): ActionResult<"forceWithdraw", ForceWithdrawParameters> {
  return useAction(forceWithdraw);
}

/**
 * Sets the key of one of the owner's accounts on L1; see `setKey` of the SDK.
 *
 * @example const { mutate, progress } = useSetKey(); // mutate({ account: 66 })
 */
export function useSetKey(): ActionResult<"setKey", SetKeyParameters> {
  return useAction(setKey);
}

/**
 * Collects payments that their recipient could not take; see `claim` of the SDK.
 *
 * @example const { mutate, progress } = useClaim(); // mutate({ token: "ETH" })
 */
export function useClaim(): ActionResult<"claim", ClaimParameters | undefined> {
  return useAction<"claim", ClaimParameters | undefined>(claim);
}

/**
 * Stops a rollup whose operator lets the L1 queue wait; see `freeze` of the SDK.
 *
 * @example const { mutate, error } = useFreeze(); // mutate()
 */
export function useFreeze(): ActionResult<"freeze", RequestOptions | undefined> {
  return useAction<"freeze", RequestOptions | undefined>(freeze);
}

/**
 * Pays accounts of a frozen rollup out, with a proof; see `exit` of the SDK.
 *
 * @example const { mutate, progress } = useExit(); // mutate({ proof: JSON.parse(text) })
 */
export function useExit(): ActionResult<"exit", ExitParameters> {
  return useAction(exit);
}

/**
 * Pays back a deposit that no batch of a frozen rollup consumed; see `reclaim` of the SDK.
 *
 * @example const { mutate, progress } = useReclaim(); // mutate({ l1Transaction: "0x…" })
 */
export function useReclaim(): ActionResult<"reclaim", ReclaimParameters> {
  return useAction(reclaim);
}

/**
 * Pays withdrawals that L1 has accepted and that nobody has paid; see `payOut` of the SDK.
 *
 * @example const { mutate, progress } = usePayOut(); // mutate({ list: payoutsOf(restored, 7), places: [0] })
 */
export function usePayOut(): ActionResult<"payOut", PayOutParameters> {
  return useAction(payOut);
}

/**
 * Asks for a payment; `data.link` and `data.qrText` are for the payer, `usePaymentRequest(data?.link)` says what became of
 * it. It moves no money, and with a reference of yours it can be repeated. See `requestPayment` of the SDK.
 *
 * @example const { mutate, data } = useRequestPayment(); // mutate({ amount: 25n, reference: "order 17" })
 */
export function useRequestPayment(): UseMutationResult<TakenRequest, Error, RequestPaymentParameters> {
  const { client, queryClient } = useCairn();
  return useMutation(
    { mutationFn: (parameters) => requestPayment(client, parameters), retry: false, networkMode: "always" },
    queryClient,
  );
}

function payGiven(client: Parameters<typeof payRequest>[0], { request, ...options }: PayRequestParameters) {
  // An id is not needed: a request can be paid once only.
  const { from, fee, maxFee } = options;
  const chosen = { ...(from === undefined ? {} : { from }), ...(fee === undefined ? {} : { fee }) };
  return payRequest(client, request, { ...chosen, ...(maxFee === undefined ? {} : { maxFee }) });
}
