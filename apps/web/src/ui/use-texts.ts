import { useSyncExternalStore } from "react";
import type { Locale, Texts } from "../base/locale.ts";
import { currentLocale, onSettings, type Settings, settings } from "../base/settings.ts";

/** The user's settings; the component follows their changes. */
export function useSettings(): Settings {
  return useSyncExternalStore(onSettings, settings);
}

/** The language of the page. */
export function useLocale(): Locale {
  useSettings();
  return currentLocale();
}

/** A feature's texts in the language of the page. */
export function useTexts<Catalogue>(texts: Texts<Catalogue>): Catalogue {
  return texts[useLocale()];
}
