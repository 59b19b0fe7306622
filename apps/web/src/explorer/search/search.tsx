import type { RouteResponse } from "@cairn/rpc";
import { type ReactElement, useEffect } from "react";
import { useLocation, useParams } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { Detail } from "../../data/detail.tsx";
import { useRollup } from "../../data/rollup.tsx";
import { useNode } from "../../data/use-node.ts";
import { Page } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { placeInText } from "./place-in-text.ts";

const TEXTS = defineTexts({
  en: {
    title: "Search",
    found: (text: string) => `What “${text}” names`,
    nothing: "Nothing is called so, or not yet.",
    transaction: "Transaction",
    block: "Block",
    batch: "Batch from block",
    account: "Account",
    owner: "Address on L1",
    reference: "Payment reference",
    queueEntry: "Entry of the L1 queue",
    payouts: "Payouts of block",
    token: "Token",
  },
  de: {
    title: "Suche",
    found: (text: string) => `Was „${text}“ heißt`,
    nothing: "Nichts heißt so, oder noch nicht.",
    transaction: "Transaktion",
    block: "Block",
    batch: "Batch ab Block",
    account: "Konto",
    owner: "Adresse auf L1",
    reference: "Verwendungszweck",
    queueEntry: "Eintrag der L1-Warteschlange",
    payouts: "Auszahlungen von Block",
    token: "Token",
  },
});

type Found = RouteResponse<"search">["results"][number];
/** The explorer has no pages of requests for payments: wallets show them. */
type Result = Found & { readonly type: Exclude<Found["type"], "request"> };

/** What a text names; a page that is the only one opens by itself. */
export function SearchPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { text = "" } = useParams();
  const [, go] = useLocation();
  const { config } = useRollup();
  const place = placeInText(text, config);
  const query = useNode(["search", text], ["block", "batch", "entry"], async (node, options) => {
    const { results } = await node.search({ q: text }, options);
    return results.filter(isShown).map((result) => ({ result, place: placeOfResult(result) }));
  });
  const results = query.data ?? [];
  const only = place ?? (results.length === 1 ? results[0]?.place : undefined);
  useEffect(() => {
    if (only !== undefined) go(only, { replace: true });
  }, [only, go]);
  return (
    <Page title={texts.title} lead={texts.found(text)}>
      <Detail query={query}>
        {(found) =>
          found.length === 0 ? (
            <p className="card px-4 py-6 text-sm">{texts.nothing}</p>
          ) : (
            <ul className="card divide-y divide-line">
              {found.map(({ result, place }) => (
                <li key={`${result.type} ${result.id}`} className="flex flex-wrap gap-x-2 px-4 py-2.5 text-sm">
                  <span className="text-soft">{texts[result.type]}</span>
                  <To place={place}>
                    <Hex value={result.id} canCopy={false} />
                  </To>
                </li>
              ))}
            </ul>
          )
        }
      </Detail>
    </Page>
  );
}

function isShown(found: Found): found is Result {
  return found.type !== "request";
}

function placeOfResult({ type, id }: Result): string {
  switch (type) {
    case "transaction":
      return placeOf.transaction(id);
    case "block":
    case "payouts":
      return placeOf.block(Number(id));
    case "batch":
      return placeOf.batch(Number(id));
    case "account":
      return placeOf.account(Number(id));
    case "owner":
      return placeOf.owner(id);
    case "reference":
      return placeOf.reference(id);
    case "queueEntry":
      return placeOf.queueEntry(Number(id));
    case "token":
      return placeOf.token(Number(id));
  }
}
