import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { useTokenLabels } from "../../data/tokens.ts";
import { useNode } from "../../data/use-node.ts";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/layout.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Amount } from "../../ui/values.tsx";
import { Sent } from "../outbox/sent.tsx";
import { useOutbox } from "../outbox/use-outbox.ts";
import { tokensOf, useOwnAccounts } from "../paying/own-accounts.ts";
import { sentId } from "../paying/sent-id.ts";
import { useDoing } from "../paying/use-doing.ts";
import { Problem } from "../problems/problem.tsx";
import { useSession } from "../session/session.tsx";
import { TEXTS } from "./texts.ts";

const INTERVAL_MS = 12_000;
const PAGE = 100;

/** What L1 could not deliver to the owner, as its contract says, and the button that collects it. */
export function Claims(): ReactElement {
  const texts = useTexts(TEXTS);
  const { client, owner } = useSession();
  const { config } = useRollup();
  const { data: accounts = [] } = useOwnAccounts();
  // Tokens in which the owner has no account any more may still have claims.
  const { data: paidOut = [] } = useNode(["payout tokens", owner], ["batch"], async (node, options) => {
    const { payouts } = await node.payouts({ recipient: owner, limit: PAGE }, options);
    return payouts.map(({ tokenId }) => tokenId);
  });
  const tokens = [...new Set([0, ...tokensOf(accounts), ...paidOut])].sort((a, b) => a - b);
  const { data, error, refetch } = useQuery({
    queryKey: ["claimable", config.l1, owner, ...tokens],
    queryFn: async () => {
      const amounts = await Promise.all(tokens.map((token) => client.readClaimable({ token })));
      return tokens.flatMap((token, place) => {
        const amount = amounts[place] ?? 0n;
        return amount > 0n ? [{ token, amount }] : [];
      });
    },
    meta: { topics: ["batch"] },
    refetchInterval: INTERVAL_MS,
  });
  return (
    <Section title={texts.claims} aside={data && <Mark truth="l1" />}>
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failed error={error} retry={() => void refetch()} />
        )
      ) : data.length === 0 ? (
        <p className="text-sm text-soft">{texts.noClaims}</p>
      ) : (
        <>
          <p className="max-w-prose text-sm text-soft">{texts.claimsHint}</p>
          {data.map(({ token, amount }) => (
            <Claim key={token} token={token} amount={amount} />
          ))}
        </>
      )}
    </Section>
  );
}

function Claim({ token, amount }: { readonly token: number; readonly amount: bigint }): ReactElement {
  const texts = useTexts(TEXTS);
  const { client } = useSession();
  const { refresh } = useOutbox();
  const label = useTokenLabels()(token);
  const { doing, start } = useDoing(async (id: number) => {
    try {
      return await sentId(client.claim({ token: id }));
    } finally {
      await refresh().catch(() => undefined);
    }
  });
  if (doing.type === "done") return <Sent id={doing.result} kind="claim" />;
  return (
    <div className="card flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3" data-claim={token}>
      <span className="text-sm">
        {texts.toBePaid} <Amount value={amount} token={label} />
      </span>
      <span className="ml-auto">
        <Button kind="primary" onClick={() => start(token)} isDisabled={doing.type === "busy"}>
          {doing.type === "busy" ? texts.claiming : texts.claimIt}
        </Button>
      </span>
      {doing.type === "failed" && (
        <div className="w-full">
          <Problem error={doing.error} />
        </div>
      )}
    </div>
  );
}
