import { useDeposit } from "@cairn/react";
import { type FormEvent, type ReactElement, useState } from "react";
import { useTokenLabels, useTokenNames } from "../../data/tokens.ts";
import { AmountField } from "../../ui/amount-field.tsx";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { Section } from "../../ui/layout.tsx";
import { readAmount } from "../../ui/read-amount.ts";
import { TokenSelect } from "../../ui/token-select.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { amountText, Hex, tokenName } from "../../ui/values.tsx";
import { Problem } from "../problems/problem.tsx";
import { TEXTS } from "./texts.ts";
import { type OnL1, useOnL1 } from "./use-on-l1.ts";

const ETH_DECIMALS = 18;
type Approval = "approve" | "permit";

/** Which token, how much, how; and what will happen, before it does. */
export function DepositForm(): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const tokens = useTokenNames();
  const tokenOf = useTokenLabels();
  const [tokenId, setTokenId] = useState(0);
  const [text, setText] = useState("");
  const [approval, setApproval] = useState<Approval>("approve");
  const { data: onL1, error, refetch } = useOnL1(tokenId);
  const deposit = useDeposit();
  const token = tokenOf(tokenId);
  const { amount } = readAmount(text, token.decimals ?? 0, locale);
  const isTooMuch = amount !== null && onL1 !== undefined && amount > onL1.balance;
  // Before L1 has said how the token is counted, nobody knows which amount it is.
  const isCounted = onL1?.token.decimals === token.decimals;
  const isReady = amount !== null && isCounted && !isTooMuch && !deposit.isPending;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (amount === null || !isReady) return;
    deposit.mutate({ amount, token: tokenId === 0 ? "ETH" : tokenId, approval }, { onSuccess: () => setText("") });
  };
  const show = (value: bigint) => `${amountText(value, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  return (
    <Section title={texts.form}>
      <form onSubmit={send} className="card grid max-w-2xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-4">
        <TokenSelect tokens={tokens} value={tokenId} onChange={setTokenId} />
        <AmountField
          token={token}
          text={text}
          onChange={setText}
          hint={onL1 === undefined ? "" : texts.onL1(show(onL1.balance))}
          problem={isTooMuch ? texts.tooMuch : null}
          // Of ETH something must be left for the gas.
          most={tokenId === 0 ? null : (onL1?.balance ?? null)}
        />
        {tokenId !== 0 && (
          <Select<Approval>
            label={texts.approval}
            value={approval}
            options={[
              { value: "approve", text: texts.approve },
              { value: "permit", text: texts.permit },
            ]}
            onChange={setApproval}
          />
        )}
        {onL1 !== undefined && amount !== null && isCounted && !isTooMuch && (
          <What shown={show(amount)} onL1={onL1} approval={approval} />
        )}
        {error !== null && <Problem error={error} retry={() => void refetch()} />}
        <Button kind="primary" isSubmit isDisabled={!isReady}>
          {texts.send}
        </Button>
        {deposit.isPending && <p role="status">{texts.pending}</p>}
        {deposit.error !== null && <Problem error={deposit.error} />}
      </form>
    </Section>
  );
}

/** What will happen, in sentences. */
function What({
  shown,
  onL1: { token, queueFee },
  approval,
}: {
  readonly shown: string;
  readonly onL1: OnL1;
  readonly approval: Approval;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const what = token.address === null ? texts.whatEth : approval === "permit" ? texts.whatPermit : texts.whatApprove;
  return (
    <div data-what className="grid grid-cols-[minmax(0,1fr)] gap-1 text-sm">
      <p className="font-medium">{what(shown)}</p>
      <p className="text-soft">{texts.fee(`${amountText(queueFee, ETH_DECIMALS, locale)} ETH`)}</p>
      {token.address !== null && (
        <p className="text-soft">
          {texts.token} <Hex value={token.address} isWhole /> {texts.beware}
        </p>
      )}
      <p className="text-soft">{texts.key}</p>
    </div>
  );
}
