import type { FormEvent, ReactElement, ReactNode } from "react";
import { changeSettings } from "../base/settings.ts";
import { useSettings, useTexts } from "../ui/use-texts.ts";
import { TEXTS } from "./texts.ts";

const FIELD = "w-full rounded-sm border border-line bg-ground px-3 py-1.5 text-sm placeholder:text-soft";

/** Where the state is rebuilt from beside the RPC. */
export function Sources({ onFile }: { readonly onFile: (file: Blob | null) => void }): ReactElement {
  const texts = useTexts(TEXTS);
  const { beacon, archive } = useSettings();
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const address = (name: string) => String(fields.get(name) ?? "").trim() || null;
    changeSettings({ beacon: address("beacon"), archive: address("archive") });
  };
  return (
    <details className="card px-4 py-3 text-sm" open={beacon !== null || archive !== null}>
      <summary className="cursor-pointer font-medium">{texts.sources}</summary>
      <form onSubmit={save} className="mt-3 grid gap-4">
        <p className="text-soft">{texts.sourcesHint}</p>
        <Labelled name={texts.beacon} hint={texts.beaconHint}>
          <input name="beacon" type="url" defaultValue={beacon ?? ""} placeholder="https://" className={FIELD} />
        </Labelled>
        <Labelled name={texts.archive} hint={texts.archiveHint}>
          <input name="archive" type="url" defaultValue={archive ?? ""} placeholder="https://" className={FIELD} />
        </Labelled>
        <Labelled name={texts.file}>
          <input
            type="file"
            onChange={({ target: { files } }) => onFile(files?.[0] ?? null)}
            className="card w-full px-3 py-2 text-sm file:mr-3 file:cursor-pointer file:rounded-sm file:border-0 file:bg-sunken file:px-3 file:py-1.5 file:text-ink"
          />
        </Labelled>
        <button
          type="submit"
          className="cursor-pointer justify-self-start rounded-sm border border-line bg-surface px-3 py-1.5 hover:bg-sunken"
        >
          {texts.save}
        </button>
      </form>
    </details>
  );
}

function Labelled({
  name,
  hint,
  children,
}: {
  readonly name: string;
  readonly hint?: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field is among the children
    <label className="grid gap-1">
      <span className="font-medium">{name}</span>
      {children}
      {hint !== undefined && <span className="text-xs text-soft">{hint}</span>}
    </label>
  );
}
