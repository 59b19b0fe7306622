import type { ReactElement } from "react";
import { useParams } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { Listing } from "../../data/listing.tsx";
import { useTokenLabels } from "../../data/tokens.ts";
import { usePages } from "../../data/use-pages.ts";
import { Page, Section } from "../../ui/layout.tsx";
import { NotFound } from "../../ui/states.tsx";
import { DataTable } from "../../ui/table.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, Hex } from "../../ui/values.tsx";
import { EntryTable } from "../entries/entry-table.tsx";
import { placeOf, To } from "../links.tsx";
import { parseAddress } from "./parse-address.ts";

const TEXTS = defineTexts({
  en: {
    title: "Address on L1",
    accounts: "Its accounts",
    account: "Account",
    balance: "Balance",
    key: "Key authorised on L1",
    yes: "yes",
    no: "no",
    none: "It owns no account.",
    beware: "Anyone can open accounts for an address. Open one to have it checked against L1.",
    history: "History",
  },
  de: {
    title: "Adresse auf L1",
    accounts: "Ihre Konten",
    account: "Konto",
    balance: "Guthaben",
    key: "Schlüssel auf L1 erlaubt",
    yes: "ja",
    no: "nein",
    none: "Ihr gehört kein Konto.",
    beware: "Jeder kann für eine Adresse Konten eröffnen. Öffnen Sie eines, um es gegen L1 prüfen zu lassen.",
    history: "Verlauf",
  },
});
const PAGE = 20;

/** An L1 address: the accounts that it owns, and what happened to them. */
export function OwnerPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { address = "" } = useParams();
  const owner = parseAddress(address);
  return (
    <Page title={texts.title} lead={<Hex value={address} isWhole />}>
      {owner === null ? <NotFound /> : <OwnerParts owner={owner} />}
    </Page>
  );
}

function OwnerParts({ owner }: { readonly owner: string }): ReactElement {
  const texts = useTexts(TEXTS);
  const tokenOf = useTokenLabels();
  const topics = ["entry", "block", "batch"] as const;
  const accounts = usePages(["accounts", owner], topics, (node, page, options) =>
    node.accounts({ owner, limit: PAGE, ...page }, options),
  );
  const history = usePages(["owner history", owner], topics, (node, page, options) =>
    node.ownerHistory({ owner, limit: PAGE, ...page }, options),
  );
  return (
    <>
      <Section title={texts.accounts} aside={<Mark truth="node" />}>
        <Listing pages={accounts}>
          {(answers) => (
            <DataTable
              name={texts.accounts}
              rows={answers.flatMap((answer) => answer.accounts)}
              keyOf={({ index }) => index}
              empty={texts.none}
              columns={[
                { name: texts.account, cell: ({ index }) => <To place={placeOf.account(index)}>{index}</To> },
                {
                  name: texts.balance,
                  isNumber: true,
                  cell: ({ balance, tokenId }) => <Amount value={balance} token={tokenOf(tokenId)} />,
                },
                { name: texts.key, from: "sm", cell: ({ ownerKey }) => (ownerKey ? texts.yes : texts.no) },
              ]}
            />
          )}
        </Listing>
        <p className="text-xs text-soft">{texts.beware}</p>
      </Section>
      <Section title={texts.history} aside={<Mark truth="node" />}>
        <Listing pages={history}>
          {(answers) => <EntryTable entries={answers.flatMap(({ entries }) => entries)} />}
        </Listing>
      </Section>
    </>
  );
}
