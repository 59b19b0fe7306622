import { type ReactElement, useMemo, useState } from "react";
import { Detail } from "../../data/detail.tsx";
import { useRollup } from "../../data/rollup.tsx";
import { useNode } from "../../data/use-node.ts";
import { Fact, Facts } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { Verdict } from "../verdict.tsx";
import { checkSignature } from "./check-signature.ts";
import { TEXTS } from "./texts.ts";
import type { Example } from "./use-example.ts";

/** Id and signature, computed here; the reader may change the amount and see that nothing fits any more. */
export function SignatureStep({ example: { transaction } }: { readonly example: Example }): ReactElement {
  const { from } = transaction.transaction;
  const account = useNode(["account", from], [], (node, options) => node.account({ index: from }, options));
  return <Detail query={account}>{({ key }) => <Checked transaction={transaction} publicKey={key} />}</Detail>;
}

function Checked({
  transaction,
  publicKey,
}: {
  readonly transaction: Example["transaction"];
  readonly publicKey: string;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const { config } = useRollup();
  const [isChanged, setChanged] = useState(false);
  const { hash, isId, isSigned } = useMemo(
    () => checkSignature(transaction, publicKey, { ...config, isMore: isChanged }),
    [transaction, publicKey, config, isChanged],
  );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <label className="flex min-h-6 items-center gap-2 text-sm">
        <input type="checkbox" checked={isChanged} onChange={() => setChanged(!isChanged)} className="size-5" />
        {texts.tamper}
      </label>
      {isId && isSigned ? (
        <Verdict truth="checked">{texts.fits}</Verdict>
      ) : isId ? (
        <Verdict truth="older">{texts.otherKey}</Verdict>
      ) : (
        <Verdict truth="refuted">{texts.fitsNot}</Verdict>
      )}
      <Facts>
        <Fact name={texts.id}>
          <Hex value={hash} isWhole />
        </Fact>
        <Fact name={texts.signed}>
          <Hex value={transaction.transaction.signature} isWhole />
        </Fact>
        <Fact name={texts.key}>
          <Hex value={publicKey} isWhole />
        </Fact>
      </Facts>
    </div>
  );
}
