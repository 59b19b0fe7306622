import { useRequests } from "@cairn/react";
import type { ReactElement } from "react";
import { Section } from "../../ui/layout.tsx";
import { DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Ago } from "../../ui/values.tsx";
import { Problem } from "../problems/problem.tsx";
import { REQUEST_TEXTS } from "./texts.ts";

/** What was sent from this browser and is not final yet, also before the last reload. */
export function Outbox(): ReactElement {
  const texts = useTexts(REQUEST_TEXTS);
  const { requests, error } = useRequests();
  const open = requests.filter(({ progress }) => !progress.isOver);
  return (
    <Section title={texts.onItsWay}>
      {error !== null && <Problem error={error} />}
      <DataTable
        name={texts.onItsWay}
        rows={open}
        keyOf={({ handle }) => handle.id}
        empty={texts.nothing}
        columns={[
          { name: texts.kind, cell: ({ handle }) => texts.kinds[handle.kind] },
          {
            name: texts.status,
            cell: ({ progress: { status } }) => (status === null ? texts.unseen : texts.statuses[status]),
          },
          {
            name: texts.since,
            from: "sm",
            cell: ({ handle }) => <Ago ms={Date.parse(handle.toJSON().createdAt)} />,
          },
        ]}
      />
    </Section>
  );
}
