import type { ReactElement } from "react";
import { Mark } from "../../ui/truth.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { TEXTS } from "./texts.ts";

const ARITY = 4;
const CHILDREN = [0, 1, 2, 3] as const;

/** The way from the account's leaf to the root: at each level one of four children, and its three siblings. */
export function AccountPath({
  index,
  siblings: all,
  root,
}: {
  readonly index: number;
  /** Per level, leaves first. */
  readonly siblings: readonly (readonly [string, string, string])[];
  readonly root: bigint;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const levels = all.map((siblings, level) => ({
    level,
    child: Math.floor(index / ARITY ** level) % ARITY,
    siblings,
  }));
  return (
    <figure className="card grid items-start gap-x-10 gap-y-4 px-4 py-4 md:grid-cols-[minmax(0,1fr)_auto]">
      <figcaption className="grid max-w-prose gap-4 text-sm">
        <p className="text-soft">{texts.pathHint}</p>
        <p>
          <span className="text-soft">{texts.root}</span> <Mark truth="checked" />
          <br />
          <Hex value={`0x${root.toString(16).padStart(64, "0")}`} isWhole />
        </p>
      </figcaption>
      <ol className="grid gap-1.5" aria-label={texts.path}>
        {levels.toReversed().map(({ level, child, siblings }) => (
          <li key={level} className="flex items-center gap-3 text-xs text-soft">
            <span className="w-16 text-right whitespace-nowrap">{texts.level(String(level))}</span>
            <span className="flex gap-1.5">
              {CHILDREN.map((one) => (
                <span
                  key={one}
                  title={one === child ? undefined : siblings[one < child ? one : one - 1]}
                  className={`size-3.5 rounded-xs border ${
                    one === child ? "border-checked bg-checked" : "border-line bg-sunken"
                  }`}
                />
              ))}
            </span>
            <span className="w-16 whitespace-nowrap">
              {level === levels.length - 1 ? `← ${texts.top}` : level === 0 ? `← ${texts.leaf}` : ""}
            </span>
          </li>
        ))}
      </ol>
    </figure>
  );
}
