import type { ReactElement } from "react";
import { Link, useParams } from "wouter";
import { useRollup } from "../../data/rollup.tsx";
import { Page, Section } from "../../ui/layout.tsx";
import { DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Ago } from "../../ui/values.tsx";
import { rollupName, useKept } from "../kept/use-kept.ts";
import { madeOf } from "./made.ts";
import { MadeRequestView } from "./made-view.tsx";
import { RequestForm } from "./request-form.tsx";
import { TEXTS } from "./texts.ts";

/** Asks for a payment; needs neither node nor key, where the accounts were seen before. */
export function RequestPage(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <Page title={texts.title} lead={texts.lead}>
      <RequestForm />
      <MadeRequests />
    </Page>
  );
}

/** One request that was made here, with what became of it. */
export function MadeRequestPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { reference = "" } = useParams();
  const { config } = useRollup();
  const made = useKept(madeOf(rollupName(config))).find((one) => one.reference === decodeURIComponent(reference));
  return (
    <Page title={texts.title}>
      {made === undefined ? <p className="card px-4 py-6 text-sm">{texts.unknown}</p> : <MadeRequestView made={made} />}
      <Link href="/request" className="link justify-self-start">
        {texts.another}
      </Link>
    </Page>
  );
}

function MadeRequests(): ReactElement {
  const texts = useTexts(TEXTS);
  const { config } = useRollup();
  const made = useKept(madeOf(rollupName(config)));
  return (
    <Section title={texts.mine}>
      <DataTable
        name={texts.mine}
        rows={made}
        keyOf={({ link }) => link}
        empty={texts.noneMade}
        columns={[
          {
            name: texts.reference,
            cell: ({ reference }) => (
              <Link href={`/request/${encodeURIComponent(reference)}`} className="link wrap-anywhere">
                {reference}
              </Link>
            ),
          },
          { name: texts.status, isNumber: true, cell: ({ madeAtMs }) => <Ago ms={madeAtMs} /> },
        ]}
      />
    </Section>
  );
}
