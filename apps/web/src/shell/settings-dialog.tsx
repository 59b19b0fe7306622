import { type FormEvent, type ReactElement, useRef } from "react";
import { defineTexts, LOCALES, type Locale } from "../base/locale.ts";
import { changeSettings } from "../base/settings.ts";
import { useRollup } from "../data/rollup.tsx";
import { CONTROL } from "../ui/field.tsx";
import { Icon } from "../ui/icons.tsx";
import { Labelled } from "../ui/labelled.tsx";
import { useLocale, useSettings, useTexts } from "../ui/use-texts.ts";
import { Hex } from "../ui/values.tsx";

const TEXTS = defineTexts({
  en: {
    settings: "Settings",
    close: "Close",
    language: "Language",
    theme: "Appearance",
    system: "as the system",
    light: "light",
    dark: "dark",
    l1: "RPC of L1",
    l1Hint: "All checks go through it. Use one that you trust: whoever answers for L1 decides what it says.",
    node: "Node",
    nodeHint: "Is asked for what happens, and believed for nothing.",
    given: (address: string) => `as this page came: ${address}`,
    none: "none",
    rollup: "Rollup",
    chain: (id: number) => `on chain ${id}`,
    save: "Save",
  },
  de: {
    settings: "Einstellungen",
    close: "Schließen",
    language: "Sprache",
    theme: "Aussehen",
    system: "wie das System",
    light: "hell",
    dark: "dunkel",
    l1: "RPC von L1",
    l1Hint:
      "Über ihn geht alles Prüfen. Nehmen Sie einen, dem Sie trauen: Wer für L1 antwortet, bestimmt, was es sagt.",
    node: "Knoten",
    nodeHint: "Wird gefragt, was geschieht; geglaubt wird ihm nichts.",
    given: (address: string) => `wie diese Seite kam: ${address}`,
    none: "keiner",
    rollup: "Rollup",
    chain: (id: number) => `auf Kette ${id}`,
    save: "Speichern",
  },
});

const LANGUAGES: Readonly<Record<Locale, string>> = { en: "English", de: "Deutsch" };

/** Opens what the user may choose: language, appearance, and whom the page asks. */
export function SettingsButton(): ReactElement {
  const texts = useTexts(TEXTS);
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button
        type="button"
        onClick={() => dialog.current?.showModal()}
        className="grid size-9 cursor-pointer place-items-center rounded-sm border border-line hover:bg-sunken"
      >
        <Icon name="settings" />
        <span className="sr-only">{texts.settings}</span>
      </button>
      <dialog
        ref={dialog}
        aria-label={texts.settings}
        className="card w-[min(32rem,calc(100vw-2rem))] bg-surface p-0 text-ink"
      >
        <SettingsForm close={() => dialog.current?.close()} />
      </dialog>
    </>
  );
}

function SettingsForm({ close }: { readonly close: () => void }): ReactElement {
  const texts = useTexts(TEXTS);
  const locale = useLocale();
  const { theme, l1, node } = useSettings();
  const { config } = useRollup();
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const address = (name: string) => String(fields.get(name) ?? "").trim() || null;
    changeSettings({ l1: address("l1"), node: address("node") });
    close();
  };
  return (
    <form onSubmit={save} className="grid gap-5 p-5">
      <div className="flex items-center justify-between">
        <h2 className="text-lg font-semibold">{texts.settings}</h2>
        <button type="button" onClick={close} className="grid size-9 cursor-pointer place-items-center rounded-sm">
          <Icon name="close" />
          <span className="sr-only">{texts.close}</span>
        </button>
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Labelled name={texts.language}>
          <select
            value={locale}
            onChange={(event) => changeSettings({ locale: event.target.value as Locale })}
            className={CONTROL}
          >
            {LOCALES.map((one) => (
              <option key={one} value={one} lang={one}>
                {LANGUAGES[one]}
              </option>
            ))}
          </select>
        </Labelled>
        <Labelled name={texts.theme}>
          <select
            value={theme ?? ""}
            onChange={({ target: { value } }) =>
              changeSettings({ theme: value === "light" || value === "dark" ? value : null })
            }
            className={CONTROL}
          >
            <option value="">{texts.system}</option>
            <option value="light">{texts.light}</option>
            <option value="dark">{texts.dark}</option>
          </select>
        </Labelled>
      </div>
      <UrlField name="l1" label={texts.l1} hint={texts.l1Hint} url={l1} given={config.l1} />
      <UrlField name="node" label={texts.node} hint={texts.nodeHint} url={node} given={config.node} />
      <p className="text-sm text-soft">
        {texts.rollup} <Hex value={config.rollup} /> {texts.chain(config.chainId)}
      </p>
      <button
        type="submit"
        className="cursor-pointer justify-self-end rounded-sm bg-accent px-4 py-2 text-sm font-medium text-on-accent"
      >
        {texts.save}
      </button>
    </form>
  );
}

/** One's own address of a server, in place of the one that the pages come with. */
function UrlField({
  name,
  label,
  hint,
  url,
  given,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly url: string | null;
  readonly given: string | null;
}): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <Labelled name={label} hint={hint}>
      <input
        name={name}
        type="url"
        defaultValue={url ?? ""}
        placeholder={texts.given(given ?? texts.none)}
        className={CONTROL}
      />
    </Labelled>
  );
}
