import { bigintToAddress, type PaymentRequest } from "@cairn/protocol";
import type { ReactElement } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { useNode } from "../../data/use-node.ts";
import { Fact, Facts } from "../../ui/layout.tsx";
import { Said } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, At, Hex } from "../../ui/values.tsx";
import { shownReference } from "../paying/reference.ts";
import { TEXTS } from "./texts.ts";

const MS_PER_SECOND = 1000;

/** All that a request says: whom it pays and how much is in the link; what the token is called says the node. */
export function RequestFacts({ request }: { readonly request: PaymentRequest }): ReactElement {
  const texts = useTexts(TEXTS);
  const { tokenId, amount, account, owner, reference, expiresAt } = request;
  const token = useTokenLabels()(tokenId);
  const { data } = useNode(["token", tokenId], [], (node, options) => node.token({ id: tokenId }, options));
  return (
    <Facts>
      <Fact name={texts.amount}>
        <strong className="text-base" data-amount={String(amount)}>
          <Amount value={amount} token={token} />
        </strong>
        {tokenId !== 0 && data !== undefined && data.decimals === null && (
          <p className="text-refuted">{texts.noDecimals}</p>
        )}
      </Fact>
      <Fact name={texts.token}>
        {tokenId === 0 ? (
          texts.tokenEth
        ) : (
          <Said by="node">
            {texts.tokenNumber(String(tokenId))} {data?.address != null && <Hex value={data.address} isWhole />}
          </Said>
        )}
        {tokenId !== 0 && data?.resembles != null && (
          <p data-warning="resembles" className="text-refuted">
            {texts.resembles(data.resembles)}
          </p>
        )}
      </Fact>
      <Fact name={texts.to}>{account}</Fact>
      <Fact name={texts.owner}>
        <Hex value={bigintToAddress(owner)} isWhole />
      </Fact>
      <Fact name={texts.reference}>
        <q className="wrap-anywhere">{shownReference(reference)}</q>
      </Fact>
      <Fact name={texts.until}>
        <At ms={expiresAt * MS_PER_SECOND} />
      </Fact>
    </Facts>
  );
}
