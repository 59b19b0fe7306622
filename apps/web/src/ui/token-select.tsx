import type { ReactElement } from "react";
import { defineTexts } from "../base/locale.ts";
import { Select } from "./field.tsx";
import { useTexts } from "./use-texts.ts";
import { type TokenLabel, tokenName } from "./values.tsx";

const TEXTS = defineTexts({ en: { token: "Token" }, de: { token: "Token" } });

/** Chooses one of several tokens, by its number. */
export function TokenSelect({
  tokens,
  value,
  onChange,
  label,
}: {
  readonly tokens: readonly TokenLabel[];
  /** Number of the chosen one. */
  readonly value: number;
  readonly onChange: (id: number) => void;
  readonly label?: string;
}): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <Select
      label={label ?? texts.token}
      value={String(value)}
      options={tokens.map((token) => ({ value: String(token.id), text: tokenName(token) }))}
      onChange={(id) => onChange(Number(id))}
    />
  );
}
