import type { ReactElement } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { Fact, Facts } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount } from "../../ui/values.tsx";
import { AccountLink } from "../names.tsx";
import { TEXTS } from "./texts.ts";
import type { Example } from "./use-example.ts";

/** Who pays whom how much. */
export function PaymentStep({ example: { transaction } }: { readonly example: Example }): ReactElement {
  const texts = useTexts(TEXTS);
  const tokenOf = useTokenLabels();
  const { transaction: signed, amount, fee } = transaction;
  const token = tokenOf(signed.tokenId);
  return (
    <Facts>
      <Fact name={texts.from}>
        <AccountLink index={signed.from} />
      </Fact>
      <Fact name={texts.to}>
        <AccountLink index={signed.to} />
      </Fact>
      <Fact name={texts.amount}>
        <Amount value={amount ?? 0n} token={token} />
      </Fact>
      <Fact name={texts.fee}>
        <Amount value={fee ?? 0n} token={token} />
      </Fact>
    </Facts>
  );
}
