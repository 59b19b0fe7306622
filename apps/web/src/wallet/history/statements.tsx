import type { ReactElement } from "react";
import { StatementForm } from "../../data/statement.tsx";
import { Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { FromAccount, useFromAccount } from "../paying/from-account.tsx";
import { type Account, useOwnAccounts } from "../paying/own-accounts.ts";
import { TEXTS } from "./texts.ts";

/** Saves what happened to an account, for bookkeeping. */
export function Statements(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { data: accounts = [] } = useOwnAccounts();
  if (accounts.length === 0) return null;
  return (
    <Section title={texts.statement}>
      <OfOneAccount accounts={accounts} />
    </Section>
  );
}

function OfOneAccount({ accounts }: { readonly accounts: readonly Account[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const [account, choose] = useFromAccount(accounts);
  return (
    <>
      <FromAccount accounts={accounts} chosen={account} onChange={choose} label={texts.of} />
      <StatementForm key={account.index} account={account} />
    </>
  );
}
