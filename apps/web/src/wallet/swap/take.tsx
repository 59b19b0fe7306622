import { bigintToAddress } from "@cairn/protocol";
import type { SwapOffer, SwapTerms } from "@cairn/sdk";
import type { ReactElement } from "react";
import { useLocation } from "wouter";
import { useRollup } from "../../data/rollup.tsx";
import { useTokenLabels } from "../../data/tokens.ts";
import { Button } from "../../ui/button.tsx";
import { Fact, Facts, Page } from "../../ui/layout.tsx";
import { Loading } from "../../ui/states.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, At, amountText, tokenName } from "../../ui/values.tsx";
import { Sent } from "../outbox/sent.tsx";
import { useOutbox } from "../outbox/use-outbox.ts";
import { useOwnAccounts } from "../paying/own-accounts.ts";
import { sentId } from "../paying/sent-id.ts";
import { useDoing } from "../paying/use-doing.ts";
import { Problem } from "../problems/problem.tsx";
import { NeedsSession, useSession } from "../session/session.tsx";
import { readOffer } from "./offer-link.ts";
import { TEXTS } from "./texts.ts";

const MS_PER_SECOND = 1000;
const PLACE = /^\/swap\//;

/** Shows what an offer gives and takes, and takes it. */
export function TakeSwapPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const [place] = useLocation();
  const { config } = useRollup();
  const reading = readOffer(place.replace(PLACE, ""), config, Math.floor(Date.now() / MS_PER_SECOND));
  return (
    <Page title={texts.offered} lead={texts.offeredLead}>
      {reading.type === "refused" ? (
        <Refused reason={reading.reason} />
      ) : (
        <>
          <Terms offer={reading.offer} terms={reading.terms} />
          <NeedsSession isPart>
            <Take offer={reading.offer} json={reading.json} terms={reading.terms} />
          </NeedsSession>
        </>
      )}
    </Page>
  );
}

function Terms({ offer, terms }: { readonly offer: SwapOffer; readonly terms: SwapTerms }): ReactElement {
  const texts = useTexts(TEXTS);
  const tokenOf = useTokenLabels();
  const { maker, taker } = offer;
  return (
    <Facts>
      <Fact name={texts.youGet}>
        <strong>
          <Amount value={terms.receiveAmount} token={tokenOf(terms.receiveTokenId)} />
        </strong>{" "}
        <span className="text-soft">#{terms.receiveTokenId}</span>
      </Fact>
      <Fact name={texts.youGive}>
        <strong>
          <Amount value={terms.giveAmount} token={tokenOf(terms.giveTokenId)} />
        </strong>{" "}
        <span className="text-soft">#{terms.giveTokenId}</span>
      </Fact>
      <Fact name={texts.fee}>
        <Amount value={terms.giveFee} token={tokenOf(terms.giveTokenId)} />
      </Fact>
      <Fact name={texts.from}>{taker.from}</Fact>
      <Fact name={texts.maker}>{maker.transaction.from}</Fact>
      <Fact name={texts.until}>
        <At ms={maker.transaction.validUntil * MS_PER_SECOND} />
      </Fact>
    </Facts>
  );
}

function Take({
  offer,
  json,
  terms,
}: {
  readonly offer: SwapOffer;
  readonly json: unknown;
  readonly terms: SwapTerms;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const tokenOf = useTokenLabels();
  const { client, owner, signer } = useSession();
  const { refresh } = useOutbox();
  const { data: accounts } = useOwnAccounts();
  const { doing, start } = useDoing(async (agreed: SwapTerms) => {
    try {
      return await sentId(client.acceptSwap({ offer: json, terms: agreed }));
    } finally {
      await refresh().catch(() => undefined);
    }
  });
  if (doing.type === "done") return <Sent id={doing.result} kind="swap" />;
  if (accounts === undefined) return <Loading />;
  const { toOwner, toKey } = offer.maker.transaction;
  const isMine =
    accounts.some(({ index }) => index === offer.taker.from) &&
    bigintToAddress(toOwner).toLowerCase() === owner.toLowerCase() &&
    toKey === signer.key;
  if (!isMine) return <Refused reason="not-yours" />;
  const inToken = (value: bigint, id: number) => {
    const token = tokenOf(id);
    return `${amountText(value, token.decimals ?? 0, locale)} ${tokenName(token)}`;
  };
  return (
    <div className="grid gap-3">
      {doing.type === "failed" && <Problem error={doing.error} />}
      <Button kind="primary" onClick={() => start(terms)} isDisabled={doing.type === "busy"}>
        {doing.type === "busy"
          ? texts.signing
          : texts.accept(
              inToken(terms.giveAmount, terms.giveTokenId),
              inToken(terms.receiveAmount, terms.receiveTokenId),
            )}
      </Button>
    </div>
  );
}

function Refused({ reason }: { readonly reason: keyof (typeof TEXTS)["en"]["refusals"] }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <div role="alert" data-refused={reason} className="card grid gap-1 border-l-4 border-l-refuted px-4 py-4">
      <p className="font-semibold">{texts.refused}</p>
      <p className="text-sm">{texts.refusals[reason]}</p>
    </div>
  );
}
