import type { PayoutCheck, PayoutProblem } from "@cairn/sdk/payouts";
import type { ReactElement } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/layout.tsx";
import { DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, Count } from "../../ui/values.tsx";
import { TEXTS } from "./texts.ts";

/** What keeps a list from being paid, by line. */
export function Problems({ problems }: { readonly problems: readonly PayoutProblem[] }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <div className="grid gap-3" role="alert">
      <p className="text-sm text-refuted">{texts.problems(String(problems.length))}</p>
      <DataTable
        name={texts.problem}
        rows={problems.map((problem, place) => ({ ...problem, place }))}
        keyOf={({ place }) => place}
        empty=""
        columns={[
          {
            name: texts.line,
            cell: ({ at, code }) => <span data-problem={code}>{at === null ? texts.wholeList : at}</span>,
          },
          { name: texts.problem, cell: ({ message }) => <span className="wrap-anywhere">{message}</span> },
        ]}
      />
    </div>
  );
}

/** What a list comes to, before anything is signed. */
export function Checked({ check, onPay }: { readonly check: PayoutCheck; readonly onPay: () => void }): ReactElement {
  const texts = useTexts(TEXTS);
  const tokenOf = useTokenLabels();
  const { totals, lines, paid } = check;
  return (
    <Section title={texts.sums}>
      <DataTable
        name={texts.sums}
        rows={totals}
        keyOf={({ token }) => token}
        empty=""
        columns={[
          { name: texts.account, cell: ({ account }) => account },
          { name: texts.payments, isNumber: true, cell: (total) => <Count value={total.lines} /> },
          {
            name: texts.amount,
            isNumber: true,
            cell: ({ amount, token }) => <Amount value={amount} token={tokenOf(token)} />,
          },
          {
            name: texts.fees,
            isNumber: true,
            cell: ({ fees, token }) => <Amount value={fees} token={tokenOf(token)} />,
          },
          {
            name: texts.left,
            isNumber: true,
            from: "sm",
            cell: ({ balance, amount, fees, token }) => (
              <Amount value={balance - amount - fees} token={tokenOf(token)} />
            ),
          },
        ]}
      />
      {totals.map(
        ({ token, newAccounts }) =>
          newAccounts > 0 && (
            <p key={token} className="text-sm">
              {texts.newAccounts(String(newAccounts))}
            </p>
          ),
      )}
      {paid > 0 && <p className="text-sm">{texts.alreadyPaid(String(paid))}</p>}
      <Button kind="primary" onClick={onPay}>
        {texts.pay(String(lines - paid))}
      </Button>
    </Section>
  );
}
