import type { FormEvent, ReactElement } from "react";
import { changeSettings } from "../base/settings.ts";
import { Button } from "../ui/button.tsx";
import { CONTROL } from "../ui/field.tsx";
import { Labelled } from "../ui/labelled.tsx";
import { useSettings, useTexts } from "../ui/use-texts.ts";
import { TEXTS } from "./texts.ts";

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
          <input name="beacon" type="url" defaultValue={beacon ?? ""} placeholder="https://" className={CONTROL} />
        </Labelled>
        <Labelled name={texts.archive} hint={texts.archiveHint}>
          <input name="archive" type="url" defaultValue={archive ?? ""} placeholder="https://" className={CONTROL} />
        </Labelled>
        <Labelled name={texts.file}>
          <input
            type="file"
            onChange={({ target: { files } }) => onFile(files?.[0] ?? null)}
            className="card w-full px-3 py-2 text-sm file:mr-3 file:cursor-pointer file:rounded-sm file:border-0 file:bg-sunken file:px-3 file:py-1.5 file:text-ink"
          />
        </Labelled>
        <Button isSubmit>{texts.save}</Button>
      </form>
    </details>
  );
}
