/** Languages of the pages. */
export const LOCALES = ["en", "de"] as const;
/** A language of the pages. */
export type Locale = (typeof LOCALES)[number];

/** One catalogue of a feature's texts in every language: what a language lacks does not compile. */
export type Texts<Catalogue> = Readonly<Record<Locale, Catalogue>>;

/**
 * Declares a feature's texts; English decides which there are.
 *
 * @example const TEXTS = defineTexts({ en: { blocks: (n: number) => `${n} blocks` }, de: { blocks: (n) => `${n} Blöcke` } });
 */
export function defineTexts<Catalogue>(texts: {
  readonly en: Catalogue;
  readonly de: NoInfer<Catalogue>;
}): Texts<Catalogue> {
  return texts;
}

/** The best of the languages that a browser's user reads. */
export function preferredLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    const found = LOCALES.find((locale) => language.toLowerCase().split("-")[0] === locale);
    if (found !== undefined) return found;
  }
  return "en";
}
