import { type FormEvent, type ReactElement, useState } from "react";
import { useRebuilt, useTokensOnL1 } from "../../data/use-restorer.ts";
import { Failed, Loading } from "../../ui/states.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { Mark } from "../../ui/truth.tsx";
import { useLocale, useTexts } from "../../ui/use-texts.ts";
import { Amount } from "../../ui/values.tsx";
import type { ListedAccount } from "../../workers/restorer-protocol.ts";
import { RebuiltAccount } from "../accounts/rebuilt.tsx";
import { placeOf, To } from "../links.tsx";
import { TEXTS } from "./texts.ts";

const INDEX = /^[0-9]{1,8}$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** Looks for accounts in the rebuilt state, by index or owner. */
export function FindAccount(): ReactElement {
  const texts = useTexts(TEXTS);
  const [wanted, setWanted] = useState("");
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setWanted(String(new FormData(event.currentTarget).get("wanted") ?? "").trim());
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <form onSubmit={find} className="grid max-w-prose gap-1">
        <label className="grid gap-1">
          <span className="text-sm font-medium">{texts.indexOrAddress}</span>
          <span className="text-xs text-soft">{texts.findHint}</span>
          <span className="flex gap-2">
            <input
              name="wanted"
              autoComplete="off"
              spellCheck={false}
              className="w-full rounded-sm border border-line bg-ground px-3 py-1.5 text-sm"
            />
            <button
              type="submit"
              className="cursor-pointer rounded-sm border border-line bg-surface px-3 py-1.5 text-sm hover:bg-sunken"
            >
              {texts.search}
            </button>
          </span>
        </label>
      </form>
      <div aria-live="polite" className="grid grid-cols-[minmax(0,1fr)] gap-4">
        {INDEX.test(wanted) ? (
          <RebuiltAccount index={Number(wanted)} />
        ) : ADDRESS.test(wanted) ? (
          <Owned owner={wanted} />
        ) : (
          wanted !== "" && <p className="text-sm text-refuted">{texts.neither}</p>
        )}
      </div>
    </div>
  );
}

function Owned({ owner }: { readonly owner: string }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { data, error } = useRebuilt("accountsOf", { owner });
  const tokenOf = useTokensOnL1((data?.accounts ?? []).map(({ account }) => account.tokenId));
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} />;
  const columns: readonly Column<ListedAccount>[] = [
    { name: texts.account, cell: ({ index }) => <To place={placeOf.account(index)}>{index}</To> },
    {
      name: texts.balance,
      isNumber: true,
      cell: ({ account }) => <Amount value={account.balance} token={tokenOf(account.tokenId)} />,
    },
    { name: texts.nonce, isNumber: true, from: "sm", cell: ({ account }) => account.nonce },
    { name: texts.says, cell: () => <Mark truth="checked" /> },
  ];
  const count = (value: number) => new Intl.NumberFormat(locale).format(value);
  return (
    <>
      <DataTable
        name={texts.found}
        columns={columns}
        rows={data.accounts}
        keyOf={({ index }) => index}
        empty={texts.none}
      />
      {data.count > data.accounts.length && (
        <p className="text-xs text-soft">{texts.more(count(data.accounts.length), count(data.count))}</p>
      )}
    </>
  );
}
