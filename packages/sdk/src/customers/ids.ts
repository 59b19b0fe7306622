import { isCustomerId } from "@cairn/crypto";
import type { CairnError } from "@cairn/protocol";
import { type SdkErrorCode, sdkError } from "../errors.ts";

/** Most customers of a list. */
export const MAX_CUSTOMERS = 100_000;
/** Most characters of a list. A longer text is refused before it is read. */
export const MAX_CUSTOMER_LIST_CHARS = 16_000_000;

const HEADER = "customer";

/**
 * Reads a list of customers' ids: a CSV with the one column `customer`, or a JSON list of texts. Ids are texts of the
 * form that `isCustomerId` describes, each once. Throws `sdk/bad-customer-list`, which says where.
 *
 * @example parseCustomerList("customer\nanna\nben", { format: "csv" }) // ["anna", "ben"]
 */
export function parseCustomerList(text: string, { format }: { readonly format: "csv" | "json" }): string[] {
  if (text.length > MAX_CUSTOMER_LIST_CHARS)
    throw badList(`the list has more than ${MAX_CUSTOMER_LIST_CHARS} characters`);
  const ids = format === "csv" ? readCsv(text) : readJson(text);
  assertCustomers(ids);
  if (ids.length === 0) throw badList("there are no customers in the list");
  return ids;
}

/** Throws `sdk/bad-customer-list` unless these are ids, each once, and no more than a list may have. */
export function assertCustomers(ids: readonly string[]): void {
  if (ids.length > MAX_CUSTOMERS) throw badList(`the list has more than ${MAX_CUSTOMERS} customers`);
  const seen = new Set<string>();
  for (const [i, id] of ids.entries()) {
    const shown = JSON.stringify(id.slice(0, 60));
    if (!isCustomerId(id))
      throw badList(`customer ${i + 1}: ${shown} is no id: letters, digits and . _ @ + : / - only`);
    if (seen.has(id)) throw badList(`customer ${i + 1}: ${shown} is there twice`);
    seen.add(id);
  }
}

function readCsv(text: string): string[] {
  const [header = "", ...rows] = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  if (header.trim().toLowerCase() !== HEADER) throw badList(`the first line must name the only column: ${HEADER}`);
  return rows.map((row) => row.trim().replace(/^"(.*)"$/, "$1")).filter((row) => row !== "");
}

function readJson(text: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw badList("this is no JSON");
  }
  if (!Array.isArray(json)) throw badList("the JSON is not a list of ids");
  return json.map((id: unknown, i) => {
    if (typeof id === "string") return id;
    throw badList(`customer ${i + 1} is not a text: numbers in JSON would be rounded`);
  });
}

function badList(message: string): CairnError<SdkErrorCode> {
  return sdkError("sdk/bad-customer-list", message);
}
