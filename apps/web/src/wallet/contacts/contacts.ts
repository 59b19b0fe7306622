import * as z from "zod/mini";
import { type Kept, keep, onePer } from "../kept/kept.ts";
import { cleanText } from "./clean-text.ts";

/** Most contacts, so that a file cannot fill the browser's storage. */
export const MAX_CONTACTS = 1000;
const MAX_NAME = 60;
const MAX_PAYEE = 120;

const contactSchema = z.strictObject({
  name: z.string().check(
    z.minLength(1),
    z.maxLength(MAX_NAME),
    z.refine((name) => cleanText(name) === name, "has characters that cannot be seen"),
  ),
  /** An account's index, an address or a payment code. */
  payee: z.string().check(z.minLength(1), z.maxLength(MAX_PAYEE), z.regex(/^[A-Za-z0-9]+$/)),
});
const contactsSchema = z.array(contactSchema).check(z.maxLength(MAX_CONTACTS));

/** Somebody whom the user pays. */
export type Contact = z.infer<typeof contactSchema>;

/** The contacts of a rollup, kept in this browser alone. */
export const contactsOf: (rollup: string) => Kept<Contact[]> = onePer((rollup) =>
  keep(`cairn-wallet-contacts-${rollup}`, contactsSchema, []),
);

/** Why a contact cannot be kept. */
export type ContactProblem = "name" | "payee" | "known-name" | "full";

/** What is wrong with a new contact; null when nothing is. */
export function contactProblem({ name, payee }: Contact, known: readonly Contact[]): ContactProblem | null {
  if (!contactSchema.shape.name.safeParse(name).success) return "name";
  if (!contactSchema.shape.payee.safeParse(payee).success) return "payee";
  if (known.length >= MAX_CONTACTS) return "full";
  // Two names that look the same would let one be taken for the other.
  return known.some((one) => folded(one.name) === folded(name)) ? "known-name" : null;
}

/** The contact of a name, however it is capitalised. */
export function contactNamed(name: string, known: readonly Contact[]): Contact | null {
  return known.find((one) => folded(one.name) === folded(name.trim())) ?? null;
}

/** In the form of the file that the page saves. */
export function contactsToJson(contacts: readonly Contact[]): object {
  return { type: "cairn-contacts", version: 1, contacts };
}

const fileSchema = z.object({ type: z.literal("cairn-contacts"), version: z.literal(1), contacts: contactsSchema });

/** The contacts of a file; null for a file that holds something else. */
export function contactsFromText(text: string): readonly Contact[] | null {
  try {
    const { success, data } = fileSchema.safeParse(JSON.parse(text));
    return success ? data.contacts : null;
  } catch {
    return null;
  }
}

/** Adds those of a file whose names are new; the others are left as they are. */
export function mergeContacts(known: readonly Contact[], added: readonly Contact[]): Contact[] {
  const merged = [...known];
  for (const one of added) if (contactProblem(one, merged) === null) merged.push(one);
  return merged;
}

function folded(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
