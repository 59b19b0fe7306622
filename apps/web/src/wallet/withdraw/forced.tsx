import { type ReactElement, useState } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { useExitReadiness } from "../../data/use-l1.ts";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, amountText, durationText, tokenName } from "../../ui/values.tsx";
import { Sent } from "../outbox/sent.tsx";
import { useOutbox } from "../outbox/use-outbox.ts";
import type { Account } from "../paying/own-accounts.ts";
import { sentId } from "../paying/sent-id.ts";
import { useDoing } from "../paying/use-doing.ts";
import { Problem } from "../problems/problem.tsx";
import { useSession } from "../session/session.tsx";
import { TEXTS } from "./texts.ts";

const ETH = { id: 0, symbol: "ETH", decimals: 18 };

/** A request on L1 that no operator can refuse, and what it costs. */
export function ForcedWithdrawal({ accounts }: { readonly accounts: readonly Account[] }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const tokenOf = useTokenLabels();
  const { client } = useSession();
  const { refresh } = useOutbox();
  const [chosen, setChosen] = useState<string>(String(accounts[0]?.index ?? 0));
  const index = Number(chosen);
  const { data } = useExitReadiness(index);
  const { doing, start } = useDoing(async (account: number) => {
    try {
      return await sentId(client.forceWithdraw({ account }));
    } finally {
      await refresh().catch(() => undefined);
    }
  });
  const options = accounts.map((account) => {
    const token = tokenOf(account.tokenId);
    const amount = `${amountText(BigInt(account.balance), token.decimals ?? 0, locale)} ${tokenName(token)}`;
    return { value: String(account.index), text: `${account.index}: ${amount}` };
  });
  return (
    <details className="card px-4 py-3">
      <summary className="cursor-pointer text-base font-semibold">{texts.forced}</summary>
      <div className="grid gap-4 pt-3">
        <p className="max-w-prose text-sm">{texts.forcedLead}</p>
        {doing.type === "done" ? (
          <Sent id={doing.result} kind="forceWithdraw" />
        ) : (
          <>
            <Select label={texts.account} value={chosen} options={options} onChange={setChosen} />
            {data !== undefined && (
              <p className="text-sm" data-cost>
                {texts.forcedCost} <Amount value={roughly(data.costWei.requestWithdraw)} token={ETH} />,{" "}
                {texts.forcedFee} <Amount value={data.queueFeeWei} token={ETH} />.{" "}
                {texts.forcedWithin(durationText(data.inclusionDelay, locale))} <Mark truth="l1" />
              </p>
            )}
            {doing.type === "failed" && <Problem error={doing.error} />}
            <Button kind="danger" onClick={() => start(index)} isDisabled={doing.type === "busy"}>
              {doing.type === "busy" ? texts.claiming : texts.force(chosen)}
            </Button>
          </>
        )}
      </div>
    </details>
  );
}

/** Three digits of it: nobody knows the price of the L1 block to come. */
function roughly(wei: bigint): bigint {
  const unit = 10n ** BigInt(Math.max(0, wei.toString().length - 3));
  return ((wei + unit / 2n) / unit) * unit;
}
