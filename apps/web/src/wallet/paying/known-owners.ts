import { bigintToAddress, type Domain } from "@cairn/protocol";
import { parsePaymentCode } from "@cairn/sdk";
import { useRollup } from "../../data/rollup.tsx";
import { useNode } from "../../data/use-node.ts";
import { type Contact, contactsOf } from "../contacts/contacts.ts";
import { rollupName, useKept } from "../kept/use-kept.ts";
import { useSession } from "../session/session.tsx";

/** How many payments back the user is assumed to remember whom they paid. */
const REMEMBERED = 100;

/** Addresses that the user knows: their own, those of contacts, and those that they have paid. */
export function useKnownOwners(): { readonly all: readonly string[]; readonly paid: readonly string[] } {
  const { owner, domain } = useSession();
  const { config } = useRollup();
  const contacts = useKept(contactsOf(rollupName(config)));
  const { data: paid = [] } = useNode(["paid owners", owner], ["entry"], async (node, options) => {
    const { entries } = await node.ownerHistory({ owner, direction: "out", limit: REMEMBERED }, options);
    return [...new Set(entries.flatMap(({ to }) => (to === null ? [] : [to.owner.toLowerCase()])))];
  });
  const all = [owner.toLowerCase(), ...contacts.flatMap((one) => ownerOf(one, domain)), ...paid];
  return { all: [...new Set(all)], paid };
}

function ownerOf({ payee }: Contact, domain: Domain): string[] {
  if (/^0x[0-9a-fA-F]{40}$/.test(payee)) return [payee.toLowerCase()];
  try {
    return [bigintToAddress(parsePaymentCode(payee, domain).owner).toLowerCase()];
  } catch {
    return [];
  }
}
