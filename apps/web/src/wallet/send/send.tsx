import { type ReactElement, useState } from "react";
import { Page } from "../../ui/layout.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { NoAccount } from "../paying/from-account.tsx";
import { useOwnAccounts } from "../paying/own-accounts.ts";
import { NeedsSession } from "../session/session.tsx";
import { SendForm } from "./send-form.tsx";
import { TEXTS } from "./texts.ts";

/** Pays an address, an account, a payment code or a contact. */
export function SendPage(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <NeedsSession>
      <Page title={texts.title} lead={texts.lead}>
        <Sending />
      </Page>
    </NeedsSession>
  );
}

function Sending(): ReactElement {
  const { data: accounts, error, refetch } = useOwnAccounts();
  /** A form for each payment: nothing of the last one is left in the next. */
  const [payment, setPayment] = useState(0);
  if (accounts === undefined)
    return error === null ? <Loading /> : <Failed error={error} retry={() => void refetch()} />;
  if (accounts.length === 0) return <NoAccount />;
  return <SendForm key={payment} accounts={accounts} next={() => setPayment(payment + 1)} />;
}
