"use client";

export {
  type PayRequestParameters,
  useAcceptSwap,
  useClaim,
  useDeposit,
  useExit,
  useForceWithdraw,
  useFreeze,
  useOfferSwap,
  usePayMany,
  usePayOut,
  usePayRequest,
  useReclaim,
  useRequestPayment,
  useSetKey,
  useTransfer,
  useWithdraw,
} from "./actions/hooks.ts";
export type { ActionResult } from "./actions/use-action.ts";
export type { ReactErrorCode, ReadError } from "./errors.ts";
export type { LiveState } from "./live/live.ts";
export { useCairnClient, useLiveState } from "./provider/context.ts";
export { CairnProvider, type CairnProviderProps } from "./provider/provider.ts";
export {
  type Account,
  type Accounts,
  type AccountsQuery,
  type Balance,
  type Balances,
  useAccount,
  useAccounts,
  useBalances,
} from "./reads/accounts.ts";
export type { WithAmounts } from "./reads/amounts.ts";
export { type History, type HistoryEntry, type HistoryQuery, type HistoryResult, useHistory } from "./reads/history.ts";
export type { LiveResult } from "./reads/live-query.ts";
export { type FeeQuery, type FeeQuote, type NodeStatus, useFee, useNodeStatus, useToken } from "./reads/node.ts";
export {
  type PaymentRequestView,
  type Transaction,
  usePaymentRequest,
  useTransaction,
} from "./reads/transactions.ts";
export { type Requests, useHandle, useRequests } from "./requests/hooks.ts";
export type { FollowedRequest, Progress } from "./requests/progress.ts";
