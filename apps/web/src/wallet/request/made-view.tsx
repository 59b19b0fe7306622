import { paymentRequestId } from "@cairn/protocol";
import { parsePaymentRequest, paymentRequestQrText } from "@cairn/sdk";
import type { ReactElement } from "react";
import { isUnknown } from "../../data/node.ts";
import { useRollup } from "../../data/rollup.tsx";
import { useNode } from "../../data/use-node.ts";
import { Copy } from "../../ui/copy.tsx";
import { Fact, Facts } from "../../ui/layout.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, At, amountText, tokenName } from "../../ui/values.tsx";
import { lastStateOf } from "../kept/last-state.ts";
import { rollupName, useKept } from "../kept/use-kept.ts";
import { pageLink } from "./links.ts";
import type { MadeRequest } from "./made.ts";
import { QrCode } from "./qr-code.tsx";
import { Register } from "./register.tsx";
import { TEXTS } from "./texts.ts";

const MS_PER_SECOND = 1000;

/** A request to hand out, and what became of it as the node says. */
export function MadeRequestView({ made }: { readonly made: MadeRequest }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { config } = useRollup();
  const state = useKept(lastStateOf(rollupName(config)));
  const located = parsePaymentRequest(made.link);
  const { request, domain } = located;
  const id = paymentRequestId(request, domain);
  const account = state?.accounts.find(({ index }) => index === request.account);
  const token = { id: request.tokenId, symbol: account?.symbol ?? null, decimals: account?.decimals ?? null };
  const address = pageLink(made.link);
  const { data, error } = useNode(["request", id], ["entry", "block", "batch"], (node, options) =>
    node.paymentRequest({ id }, options),
  );
  const amount = `${amountText(request.amount, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 sm:grid-cols-[18rem_minmax(0,1fr)]">
      <QrCode text={paymentRequestQrText(located)} name={texts.qr} />
      <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-4">
        <p>{texts.asks(amount, String(request.account))}</p>
        <Facts>
          <Fact name={texts.status}>
            <span role="status" data-request-status={data?.status ?? (isUnknown(error) ? "unregistered" : "unknown")}>
              {data !== undefined ? texts.statuses[data.status] : isUnknown(error) ? texts.statuses.unregistered : "…"}
              {data?.certainty != null && `, ${texts.certainties[data.certainty]}`}
            </span>{" "}
            {data !== undefined && <Mark truth="node" />}
            {data !== undefined && BigInt(data.paid) > 0n && (
              <>
                {" "}
                <Amount value={data.paid} token={token} />
              </>
            )}
          </Fact>
          <Fact name={texts.reference}>{made.reference}</Fact>
          <Fact name={texts.until}>
            <At ms={request.expiresAt * MS_PER_SECOND} />
          </Fact>
          <Fact name={texts.link}>
            <span className="font-mono text-xs wrap-anywhere" data-link={address}>
              {address}
            </span>
            <Copy text={address} />
          </Fact>
        </Facts>
        {data === undefined && isUnknown(error) && <Register made={made} />}
      </div>
    </div>
  );
}
