import { extname } from "node:path";
import { MAX_CUSTOMER_LIST_CHARS, parseCustomerList } from "@cairn/sdk/customers";
import { MAX_PAYOUT_CHARS, type PayoutList, parsePayoutList } from "@cairn/sdk/payouts";
import { readTextFile } from "../text-file.ts";

/** Forms of a list. */
export const FORMATS = ["csv", "json"] as const;

/** A form of a list. */
export type ListFormat = (typeof FORMATS)[number];

/** Reads a list of payments; its form is that of its name unless given. Throws `cli/bad-file`, `sdk/bad-payout-list`. */
export async function readPayoutList(file: string, format: ListFormat | undefined): Promise<PayoutList> {
  return parsePayoutList(await readTextFile(file, MAX_PAYOUT_CHARS), { format: format ?? formatOf(file) });
}

/** Reads a list of customers' ids, likewise. Throws `cli/bad-file`, `sdk/bad-customer-list`. */
export async function readCustomerList(file: string, format: ListFormat | undefined): Promise<string[]> {
  return parseCustomerList(await readTextFile(file, MAX_CUSTOMER_LIST_CHARS), { format: format ?? formatOf(file) });
}

function formatOf(file: string): ListFormat {
  return extname(file).toLowerCase() === ".json" ? "json" : "csv";
}
