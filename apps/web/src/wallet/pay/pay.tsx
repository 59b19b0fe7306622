import { paymentRequestId } from "@cairn/protocol";
import type { LocatedRequest } from "@cairn/sdk";
import { type ReactElement, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { isUnknown } from "../../data/node.ts";
import { useRollup } from "../../data/rollup.tsx";
import { useNode } from "../../data/use-node.ts";
import { Page, Section } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { NeedsSession } from "../session/session.tsx";
import { RequestFacts } from "./facts.tsx";
import { OpenRequest } from "./open-request.tsx";
import { PayForm } from "./pay-form.tsx";
import { readRequest } from "./read-request.ts";
import { TEXTS } from "./texts.ts";

const MS_PER_SECOND = 1000;
const PLACE = /^\/pay\/?/;

/** Shows all that a request says, and why it cannot be paid if that is so, before anybody is asked for anything. */
export function PayPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const [place] = useLocation();
  const { config } = useRollup();
  const given = place.replace(PLACE, "");
  const now = useSeconds();
  const reading = readRequest(given, config, now);
  return (
    <Page title={texts.title} lead={texts.lead}>
      {reading.type === "request" ? (
        <Requested located={reading.located} text={reading.text} />
      ) : reading.reason === "nothing" ? (
        <OpenRequest />
      ) : reading.reason === "wrong-chain" ? (
        <Refused reason={reading.reason} text={texts.refusals["wrong-chain"](reading.asked, String(config.chainId))} />
      ) : reading.reason === "wrong-rollup" ? (
        <Refused reason={reading.reason} text={texts.refusals["wrong-rollup"](reading.asked)} />
      ) : (
        <Refused reason={reading.reason} text={texts.refusals[reading.reason]} />
      )}
    </Page>
  );
}

function Requested({ located, text }: { readonly located: LocatedRequest; readonly text: string }): ReactElement {
  const texts = useTexts(TEXTS);
  const { request, domain } = located;
  const id = paymentRequestId(request, domain);
  const state = useNode(["request", id], ["entry", "block", "batch"], (node, options) =>
    node.paymentRequest({ id }, options),
  );
  const account = useNode(["account", request.account], ["entry", "block"], (node, options) =>
    node.account({ index: request.account }, options),
  );
  const isPaid = state.data?.status === "paid" || state.data?.status === "overpaid";
  const isOther =
    account.data !== undefined &&
    !(
      BigInt(account.data.owner) === request.owner &&
      BigInt(account.data.key) === request.key &&
      account.data.tokenId === request.tokenId
    );
  const reason = isPaid ? "paid" : isOther ? "other-account" : isUnknown(account.error) ? "no-account" : null;
  return (
    <>
      <Section title={texts.facts}>
        <RequestFacts request={request} />
        {isUnknown(state.error) && <p className="text-sm text-soft">{texts.unregistered}</p>}
        {state.data?.status === "underpaid" && <p className="text-sm text-refuted">{texts.underpaid}</p>}
      </Section>
      {reason !== null ? (
        <Refused reason={reason} text={texts.refusals[reason]} />
      ) : (
        <NeedsSession isPart>
          <PayForm located={located} text={text} />
        </NeedsSession>
      )}
    </>
  );
}

function Refused({ reason, text }: { readonly reason: string; readonly text: string }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <div role="alert" data-refused={reason} className="card grid gap-1 border-l-4 border-l-refuted px-4 py-4">
      <p className="font-semibold">{texts.refused}</p>
      <p className="text-sm">{text}</p>
    </div>
  );
}

/** The time, so that a request expires while it is looked at. */
function useSeconds(): number {
  const [now, setNow] = useState(() => Math.floor(Date.now() / MS_PER_SECOND));
  useEffect(() => {
    const timer = setInterval(() => setNow(Math.floor(Date.now() / MS_PER_SECOND)), MS_PER_SECOND);
    return () => clearInterval(timer);
  }, []);
  return now;
}
