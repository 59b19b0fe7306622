import type { SealedKeyFile } from "@cairn/sdk";
import { type FormEvent, type ReactElement, useState } from "react";
import { saveJson } from "../../base/save-file.ts";
import { Button } from "../../ui/button.tsx";
import { CONTROL, Field, TextField } from "../../ui/field.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Problem } from "../problems/problem.tsx";
import { useSessionState } from "../session/state.tsx";
import { keyFromFile, newFileKey, readKeyFile } from "./file-key.ts";
import { KeyError } from "./key-error.ts";
import { KEY_TEXTS } from "./texts.ts";
import { useOpening } from "./use-opening.ts";
import { startVault } from "./vault.ts";

const SHORTEST = 12;

/** Makes a random key, saves its backup, and opens it from there: so the backup is known to work. */
export function NewFileKey({ owner }: { readonly owner: `0x${string}` }): ReactElement {
  const texts = useTexts(KEY_TEXTS);
  const { domain } = useSessionState();
  const { isPending, error, attempt } = useOpening(owner);
  const [passphrase, setPassphrase] = useState("");
  const [made, setMade] = useState<SealedKeyFile | null>(null);
  const make = (event: FormEvent) => {
    event.preventDefault();
    attempt(async () => {
      const { vault, end } = startVault();
      try {
        const { file } = await newFileKey(vault, { owner, domain, passphrase });
        save(file);
        setMade(file);
        setPassphrase("");
      } finally {
        // The key is in the file alone until that is opened.
        end();
      }
    });
  };
  const save = (file: SealedKeyFile) => saveJson(`cairn-key-${owner.slice(0, 10)}.json`, file);
  if (made !== null) {
    return (
      <div className="grid w-full grid-cols-[minmax(0,1fr)] gap-3">
        <p role="status">{texts.saved}</p>
        <Button onClick={() => save(made)}>{texts.saveAgain}</Button>
        <OpenFileKey owner={owner} known={null} wanted={made} />
      </div>
    );
  }
  const isShort = passphrase.length < SHORTEST;
  return (
    <form onSubmit={make} className="grid w-full grid-cols-[minmax(0,28rem)] gap-3">
      <TextField
        type="password"
        autoComplete="new-password"
        label={texts.passphrase}
        hint={texts.passphraseHint}
        value={passphrase}
        onChange={setPassphrase}
      />
      <Button kind="primary" isSubmit isDisabled={isPending || isShort}>
        {texts.fileMake}
      </Button>
      {isPending && <p role="status">{texts.pendingFile}</p>}
      {error !== null && <Problem error={error} />}
    </form>
  );
}

/** Opens a key with its passphrase: from a file that this browser knows, or one that the user chooses. */
export function OpenFileKey({
  owner,
  known,
  wanted,
}: {
  readonly owner: `0x${string}`;
  readonly known: SealedKeyFile | null;
  /** The key that it must have. */
  readonly wanted?: SealedKeyFile;
}): ReactElement {
  const texts = useTexts(KEY_TEXTS);
  const { domain } = useSessionState();
  const { isPending, error, open } = useOpening(owner);
  const [passphrase, setPassphrase] = useState("");
  const [chosen, setChosen] = useState<File | null>(null);
  const [isOther, setOther] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setOther(false);
    open(async (vault) => {
      const file = known ?? readKeyFile((await chosen?.text()) ?? "", { owner, domain });
      if (wanted !== undefined && file.publicKey !== wanted.publicKey) {
        setOther(true);
        throw new KeyError("other-key");
      }
      const key = await keyFromFile(vault, file, passphrase);
      return { way: "file", key, credential: null, file };
    });
  };
  return (
    <form onSubmit={submit} className="grid w-full grid-cols-[minmax(0,28rem)] gap-3">
      {known === null && (
        <Field label={texts.chosen} problem={isOther ? texts.wrongFile : null}>
          {(control) => (
            <input
              {...control}
              type="file"
              accept=".json,application/json"
              onChange={({ target }) => setChosen(target.files?.[0] ?? null)}
              className={CONTROL}
            />
          )}
        </Field>
      )}
      <TextField
        type="password"
        autoComplete="current-password"
        label={texts.passphrase}
        value={passphrase}
        onChange={setPassphrase}
      />
      <Button
        kind="primary"
        isSubmit
        isDisabled={isPending || passphrase === "" || (known === null && chosen === null)}
      >
        {wanted === undefined ? (known === null ? texts.open : texts.openFile) : texts.check}
      </Button>
      {isPending && <p role="status">{texts.pendingFile}</p>}
      {error !== null && !isOther && <Problem error={error} />}
    </form>
  );
}
