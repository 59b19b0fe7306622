import { type ComponentType, lazy } from "react";
import { defineTexts, type Texts } from "../base/locale.ts";
import { HomePage } from "./home/home.tsx";

/** A page of the wallet. */
export interface WalletRoute {
  /** As wouter reads it, such as `/request/:id`. */
  readonly path: string;
  /** What the navigation calls it; null where it leads to nowhere by itself. */
  readonly name: Texts<string> | null;
  readonly page: ComponentType;
}

/** The pages, in the order of the navigation; all but the first are loaded when they are opened. */
export const ROUTES: readonly WalletRoute[] = [
  { path: "/", name: defineTexts({ en: "Overview", de: "Überblick" }), page: HomePage },
  {
    path: "/send",
    name: defineTexts({ en: "Send", de: "Senden" }),
    page: lazy(() => import("./send/send.tsx").then(({ SendPage }) => ({ default: SendPage }))),
  },
  {
    path: "/request",
    name: defineTexts({ en: "Request", de: "Anfordern" }),
    page: lazy(() => import("./request/request.tsx").then(({ RequestPage }) => ({ default: RequestPage }))),
  },
  {
    path: "/request/:reference",
    name: null,
    page: lazy(() => import("./request/request.tsx").then(({ MadeRequestPage }) => ({ default: MadeRequestPage }))),
  },
  {
    path: "/pay",
    name: defineTexts({ en: "Pay", de: "Bezahlen" }),
    page: lazy(() => import("./pay/pay.tsx").then(({ PayPage }) => ({ default: PayPage }))),
  },
  {
    path: "/pay/*",
    name: null,
    page: lazy(() => import("./pay/pay.tsx").then(({ PayPage }) => ({ default: PayPage }))),
  },
  {
    path: "/deposit",
    name: defineTexts({ en: "Deposit", de: "Einzahlen" }),
    page: lazy(() => import("./deposit/deposit.tsx").then(({ DepositPage }) => ({ default: DepositPage }))),
  },
  {
    path: "/withdraw",
    name: defineTexts({ en: "Withdraw", de: "Abheben" }),
    page: lazy(() => import("./withdraw/withdraw.tsx").then(({ WithdrawPage }) => ({ default: WithdrawPage }))),
  },
  {
    path: "/withdraw/:to",
    name: null,
    page: lazy(() => import("./withdraw/withdraw.tsx").then(({ WithdrawPage }) => ({ default: WithdrawPage }))),
  },
  {
    path: "/history",
    name: defineTexts({ en: "History", de: "Verlauf" }),
    page: lazy(() => import("./history/history.tsx").then(({ HistoryPage }) => ({ default: HistoryPage }))),
  },
  {
    path: "/payouts",
    name: defineTexts({ en: "Lists", de: "Listen" }),
    page: lazy(() => import("./payouts/payouts.tsx").then(({ PayoutsPage }) => ({ default: PayoutsPage }))),
  },
  {
    path: "/swap",
    name: defineTexts({ en: "Swap", de: "Tauschen" }),
    page: lazy(() => import("./swap/swap.tsx").then(({ SwapPage }) => ({ default: SwapPage }))),
  },
  {
    path: "/swap/:offer",
    name: null,
    page: lazy(() => import("./swap/take.tsx").then(({ TakeSwapPage }) => ({ default: TakeSwapPage }))),
  },
  {
    path: "/contacts",
    name: defineTexts({ en: "Contacts", de: "Kontakte" }),
    page: lazy(() => import("./contacts/contacts-page.tsx").then(({ ContactsPage }) => ({ default: ContactsPage }))),
  },
  {
    path: "/keys",
    name: defineTexts({ en: "Keys", de: "Schlüssel" }),
    page: lazy(() => import("./keys/keys.tsx").then(({ KeysPage }) => ({ default: KeysPage }))),
  },
  {
    path: "/leave",
    name: defineTexts({ en: "Leave", de: "Gehen" }),
    page: lazy(() => import("./leave/leave-page.tsx").then(({ LeavePage }) => ({ default: LeavePage }))),
  },
];
