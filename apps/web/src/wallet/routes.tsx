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
    path: "/deposit",
    name: defineTexts({ en: "Deposit", de: "Einzahlen" }),
    page: lazy(() => import("./deposit/deposit.tsx").then(({ DepositPage }) => ({ default: DepositPage }))),
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
