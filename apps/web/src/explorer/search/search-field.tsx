import { type FormEvent, type ReactElement, useState } from "react";
import { useLocation } from "wouter";
import { defineTexts } from "../../base/locale.ts";
import { Icon } from "../../ui/icons.tsx";
import { useTexts } from "../../ui/use-texts.ts";

const TEXTS = defineTexts({
  en: { search: "Search", placeholder: "Block, transaction, address, payment code …" },
  de: { search: "Suchen", placeholder: "Block, Transaktion, Adresse, Zahlungscode …" },
});

/** Takes what people copy, and leads to what it names. */
export function SearchField(): ReactElement {
  const texts = useTexts(TEXTS);
  const [, go] = useLocation();
  const [text, setText] = useState("");
  const search = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") go(`/search/${encodeURIComponent(text.trim())}`);
  };
  return (
    <search className="w-full">
      <form onSubmit={search} className="relative">
        <Icon name="search" className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-soft" />
        <input
          type="text"
          inputMode="search"
          autoComplete="off"
          spellCheck={false}
          aria-label={texts.search}
          placeholder={texts.placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="w-full rounded-sm border border-line bg-ground py-1.5 pr-3 pl-9 text-sm placeholder:text-soft"
        />
      </form>
    </search>
  );
}
