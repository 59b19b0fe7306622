import { useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useMemo } from "react";
import { useRebuiltState, useRestorer, useTokensOnL1 } from "../../data/use-restorer.ts";
import { Rebuild } from "../../rebuild/rebuild.tsx";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/layout.tsx";
import { Loading } from "../../ui/states.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { At } from "../../ui/values.tsx";
import { Problem } from "../problems/problem.tsx";
import type { SessionClient } from "../session/client.ts";
import { leaveActions } from "./actions.ts";
import { HoldingsTable } from "./holdings-table.tsx";
import { LeaveSteps } from "./leave-steps.tsx";
import { isEmpty } from "./plan.ts";
import { TEXTS } from "./texts.ts";
import { type Found, useHoldings } from "./use-holdings.ts";
import { type UnderWayState, useUnderWay } from "./use-under-way.ts";

/**
 * Takes everything of an owner out of the rollup, without its operator: the state is rebuilt from L1, and the L1 wallet of
 * the client sends. The client needs neither node nor L2 key.
 */
export function Leave({ client, owner }: { readonly client: SessionClient; readonly owner: string }): ReactElement {
  const texts = useTexts(TEXTS);
  const queries = useQueryClient();
  const { restorer, state } = useRestorer();
  const rebuilt = useRebuiltState();
  const holdings = useHoldings(owner);
  const data = rebuilt === null ? undefined : holdings.data;
  const error = rebuilt === null ? null : holdings.error;
  const refresh = () => {
    for (const first of ["rebuilt", "l1"]) void queries.invalidateQueries({ queryKey: [first] });
  };
  const underWay = useUnderWay(client, refresh);
  const actions = useMemo(() => restorer && leaveActions(client, restorer), [client, restorer]);
  return (
    <>
      {data !== undefined && actions !== null && <FoundParts found={data} actions={actions} underWay={underWay} />}
      {data === undefined && error !== null && <Problem error={error} />}
      {data === undefined && error === null && state.status === "done" && <Loading />}
      <Section title={data === undefined ? texts.rebuild : texts.rebuilt}>
        {data === undefined && <p className="max-w-prose text-sm text-soft">{texts.rebuildHint}</p>}
        <Rebuild />
      </Section>
    </>
  );
}

function FoundParts({
  found,
  actions,
  underWay,
}: {
  readonly found: Found;
  readonly actions: ReturnType<typeof leaveActions>;
  readonly underWay: UnderWayState;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { holdings, ladder } = found;
  const tokenOf = useTokensOnL1(tokensOf(found));
  const block = new Intl.NumberFormat(locale).format(holdings.l1.block);
  return (
    <>
      <Section title={texts.yours}>
        <HoldingsTable holdings={holdings} tokenOf={tokenOf} />
        <p className="text-xs text-soft">
          {texts.asOf(block)} <At ms={ladder.now * 1000} />
        </p>
        <UnderWayList underWay={underWay} />
      </Section>
      {!isEmpty(holdings) && (
        <Section title={texts.steps}>
          <LeaveSteps found={found} actions={actions} underWay={underWay} tokenOf={tokenOf} />
        </Section>
      )}
    </>
  );
}

function UnderWayList({ underWay: { list, isAsking, error } }: { readonly underWay: UnderWayState }): ReactElement {
  const texts = useTexts(TEXTS);
  const names: Readonly<Record<string, string>> = texts.names;
  return (
    <div aria-live="polite" className="grid grid-cols-[minmax(0,1fr)] gap-3" data-under-way={list.length}>
      {error !== null && <Problem error={error} />}
      {isAsking && <p className="text-sm">{texts.asking}</p>}
      {list.length > 0 && (
        <div className="card grid gap-1 border-l-4 border-l-older px-4 py-3 text-sm">
          <p className="font-medium">{texts.underWay}</p>
          <ul>
            {list.map(({ id, kind, isSent, forget }) => (
              <li key={id} className="grid grid-cols-[minmax(0,1fr)] gap-1">
                <span>{names[kind]}</span>
                {!isSent && (
                  <>
                    <span className="text-soft">{texts.unanswered}</span>
                    <Button onClick={forget}>{texts.forget}</Button>
                  </>
                )}
              </li>
            ))}
          </ul>
          <p className="text-soft">{texts.reloadable}</p>
        </div>
      )}
    </div>
  );
}

function tokensOf({ holdings: { accounts, entries, payouts, claims } }: Found): number[] {
  const deposits = entries.flatMap(({ operation }) => (operation.type === "deposit" ? [operation.tokenId] : []));
  return [
    ...accounts.map(({ account }) => account.tokenId),
    ...deposits,
    ...[...payouts, ...claims].map((one) => one.tokenId),
  ];
}
