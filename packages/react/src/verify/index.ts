"use client";

export {
  type UseVerifiedAccountOptions,
  useVerifiedAccount,
  type VerifiedAccountResult,
} from "./verified-account.ts";
