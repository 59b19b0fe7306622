import { type Account, useAccounts, useSetKey } from "@cairn/react";
import { encodePaymentCode } from "@cairn/sdk";
import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { saveJson } from "../../base/save-file.ts";
import { Button } from "../../ui/button.tsx";
import { Fact, Facts, Page, Section } from "../../ui/layout.tsx";
import { Loading, NoNode } from "../../ui/states.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { AccountTable } from "../accounts/account-table.tsx";
import { Problem } from "../problems/problem.tsx";
import { RequestSteps } from "../requests/request-steps.tsx";
import { NeedsSession, useSession } from "../session/session.tsx";
import { useSessionState } from "../session/state.tsx";
import { forgetKey, knownKey } from "./known-keys.ts";

const TEXTS = defineTexts({
  en: {
    title: "Keys",
    lead: "Your L1 account owns what you have here. The key only signs payments, and is in a worker of this browser, which does not give it out.",
    opened: "The opened key",
    way: "Made from",
    passkey: "a passkey",
    signature: "a signature of the wallet",
    file: "a random number, with a backup file",
    public: "Public key",
    code: "Payment code",
    codeHint: "Whoever pays to this code pays you, whatever a node says.",
    backup: "Save the backup file again",
    lock: "Lock",
    forget: "Lock, and forget it in this browser",
    accounts: "Your accounts and their keys",
    authorisedHint:
      "A key is authorised on L1 by a deposit of your own, or here. Whoever pays to your L1 address finds accounts with an authorised key only.",
    set: "Set the opened key",
    pending: "Confirm it in the wallet …",
  },
  de: {
    title: "Schlüssel",
    lead: "Ihrer L1-Adresse gehört, was Sie hier haben. Der Schlüssel unterschreibt nur Zahlungen und ist in einem Worker dieses Browsers, der ihn nicht herausgibt.",
    opened: "Der geöffnete Schlüssel",
    way: "Gemacht aus",
    passkey: "einem Passkey",
    signature: "einer Unterschrift der Wallet",
    file: "einer Zufallszahl, mit Sicherungsdatei",
    public: "Öffentlicher Schlüssel",
    code: "Zahlungscode",
    codeHint: "Wer an diesen Code zahlt, zahlt an Sie, was auch immer ein Knoten sagt.",
    backup: "Sicherungsdatei noch einmal speichern",
    lock: "Sperren",
    forget: "Sperren und in diesem Browser vergessen",
    accounts: "Ihre Konten und deren Schlüssel",
    authorisedHint:
      "Auf L1 erlaubt wird ein Schlüssel durch eine eigene Einzahlung oder hier. Wer an Ihre L1-Adresse zahlt, findet nur Konten mit einem erlaubten Schlüssel.",
    set: "Den geöffneten Schlüssel setzen",
    pending: "Bestätigen Sie es in der Wallet …",
  },
});

/** The opened key, and which keys the owner's accounts have. */
export function KeysPage(): ReactElement {
  return (
    <NeedsSession>
      <Keys />
    </NeedsSession>
  );
}

function Keys(): ReactElement {
  const texts = useTexts(TEXTS);
  const { client } = useSession();
  return (
    <Page title={texts.title} lead={texts.lead}>
      <OpenedKey />
      <Section title={texts.accounts} aside={<Mark truth="node" />}>
        {client.cairn.hasNode ? <Accounts /> : <NoNode />}
        <p className="text-xs text-soft">{texts.authorisedHint}</p>
      </Section>
    </Page>
  );
}

function OpenedKey(): ReactElement {
  const texts = useTexts(TEXTS);
  const { owner, signer, domain } = useSession();
  const { key, lock } = useSessionState();
  const file = knownKey(owner, domain)?.file ?? null;
  const code = encodePaymentCode({ owner: BigInt(owner), key: signer.key }, domain);
  const forget = () => {
    forgetKey(owner, domain);
    lock();
  };
  return (
    <Section title={texts.opened}>
      <Facts>
        <Fact name={texts.way}>{key === null ? "" : texts[key.way]}</Fact>
        <Fact name={texts.public}>
          <Hex value={`0x${signer.key.toString(16).padStart(64, "0")}`} isWhole />
        </Fact>
        <Fact name={texts.code}>
          <Hex value={code} isWhole />
          <p className="text-xs text-soft">{texts.codeHint}</p>
        </Fact>
      </Facts>
      <div className="flex flex-wrap gap-2">
        {file !== null && (
          <Button onClick={() => saveJson(`cairn-key-${owner.slice(0, 10)}.json`, file)}>{texts.backup}</Button>
        )}
        <Button onClick={lock}>{texts.lock}</Button>
        <Button kind="danger" onClick={forget}>
          {texts.forget}
        </Button>
      </div>
    </Section>
  );
}

function Accounts(): ReactElement {
  const texts = useTexts(TEXTS);
  const { signer } = useSession();
  const { data, error, refetch } = useAccounts();
  const setKey = useSetKey();
  if (data === undefined) return error === null ? <Loading /> : <Problem error={error} retry={() => void refetch()} />;
  const needsKey = ({ key, ownerKey }: Account) => BigInt(key) !== signer.key || !ownerKey;
  const isBusy = setKey.isPending || (setKey.data !== undefined && !setKey.progress.isOver);
  const setButton = (account: Account) =>
    needsKey(account) && (
      <Button onClick={() => setKey.mutate({ account: account.index })} isDisabled={isBusy}>
        {texts.set}
      </Button>
    );
  return (
    <>
      <AccountTable accounts={data.accounts} {...(data.accounts.some(needsKey) ? { action: setButton } : {})} />
      {setKey.isPending && <p role="status">{texts.pending}</p>}
      {setKey.error !== null && <Problem error={setKey.error} />}
      {setKey.data !== undefined && <RequestSteps kind="setKey" progress={setKey.progress} />}
    </>
  );
}
