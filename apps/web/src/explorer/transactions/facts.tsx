import type { RouteResponse } from "@cairn/rpc";
import type { VerifiedReceipt } from "@cairn/verify";
import type { ReactElement, ReactNode } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useTokenLabels } from "../../data/tokens.ts";
import { truthOf } from "../../data/truth-of.ts";
import { Fact, Facts } from "../../ui/layout.tsx";
import { Status } from "../../ui/status.tsx";
import { Said, type Truth } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount, At, Count, Hex } from "../../ui/values.tsx";
import { placeOf, To } from "../links.tsx";
import { AccountLink, BlockLink } from "../names.tsx";
import { KINDS } from "./kinds.ts";
import { payeeOf } from "./payee.tsx";
import { referenceText } from "./reference-text.ts";

const TEXTS = defineTexts({
  en: {
    kind: "Kind",
    status: "Status",
    from: "From account",
    to: "To",
    amount: "Amount",
    fee: "Fee",
    reference: "Reference",
    nonce: "Nonce",
    place: "In block",
    slot: "slot",
    l1: "Asked as of L1 block",
    received: "Received",
    together: "Runs together with",
    rejected: "Why it was refused",
    notYet: "not yet",
  },
  de: {
    kind: "Art",
    status: "Stand",
    from: "Von Konto",
    to: "An",
    amount: "Betrag",
    fee: "Gebühr",
    reference: "Verwendungszweck",
    nonce: "Laufende Nummer",
    place: "In Block",
    slot: "Platz",
    l1: "Gefragt nach dem Stand von L1-Block",
    received: "Angekommen",
    together: "Läuft zusammen mit",
    rejected: "Warum sie abgelehnt wurde",
    notYet: "noch nicht",
  },
});

/**
 * What a transaction does, each part with who vouches for it: what was signed by the id, which is its hash; what ran by L1; the
 * rest by the node.
 */
export function TransactionFacts({
  transaction: found,
  verified,
  error,
}: {
  readonly transaction: RouteResponse<"transaction">;
  readonly verified: VerifiedReceipt | null;
  readonly error: Error | null;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const kinds = useTexts(KINDS);
  const tokenOf = useTokenLabels();
  const { id, transaction, inclusion, group, rejection, status, receivedAtMs } = found;
  const truth: Truth =
    verified !== null ? "checked" : error !== null && truthOf(error) === "refuted" ? "refuted" : "node";
  const reference = referenceText(transaction.reference);
  const token = tokenOf(transaction.tokenId);
  // A whole balance is not published: the node alone knows how much it was.
  const amount = verified?.amount ?? found.amount;
  const fee = verified?.fee ?? found.fee;
  const signed = (name: string, value: ReactNode) => (
    <Fact name={name}>
      <Said by={truth}>{value}</Said>
    </Fact>
  );
  const others = group.filter((other) => other !== id);
  return (
    <Facts>
      {signed(texts.kind, kinds[transaction.type])}
      {signed(texts.from, <AccountLink index={transaction.from} />)}
      {signed(texts.to, payeeOf(found))}
      <Fact name={texts.amount}>
        <Said by={verified?.amount === null ? "node" : truth}>
          {amount === null ? texts.notYet : <Amount value={amount} token={token} />}
        </Said>
      </Fact>
      {signed(texts.fee, fee === null ? texts.notYet : <Amount value={fee} token={token} />)}
      {reference !== null &&
        signed(texts.reference, <To place={placeOf.reference(transaction.reference)}>{reference}</To>)}
      {signed(texts.nonce, transaction.nonce)}
      {signed(
        texts.place,
        inclusion === null ? (
          texts.notYet
        ) : (
          <>
            <BlockLink number={verified?.block ?? inclusion.block} />, {texts.slot} {verified?.slot ?? inclusion.slot}
          </>
        ),
      )}
      {verified !== null && (
        <Fact name={texts.l1}>
          <Said by="l1">
            <Count value={verified.l1.block} />
          </Said>
        </Fact>
      )}
      <Fact name={texts.status}>
        <Said by="node">
          <Status name={status} />
        </Said>
      </Fact>
      <Fact name={texts.received}>
        <Said by="node">
          <At ms={receivedAtMs} />
        </Said>
      </Fact>
      {others.length > 0 && (
        <Fact name={texts.together}>
          <Said by="node">
            {others.map((other) => (
              <span key={other} className="mr-4">
                <To place={placeOf.transaction(other)}>
                  <Hex value={other} canCopy={false} />
                </To>
              </span>
            ))}
          </Said>
        </Fact>
      )}
      {rejection !== null && <Fact name={texts.rejected}>{String(rejection.type ?? "")}</Fact>}
    </Facts>
  );
}
