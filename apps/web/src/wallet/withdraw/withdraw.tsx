import { type ReactElement, useState } from "react";
import { useParams } from "wouter";
import { Page } from "../../ui/layout.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { NoAccount } from "../paying/from-account.tsx";
import { useOwnAccounts } from "../paying/own-accounts.ts";
import { NeedsSession } from "../session/session.tsx";
import { Claims } from "./claims.tsx";
import { ForcedWithdrawal } from "./forced.tsx";
import { TEXTS } from "./texts.ts";
import { WithdrawForm } from "./withdraw-form.tsx";

/** Takes money out to L1: by the node, or without it; and claims what L1 could not deliver. */
export function WithdrawPage(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <NeedsSession>
      <Page title={texts.title} lead={texts.lead}>
        <Withdrawing />
        <Claims />
      </Page>
    </NeedsSession>
  );
}

function Withdrawing(): ReactElement {
  const { to } = useParams();
  const { data: accounts, error, refetch } = useOwnAccounts();
  const [turn, setTurn] = useState(0);
  if (accounts === undefined)
    return error === null ? <Loading /> : <Failed error={error} retry={() => void refetch()} />;
  if (accounts.length === 0) return <NoAccount />;
  return (
    <>
      <WithdrawForm key={turn} accounts={accounts} to={to ?? null} next={() => setTurn(turn + 1)} />
      <ForcedWithdrawal accounts={accounts} />
    </>
  );
}
