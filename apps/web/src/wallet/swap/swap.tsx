import { type ReactElement, useState } from "react";
import { Page } from "../../ui/layout.tsx";
import { Loading } from "../../ui/states.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { NoAccount } from "../paying/from-account.tsx";
import { useOwnAccounts } from "../paying/own-accounts.ts";
import { NeedsSession } from "../session/session.tsx";
import { OfferForm } from "./offer-form.tsx";
import { TEXTS } from "./texts.ts";

/** Offers a swap. */
export function SwapPage(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <NeedsSession>
      <Page title={texts.title} lead={texts.lead}>
        <Offering />
      </Page>
    </NeedsSession>
  );
}

function Offering(): ReactElement {
  const { data: accounts } = useOwnAccounts();
  const [turn, setTurn] = useState(0);
  if (accounts === undefined) return <Loading />;
  if (accounts.length === 0) return <NoAccount />;
  return <OfferForm key={turn} accounts={accounts} next={() => setTurn(turn + 1)} />;
}
