import { type Balance, useAccounts, useBalances } from "@cairn/react";
import { lazy, type ReactElement, Suspense } from "react";
import { Link } from "wouter";
import { useTokenLabels } from "../../data/tokens.ts";
import { Page, Section, Tile } from "../../ui/layout.tsx";
import { Loading, NoNode } from "../../ui/states.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount, amountText, Hex, tokenName } from "../../ui/values.tsx";
import { AccountTable } from "../accounts/account-table.tsx";
import { Problem } from "../problems/problem.tsx";
import { useSession } from "../session/session.tsx";
import { TEXTS } from "./texts.ts";

const Outbox = lazy(() => import("../outbox/outbox.tsx").then(({ Outbox }) => ({ default: Outbox })));

/** What one has, what is on its way, what to do next. */
export function Overview(): ReactElement {
  const texts = useTexts(TEXTS);
  const { owner, client } = useSession();
  return (
    <Page
      title={texts.title}
      lead={
        <>
          {texts.lead} <Hex value={owner} />
        </>
      }
    >
      {client.cairn.hasNode ? (
        <>
          <Balances />
          <Accounts />
        </>
      ) : (
        <NoNode />
      )}
      <Suspense>
        <Outbox />
      </Suspense>
    </Page>
  );
}

function Balances(): ReactElement {
  const texts = useTexts(TEXTS);
  const { signer } = useSession();
  const tokenOf = useTokenLabels();
  const { data, error, refetch } = useBalances();
  const { data: spendable } = useBalances({ key: signer.key });
  if (data === undefined) return error === null ? <Loading /> : <Problem error={error} retry={() => void refetch()} />;
  const balances = data.balances.filter(({ accounts }) => accounts > 0);
  if (balances.length === 0) return <Empty />;
  return (
    <Section title={texts.balances} aside={<Mark truth="node" />}>
      <dl className="grid grid-cols-[minmax(0,1fr)] gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {balances.map((one) => (
          <Tile
            key={one.tokenId}
            tag={`token-${one.tokenId}`}
            name={tokenName(tokenOf(one.tokenId))}
            note={
              <Note
                all={one}
                own={spendable?.balances.find(({ tokenId }) => tokenId === one.tokenId)}
                isKnown={spendable !== undefined}
              />
            }
          >
            <Amount value={one.balance} token={tokenOf(one.tokenId)} />
          </Tile>
        ))}
      </dl>
      {!data.isComplete && <p className="text-xs text-soft">{texts.incomplete}</p>}
    </Section>
  );
}

/** In how many accounts it is, and how much of it the opened key cannot spend. */
function Note({
  all,
  own,
  isKnown,
}: {
  readonly all: Balance;
  /** What the key can spend; undefined for nothing. */
  readonly own: Balance | undefined;
  /** Whether the node has said what the key can spend. */
  readonly isKnown: boolean;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const tokenOf = useTokenLabels();
  const token = tokenOf(all.tokenId);
  const other = isKnown ? all.balance - (own?.balance ?? 0n) : 0n;
  return (
    <>
      {texts.inAccounts(all.accounts)}
      {other > 0n && (
        <>
          <br />
          {texts.unspendable(`${amountText(other, token.decimals ?? 0, locale)} ${tokenName(token)}`)}
        </>
      )}
    </>
  );
}

function Empty(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <section aria-label={texts.empty} className="card grid justify-items-start gap-3 px-4 py-6">
      <h2 className="font-semibold">{texts.empty}</h2>
      <p className="text-sm text-soft">{texts.emptyText}</p>
      <Link
        href="/deposit"
        className="rounded-sm border border-accent bg-accent px-4 py-2 text-sm font-medium text-on-accent"
      >
        {texts.deposit}
      </Link>
    </section>
  );
}

function Accounts(): ReactElement | null {
  const texts = useTexts(TEXTS);
  const { data } = useAccounts();
  if (data === undefined || data.accounts.length === 0) return null;
  return (
    <Section title={texts.accounts}>
      <AccountTable accounts={data.accounts} />
      <p className="text-sm">
        <Link href="/keys" className="link">
          {texts.more}
        </Link>
      </p>
    </Section>
  );
}
