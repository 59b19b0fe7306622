import { useQueryClient } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { truthOf } from "../../data/truth-of.ts";
import { useRollupOnL1 } from "../../data/use-l1.ts";
import { Section } from "../../ui/layout.tsx";
import { Notice } from "../../ui/states.tsx";
import { Mark, type Truth } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { placeOf, To } from "../links.tsx";
import { useNewestAccount, useNewestReceipt } from "./checks.ts";
import { TEXTS } from "./texts.ts";

/** What the page has checked against L1, without being asked. */
export function Checklist(): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const count = (value: number) => new Intl.NumberFormat(locale).format(value);
  const { verifier } = useRollup();
  const queries = useQueryClient();
  const rollup = useRollupOnL1();
  const account = useNewestAccount();
  const receipt = useNewestReceipt();
  if (verifier === null) return <Notice title={texts.checks} text={texts.noL1} />;
  const hasBatch = rollup.data === undefined || rollup.data.batchCount > 0;
  return (
    <Section
      title={texts.checks}
      aside={
        <button
          type="button"
          className="link cursor-pointer text-sm text-soft"
          onClick={() => void queries.invalidateQueries({ queryKey: ["l1"] })}
        >
          {texts.again}
        </button>
      }
    >
      <ul className="card divide-y divide-line" aria-live="polite">
        <Line truth={rollup.error !== null ? truthOf(rollup.error) : rollup.data === undefined ? "checking" : "l1"}>
          {rollup.error?.message ?? (rollup.data && texts.contractThere(count(rollup.data.l1.block)))}
        </Line>
        {rollup.data?.isFrozen === true && <Line truth="l1">{texts.frozen}</Line>}
        {!hasBatch && <Line truth="l1">{texts.noBatch}</Line>}
        {hasBatch && (
          <>
            <Found check={account} name="batch" show={({ batch }) => texts.batchKept(count(batch))} />
            <Found
              check={account}
              name="account"
              show={({ index }) => <To place={placeOf.account(index)}>{texts.accountLeads(String(index))}</To>}
            />
            <Found
              check={receipt}
              name="receipt"
              show={(found) =>
                found === null ? null : (
                  <To place={placeOf.block(found.block)}>{texts.transferIn(count(found.block), count(found.slot))}</To>
                )
              }
              absent={texts.noTransfer}
            />
          </>
        )}
        <li className="px-4 py-2.5 text-sm">
          <To place="/state">{texts.rebuild}</To>
        </li>
      </ul>
    </Section>
  );
}

function Found<Answer>({
  check: { data, error },
  name,
  show,
  absent = "",
}: {
  readonly check: { readonly data: Answer | undefined; readonly error: Error | null };
  readonly name: string;
  readonly show: (answer: Answer) => ReactNode;
  readonly absent?: string;
}): ReactElement {
  if (error !== null) {
    return (
      <Line truth={truthOf(error)} name={name}>
        {error.message}
      </Line>
    );
  }
  if (data === undefined) return <Line truth="checking" name={name} />;
  const shown = show(data);
  return (
    <Line truth={shown === null ? "node" : "checked"} name={name}>
      {shown ?? absent}
    </Line>
  );
}

function Line({
  truth,
  name,
  children,
}: {
  readonly truth: Truth;
  readonly name?: string;
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <li data-check={name} className="grid gap-x-5 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[8.5rem_minmax(0,1fr)]">
      <Mark truth={truth} />
      <span className="text-sm">{children}</span>
    </li>
  );
}
