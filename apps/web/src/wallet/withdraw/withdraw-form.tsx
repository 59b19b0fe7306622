import { addressProblem } from "@cairn/protocol";
import { type FormEvent, type ReactElement, useState } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { amountText, Hex, tokenName } from "../../ui/values.tsx";
import { Done } from "../outbox/done.tsx";
import { useOutbox } from "../outbox/use-outbox.ts";
import { type AmountChoice, AmountInput, useAmount } from "../paying/amount-input.tsx";
import { FromAccount, useFromAccount } from "../paying/from-account.tsx";
import { type Account, useOwnAccounts } from "../paying/own-accounts.ts";
import { sentId } from "../paying/sent-id.ts";
import { useContracts } from "../paying/use-contracts.ts";
import { useDoing } from "../paying/use-doing.ts";
import { useFee } from "../paying/use-fee.ts";
import { Problem } from "../problems/problem.tsx";
import { useSession } from "../session/session.tsx";
import { TEXTS } from "./texts.ts";

/** A withdrawal by the node, to one's own address unless another is named. */
export function WithdrawForm({
  accounts,
  to: given,
  next,
}: {
  readonly accounts: readonly Account[];
  readonly to: string | null;
  readonly next: () => void;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { client, owner } = useSession();
  const { refresh } = useOutbox();
  const { refetch } = useOwnAccounts();
  const [account, setFrom] = useFromAccount(accounts);
  const [choice, setChoice] = useState<AmountChoice>({ text: "", isAll: false });
  const [other, setOther] = useState<string | null>(given);
  const { index, tokenId } = account;
  const token = useTokenLabels()(tokenId);
  const { data: fee, refetch: askFee } = useFee("withdraw", tokenId);
  const result = useAmount(choice, { token, balance: BigInt(account.balance), fee: fee ?? 0n });
  const contracts = useContracts();
  const to = other === null ? owner : other.trim();
  const toProblem = problemOfAddress(to, contracts);
  const sending = useDoing(async ({ amount, maxFee }: { readonly amount: bigint | "all"; readonly maxFee: bigint }) => {
    try {
      return await sentId(client.withdraw({ amount, to, token: tokenId, from: index, maxFee }));
    } finally {
      await refresh().catch(() => undefined);
      void refetch();
      void askFee();
    }
  });
  const { doing } = sending;
  const isReady = fee !== undefined && result.amount !== null && toProblem === null && doing.type !== "busy";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || result.amount === null) return;
    sending.start({ amount: choice.isAll ? "all" : result.amount, maxFee: fee });
  };
  const inToken = (value: bigint) => `${amountText(value, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  if (doing.type === "done") return <Done id={doing.result} kind="withdraw" again={texts.again} next={next} />;
  return (
    <form
      onSubmit={submit}
      aria-label={texts.title}
      className="card grid grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 sm:px-6"
    >
      <FromAccount accounts={accounts} chosen={account} onChange={setFrom} />
      <AmountInput token={token} choice={choice} onChange={setChoice} result={result} />
      {other === null ? (
        <p className="text-sm">
          {texts.ownAddress}: <Hex value={owner} isWhole />{" "}
          <button type="button" onClick={() => setOther("")} className="link cursor-pointer">
            {texts.other}
          </button>
        </p>
      ) : (
        <div className="grid gap-1">
          <TextField
            label={texts.to}
            hint={texts.exchange}
            problem={to === "" || toProblem === null ? null : texts[toProblem]}
            value={other}
            onChange={setOther}
          />
          <button
            type="button"
            onClick={() => setOther(null)}
            className="link cursor-pointer justify-self-start text-sm"
          >
            {texts.ownAddress}
          </button>
        </div>
      )}
      {fee !== undefined && result.amount !== null && toProblem === null && (
        <section
          aria-label={texts.happens}
          className="grid gap-1 rounded-sm border-l-4 border-l-l1 bg-sunken px-4 py-3"
        >
          <p aria-live="polite" data-sentence>
            {choice.isAll
              ? texts.leavesAll(inToken(result.amount), String(index))
              : texts.leaves(inToken(result.amount), String(index))}{" "}
            {texts.arrives(`${to.slice(0, 8)}…${to.slice(-4)}`)} {texts.fee(inToken(fee))}
          </p>
          <p className="text-sm text-soft">{texts.claim}</p>
        </section>
      )}
      {doing.type === "failed" && <Problem error={doing.error} />}
      <Button kind="primary" isSubmit isDisabled={!isReady}>
        {doing.type === "busy"
          ? texts.sending
          : choice.isAll
            ? texts.withdrawAll
            : result.amount === null
              ? texts.title
              : texts.withdraw(inToken(result.amount))}
      </Button>
    </form>
  );
}

function problemOfAddress(to: string, contracts: readonly string[]): "badAddress" | "contract" | null {
  if (!/^0x[0-9a-fA-F]{40}$/.test(to) || addressProblem(to) !== null || /^0x0{40}$/.test(to)) return "badAddress";
  return contracts.some((one) => one.toLowerCase() === to.toLowerCase()) ? "contract" : null;
}
