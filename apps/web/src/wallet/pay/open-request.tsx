import { type FormEvent, type ReactElement, useState } from "react";
import { useLocation } from "wouter";
import { Button } from "../../ui/button.tsx";
import { Field, TextField } from "../../ui/field.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { TEXTS } from "./texts.ts";

/** Takes a request as a link, as text, or as a picture of its QR code. */
export function OpenRequest(): ReactElement {
  const texts = useTexts(TEXTS);
  const [, go] = useLocation();
  const [text, setText] = useState("");
  const [isUnread, setUnread] = useState(false);
  const open = (request: string) => go(`/pay/${encodeURIComponent(request.trim())}`);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") open(text);
  };
  const read = async (file: File): Promise<void> => {
    const { readPicture } = await import("./read-picture.ts");
    const found = await readPicture(file);
    if (found !== null) open(found);
    setUnread(found === null);
  };
  return (
    <form onSubmit={submit} className="card grid grid-cols-[minmax(0,1fr)] gap-5 px-4 py-5 sm:px-6">
      <TextField label={texts.paste} value={text} onChange={setText} />
      <Field label={texts.picture} hint={texts.pictureHint} problem={isUnread ? texts.noCode : null}>
        {(control) => (
          <input
            {...control}
            type="file"
            accept="image/*"
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              if (file !== undefined) void read(file);
            }}
            className="text-sm"
          />
        )}
      </Field>
      <Button kind="primary" isSubmit isDisabled={text.trim() === ""}>
        {texts.open}
      </Button>
    </form>
  );
}
