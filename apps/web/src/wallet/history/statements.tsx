import { type ReactElement, useState } from "react";
import { StatementForm } from "../../data/statement.tsx";
import { Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { chosenAccount, FromAccount } from "../paying/from-account.tsx";
import { useOwnAccounts } from "../paying/own-accounts.ts";
import { TEXTS } from "./texts.ts";

/** Saves what happened to an account, for bookkeeping. */
export function Statements(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { data: accounts = [] } = useOwnAccounts();
  const [choice, setChoice] = useState<{ tokenId: number | null; index: number | null }>({
    tokenId: null,
    index: null,
  });
  const account = chosenAccount(accounts, choice);
  if (account === null) return null;
  return (
    <Section title={texts.statement}>
      <FromAccount accounts={accounts} chosen={account} onChange={setChoice} label={texts.of} />
      <StatementForm key={account.index} account={account} />
    </Section>
  );
}
