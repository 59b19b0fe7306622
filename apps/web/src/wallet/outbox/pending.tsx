import type { FollowedRequest } from "@cairn/react";
import type { ReactElement } from "react";
import { defineTexts } from "../../base/locale.ts";
import { useRollup } from "../../data/rollup.tsx";
import { useTokenLabels } from "../../data/tokens.ts";
import { Button } from "../../ui/button.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Ago, Amount, Hex } from "../../ui/values.tsx";
import type { Kept } from "../kept/kept.ts";
import { rollupName, useKept } from "../kept/use-kept.ts";
import { REQUEST_TEXTS } from "../requests/texts.ts";
import { type FailedRequest, failedOf } from "./failed.ts";
import { summaryOf } from "./summary.ts";

const TEXTS = defineTexts({
  en: {
    to: "to",
    all: "everything",
    failed: "Did not happen",
    dismiss: "Dismiss",
    account: (index: string) => `account ${index}`,
  },
  de: {
    to: "an",
    all: "alles",
    failed: "Nicht geschehen",
    dismiss: "Verwerfen",
    account: (index: string) => `Konto ${index}`,
  },
});

/** Requests in lines, with how far they are. */
export function Pending({
  requests,
  name,
}: {
  readonly requests: readonly FollowedRequest[];
  readonly name: string;
}): ReactElement {
  const { kinds, statuses, unseen, trouble } = useTexts(REQUEST_TEXTS);
  return (
    <ul aria-label={name} className="card divide-y divide-line text-sm">
      {requests.map(({ handle, progress: { status, error } }) => {
        const { tokenId, amount, to } = summaryOf(handle.toJSON());
        return (
          <li
            key={handle.id}
            data-request={handle.id}
            className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-2.5"
          >
            <span className="font-medium">{kinds[handle.kind]}</span>
            <What tokenId={tokenId} amount={amount} to={to} />
            <span className="ml-auto" data-status={status ?? ""}>
              {status === null ? unseen : statuses[status]}
            </span>
            {error !== null && <span className="w-full text-older">{trouble}</span>}
          </li>
        );
      })}
    </ul>
  );
}

/** What has failed, until the user has taken note. */
export function FailedRequests(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const kinds: Readonly<Record<string, string>> = useTexts(REQUEST_TEXTS).kinds;
  const { config } = useRollup();
  const kept = failedOf(rollupName(config));
  const failed = useKept(kept).filter(({ isDismissed }) => !isDismissed);
  if (failed.length === 0) return null;
  return (
    <ul aria-label={texts.failed} className="card divide-y divide-line border-l-4 border-l-refuted text-sm">
      {failed.map(({ id, kind, tokenId, amount, to, failedAtMs, message }) => (
        <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
          <span className="font-medium text-refuted">
            {texts.failed}: {kinds[kind] ?? kind}
          </span>
          <What tokenId={tokenId} amount={amount === null || amount === "all" ? amount : BigInt(amount)} to={to} />
          <Ago ms={failedAtMs} />
          <span className="ml-auto">
            <Button onClick={() => dismiss(kept, id)}>{texts.dismiss}</Button>
          </span>
          <span className="w-full text-xs text-soft">{message}</span>
        </li>
      ))}
    </ul>
  );
}

function dismiss(kept: Kept<FailedRequest[]>, id: string): void {
  kept.change((before) => before.map((one) => (one.id === id ? { ...one, isDismissed: true } : one)));
}

/** What a request pays, and whom. */
export function WhatIsPaid({ handle }: Pick<FollowedRequest, "handle">): ReactElement {
  return <What {...summaryOf(handle.toJSON())} />;
}

/** An amount and whom it goes to. */
function What({
  tokenId,
  amount,
  to,
}: {
  readonly tokenId: number | null;
  readonly amount: bigint | "all" | null;
  readonly to: string | null;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const tokenOf = useTokenLabels();
  return (
    <span>
      {amount === "all"
        ? texts.all
        : amount !== null && tokenId !== null && <Amount value={amount} token={tokenOf(tokenId)} />}
      {to !== null && (
        <>
          {" "}
          {texts.to} {to.startsWith("0x") ? <Hex value={to} canCopy={false} /> : texts.account(to)}
        </>
      )}
    </span>
  );
}
