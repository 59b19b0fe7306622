import { type FormEvent, type ReactElement, useState } from "react";
import { Link } from "wouter";
import { useTokenLabels } from "../../data/tokens.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { amountText, tokenName } from "../../ui/values.tsx";
import { Done } from "../outbox/done.tsx";
import { useOutbox } from "../outbox/use-outbox.ts";
import { type AmountChoice, AmountInput, useAmount } from "../paying/amount-input.tsx";
import { FromAccount, useFromAccount } from "../paying/from-account.tsx";
import { useKnownOwners } from "../paying/known-owners.ts";
import { type Account, useOwnAccounts } from "../paying/own-accounts.ts";
import type { FoundPayee } from "../paying/payee.ts";
import { PayeeField } from "../paying/payee-field.tsx";
import { isPayable, PayeeWarnings } from "../paying/payee-warnings.tsx";
import { isReference } from "../paying/reference.ts";
import { sentId } from "../paying/sent-id.ts";
import { useContracts } from "../paying/use-contracts.ts";
import { useDoing } from "../paying/use-doing.ts";
import { useFee } from "../paying/use-fee.ts";
import { usePayee } from "../paying/use-payee.ts";
import { warningsAbout } from "../paying/warnings.ts";
import { Problem } from "../problems/problem.tsx";
import { useSession } from "../session/session.tsx";
import { Sentence } from "./sentence.tsx";
import { TEXTS } from "./texts.ts";

/** What is signed: exactly what the sentence above the button says. */
interface Draft {
  readonly from: Account;
  readonly found: FoundPayee;
  readonly amount: bigint | "all";
  readonly fee: bigint;
  readonly reference: string;
}

/** The one form that pays: what happens is said before it happens. */
export function SendForm({
  accounts,
  next,
}: {
  readonly accounts: readonly Account[];
  readonly next: () => void;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const { client, owner } = useSession();
  const { refresh } = useOutbox();
  const { refetch } = useOwnAccounts();
  const [account, setFrom] = useFromAccount(accounts);
  const [payeeText, setPayeeText] = useState("");
  const [choice, setChoice] = useState<AmountChoice>({ text: "", isAll: false });
  const [reference, setReference] = useState("");
  const [accepted, setAccepted] = useState<string | null>(null);
  const sending = useDoing(async ({ from: account, found, amount, fee, reference: text }: Draft) => {
    try {
      return await sentId(
        client.transfer({
          to: found.payee,
          amount,
          token: account.tokenId,
          from: account.index,
          maxFee: fee,
          ...(text.trim() === "" ? {} : { reference: text.trim() }),
        }),
      );
    } finally {
      await refresh().catch(() => undefined);
      void refetch();
      void askFee();
    }
  });

  const tokenOf = useTokenLabels();
  const token = tokenOf(account.tokenId);
  const payee = usePayee(payeeText, account.tokenId);
  const found = payee.answer?.type === "found" ? payee.answer.found : null;
  const { data: fee, refetch: askFee } = useFee(
    found?.payee.type === "new" ? "transferToNew" : "transfer",
    account.tokenId,
  );
  const result = useAmount(choice, { token, balance: BigInt(account.balance), fee: fee ?? 0n });
  const known = useKnownOwners();
  const contracts = useContracts();
  const warnings =
    found === null
      ? []
      : warningsAbout(found, {
          from: account.index,
          ownOwner: owner,
          knownOwners: known.all,
          paidOwners: known.paid,
          contracts,
          isContact: payee.contact !== null,
        });
  const who = found === null ? null : JSON.stringify([found.owner, payeeText]);
  const isAccepted = accepted !== null && accepted === who;
  const isReady =
    found !== null &&
    fee !== undefined &&
    result.amount !== null &&
    isReference(reference) &&
    isPayable(warnings, isAccepted);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || result.amount === null) return;
    sending.start({ from: account, found, amount: choice.isAll ? "all" : result.amount, fee, reference });
  };
  const { doing } = sending;
  if (doing.type === "done") return <Done id={doing.result} kind="transfer" again={texts.again} next={next} />;
  return (
    <form
      onSubmit={submit}
      aria-label={texts.title}
      className="card grid grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 sm:px-6"
    >
      <PayeeField text={payeeText} onChange={setPayeeText} payee={payee} />
      {payee.reading.type === "request" && (
        <p className="text-sm">
          {texts.request}{" "}
          <Link href={`/pay/${encodeURIComponent(payee.reading.text)}`} className="link">
            {texts.openRequest}
          </Link>
        </p>
      )}
      <FromAccount accounts={accounts} chosen={account} onChange={setFrom} />
      <AmountInput token={token} choice={choice} onChange={setChoice} result={result} />
      <TextField
        label={texts.reference}
        hint={texts.referenceHint}
        problem={isReference(reference) ? null : texts.badReference}
        value={reference}
        onChange={setReference}
      />
      <PayeeWarnings
        warnings={warnings}
        isAccepted={isAccepted}
        onAccept={(isNow) => setAccepted(isNow ? who : null)}
      />
      {found !== null && fee !== undefined && result.amount !== null && (
        <Sentence
          found={found}
          contact={payee.contact}
          amount={result.amount}
          isAll={choice.isAll}
          fee={fee}
          token={token}
        />
      )}
      {doing.type === "failed" && <Problem error={doing.error} />}
      <SendButton
        isReady={isReady && doing.type !== "busy"}
        isBusy={doing.type === "busy"}
        amount={choice.isAll ? null : result.amount}
        token={token}
      />
    </form>
  );
}

function SendButton({
  isReady,
  isBusy,
  amount,
  token,
}: {
  readonly isReady: boolean;
  readonly isBusy: boolean;
  readonly amount: bigint | null;
  readonly token: Parameters<typeof tokenName>[0];
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const named = amount === null ? null : `${amountText(amount, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  return (
    <Button kind="primary" isSubmit isDisabled={!isReady}>
      {isBusy ? texts.sending : named === null ? (isReady ? texts.sendAll : texts.title) : texts.send(named)}
    </Button>
  );
}
