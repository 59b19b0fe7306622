import type { ReactElement } from "react";
import { useTokenLabels } from "../../data/tokens.ts";
import { Select } from "../../ui/field.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { tokenName } from "../../ui/values.tsx";
import { tokensOf, useOwnAccounts } from "../paying/own-accounts.ts";
import { TEXTS } from "./texts.ts";

const TYPES = ["transfer", "withdraw", "deposit", "forcedWithdraw", "setKey", "payout", "fees"] as const;

/** Which entries are shown; "all" for any. */
export interface Filter {
  readonly type: (typeof TYPES)[number] | "all";
  readonly direction: "in" | "out" | "all";
  /** Number of the token, as text. */
  readonly token: string;
}

/** Shows everything. */
export const NO_FILTER: Filter = { type: "all", direction: "all", token: "all" };

/** What the node is asked for. */
export function queryOf({ type, direction, token }: Filter) {
  return {
    ...(type === "all" ? {} : { type }),
    ...(direction === "all" ? {} : { direction }),
    ...(token === "all" ? {} : { tokenId: Number(token) }),
  };
}

/** Chooses which entries are shown. */
export function Filters({
  filter,
  onChange,
}: {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const tokenOf = useTokenLabels();
  const { data: accounts = [] } = useOwnAccounts();
  const all = { value: "all" as const, text: texts.all };
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      <Select
        label={texts.type}
        value={filter.type}
        options={[all, ...TYPES.map((type) => ({ value: type, text: texts.types[type] }))]}
        onChange={(type) => onChange({ ...filter, type })}
      />
      <Select
        label={texts.direction}
        value={filter.direction}
        options={[all, { value: "in" as const, text: texts.in }, { value: "out" as const, text: texts.out }]}
        onChange={(direction) => onChange({ ...filter, direction })}
      />
      <Select
        label={texts.token}
        value={filter.token}
        options={[all, ...tokensOf(accounts).map((id) => ({ value: String(id), text: tokenName(tokenOf(id)) }))]}
        onChange={(token) => onChange({ ...filter, token })}
      />
    </div>
  );
}
