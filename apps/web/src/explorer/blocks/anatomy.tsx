import { type KeyboardEvent, type ReactElement, useMemo, useRef, useState } from "react";
import { Fact, Facts } from "../../ui/layout.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { TEXTS } from "./anatomy-texts.ts";
import { type Field, type Part, partsOfCells } from "./parts-of-cells.ts";

const LOOKS: Readonly<Record<Part["kind"], string>> = {
  header: "border-ink bg-ink text-surface",
  l1: "border-l1 text-l1",
  transfer: "border-checked bg-checked text-surface",
  transferToNew: "border-checked text-checked",
  withdraw: "border-older bg-older text-surface",
  empty: "border-line text-soft",
  extra: "border-node bg-node text-surface",
  fill: "border-dashed border-line text-soft",
};
/** In the boxes that show no number of a slot. */
const SIGNS: Partial<Record<Part["kind"], string>> = { header: "H", extra: "+", fill: "0" };
const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** What a block publishes, word by word; each is explained when it is pointed at or reached by keyboard. */
export function Anatomy({
  cells,
  slot = null,
}: {
  /** Hexadecimal, as the node gives it. */
  readonly cells: string;
  /** The slot that is explained at first; the header by default. */
  readonly slot?: number | null;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const parts = useMemo(() => readParts(cells), [cells]);
  const [chosen, choose] = useState<number | null>(null);
  const boxes = useRef<HTMLDivElement>(null);
  if (parts === null) return <p className="text-sm text-refuted">{texts.unreadable}</p>;
  const first = slot === null ? 0 : parts.findIndex((part) => part.slot === slot);
  const at = Math.max(0, Math.min(chosen ?? first, parts.length - 1));
  const move = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    const next =
      event.key === "Home" ? 0 : event.key === "End" ? parts.length - 1 : step === undefined ? null : at + step;
    if (next === null || next < 0 || next >= parts.length) return;
    event.preventDefault();
    boxes.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <p className="text-sm text-soft">{texts.hint}</p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would be a form */}
      <div ref={boxes} role="group" aria-label={texts.words} onKeyDown={move} className="flex flex-wrap gap-1">
        {parts.map((part, i) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: a word is its position
            key={i}
            type="button"
            tabIndex={i === at ? 0 : -1}
            aria-current={i === at ? "true" : undefined}
            aria-label={`${SIGNS[part.kind] ?? part.slot}: ${texts.kinds[part.kind]}`}
            data-word={part.kind}
            onFocus={() => choose(i)}
            onMouseEnter={() => choose(i)}
            onClick={() => choose(i)}
            className={`size-7 rounded-sm border text-xs ${LOOKS[part.kind]} ${
              i === at ? "outline-2 outline-offset-1 outline-l1" : ""
            }`}
          >
            {SIGNS[part.kind] ?? part.slot}
          </button>
        ))}
      </div>
      <Explained parts={parts} at={at} />
    </div>
  );
}

/** One word, field by field. */
export function Explained({
  parts,
  at,
}: {
  readonly parts: readonly Part[];
  readonly at: number;
}): ReactElement | null {
  const texts = useTexts(TEXTS);
  const part = parts[at];
  if (part === undefined) return null;
  const { kind, slot, fields } = part;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5" data-explained={kind}>
      <p role="status" className="text-sm">
        <strong className="font-medium">{texts.kinds[kind]}</strong>
        {slot !== null && `, ${texts.slot(String(slot))}`}
        <span className="text-soft"> · {texts.place(String(bytesOf(part)), String(startOf(parts, at)))}</span>
      </p>
      <Facts>
        {fields.map((field, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a field is its position
          <Fact key={i} name={texts.fields[field.name]}>
            <span className="font-mono text-[0.94em] wrap-anywhere text-soft">{field.digits}</span>{" "}
            <Meaning field={field} kind={kind} />
          </Fact>
        ))}
      </Facts>
    </div>
  );
}

function Meaning({
  field: { name, value },
  kind,
}: {
  readonly field: Field;
  readonly kind: Part["kind"];
}): ReactElement {
  const texts = useTexts(TEXTS);
  const text = (): string => {
    if (value !== "") return value;
    if (name === "to") return kind === "withdraw" ? texts.toL1 : texts.newAccount;
    if (name === "amount") return texts.whole;
    return name === "feeAccount" ? texts.none : "";
  };
  return <strong className="font-medium">{text()}</strong>;
}

function readParts(cells: string): Part[] | null {
  try {
    return partsOfCells(cells);
  } catch {
    return null;
  }
}

function bytesOf({ fields }: Part): number {
  return fields.reduce((sum, { digits }) => sum + digits.length / 2, 0);
}

function startOf(parts: readonly Part[], at: number): number {
  return parts.slice(0, at).reduce((sum, part) => sum + bytesOf(part), 0);
}
