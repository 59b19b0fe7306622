import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { contactNamed, contactsOf } from "../contacts/contacts.ts";
import { rollupName, useKept } from "../kept/use-kept.ts";
import { useSession } from "../session/session.tsx";
import { findPayee, type PayeeAnswer, type PayeeReading, readPayee } from "./payee.ts";
import { useSettled } from "./use-settled.ts";

/** What is known of whom a text names. */
export interface NamedPayee {
  readonly reading: PayeeReading;
  /** The contact whose name it is. */
  readonly contact: string | null;
  /** Null until the node has answered about exactly this text. */
  readonly answer: PayeeAnswer | null;
  readonly error: Error | null;
}

/** Whom a text names in a token: an account, an address, a payment code, or a contact. */
export function usePayee(text: string, tokenId: number): NamedPayee {
  const { domain } = useSession();
  const { node, config } = useRollup();
  const contacts = useKept(contactsOf(rollupName(config)));
  const contact = contactNamed(text, contacts);
  const named = contact?.payee ?? text;
  const settled = useSettled(named);
  const reading = useMemo(() => readPayee(named, domain), [named, domain]);
  const isAskable = reading.type === "index" || reading.type === "address" || reading.type === "paymentCode";
  const { data, error } = useQuery({
    queryKey: [node?.url ?? null, "payee", settled, tokenId],
    queryFn: () => {
      const asked = readPayee(settled, domain);
      if (node === null || asked.type === "problem" || asked.type === "request")
        throw new TypeError("nobody to ask for");
      return findPayee(node, asked, { tokenId, domain });
    },
    enabled: node !== null && isAskable && settled === named,
    staleTime: 5_000,
    retry: 1,
  });
  const isCurrent = isAskable && settled === named;
  return {
    reading,
    contact: contact?.name ?? null,
    answer: (isCurrent && data) || null,
    error: isCurrent ? error : null,
  };
}
