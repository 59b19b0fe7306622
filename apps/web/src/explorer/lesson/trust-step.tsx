import type { ReactElement } from "react";
import { useTexts } from "../../ui/use-texts.ts";
import { placeOf, To } from "../links.tsx";
import { FoundVerdict } from "../transactions/found-verdict.tsx";
import { useReceipt } from "../transactions/use-receipt.ts";
import { TEXTS } from "./texts.ts";
import type { Example } from "./use-example.ts";

/** The receipt of the payment, checked here; and where to go on. */
export function TrustStep({ example: { transaction } }: { readonly example: Example }): ReactElement {
  const texts = useTexts(TEXTS);
  const check = useReceipt(transaction);
  return (
    <>
      <FoundVerdict check={check} />
      <p className="text-sm">
        {texts.more} <To place={placeOf.transaction(transaction.id)}>{texts.thisTransfer}</To>,{" "}
        <To place={placeOf.account(transaction.transaction.from)}>{texts.wayOut}</To>,{" "}
        <To place="/liveness">{texts.liveness}</To>.
      </p>
    </>
  );
}
