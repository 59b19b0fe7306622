import { type FormEvent, type ReactElement, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { CONTROL, Field, TextField } from "../../ui/field.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { formatOf, LIST_NAME } from "./read-list.ts";
import { TEXTS } from "./texts.ts";

/** Takes a list, by a file or as text, and its name. */
export function ListForm({
  isBusy,
  onCheck,
}: {
  readonly isBusy: boolean;
  readonly onCheck: (list: { readonly name: string; readonly text: string; readonly format: "csv" | "json" }) => void;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const isName = LIST_NAME.test(name.trim());
  const isReady = isName && text.trim() !== "" && !isBusy;
  const load = async (file: File): Promise<void> => {
    setText(await file.text());
    if (name === "")
      setName(
        file.name
          .replace(/\.[^.]*$/, "")
          .replace(/[^A-Za-z0-9._-]+/g, "-")
          .slice(0, 64),
      );
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) onCheck({ name: name.trim(), text, format: formatOf(text) });
  };
  return (
    <form
      onSubmit={submit}
      aria-label={texts.title}
      className="card grid grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 sm:px-6"
    >
      <TextField
        label={texts.name}
        hint={texts.nameHint}
        problem={name === "" || isName ? null : texts.badName}
        value={name}
        onChange={setName}
      />
      <Field label={texts.file}>
        {(control) => (
          <input
            {...control}
            type="file"
            accept=".csv,.json,text/csv,application/json"
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              if (file !== undefined) void load(file);
            }}
            className="text-sm"
          />
        )}
      </Field>
      <Field label={texts.paste}>
        {(control) => (
          <textarea
            {...control}
            rows={6}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className={`${CONTROL} font-mono text-xs`}
          />
        )}
      </Field>
      <Button kind="primary" isSubmit isDisabled={!isReady}>
        {texts.check}
      </Button>
    </form>
  );
}
