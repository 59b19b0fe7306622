import * as z from "zod/mini";
import { LOCALES, preferredLocale } from "./locale.ts";

const address = z.nullable(z.string().check(z.regex(/^https?:\/\//)));

const settingsSchema = z.object({
  /** Null follows the browser. */
  locale: z.nullable(z.enum(LOCALES)),
  /** Null follows the system. */
  theme: z.nullable(z.enum(["light", "dark"])),
  /** The user's own RPC of L1, and own node; null for those that the pages came with. */
  l1: address,
  node: address,
  /** Where the state is rebuilt from beside the RPC: a beacon API that has blobs, and an archive; null for none. */
  beacon: address,
  archive: address,
});

/** What the user has chosen; kept in this browser only. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

const KEY = "cairn-settings";
const DEFAULTS: Settings = { locale: null, theme: null, l1: null, node: null, beacon: null, archive: null };

let current = read();
const listeners = new Set<() => void>();
apply(current);

// Another tab has changed them.
addEventListener("storage", ({ key }) => {
  if (key !== KEY) return;
  current = read();
  tell();
});

/** The settings now; the same object until they change. */
export function settings(): Settings {
  return current;
}

/** Calls back after each change; returns what ends that. */
export function onSettings(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Changes some of the settings, in all tabs. */
export function changeSettings(change: Partial<Settings>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing: they count until the page is closed.
  }
  tell();
}

/** The language of the page. */
export function currentLocale() {
  return current.locale ?? preferredLocale(navigator.languages);
}

function read(): Settings {
  try {
    const stored = settingsSchema.safeParse({ ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") });
    return stored.success ? stored.data : DEFAULTS;
  } catch {
    return DEFAULTS;
  }
}

function tell(): void {
  apply(current);
  for (const listener of listeners) listener();
}

function apply({ theme }: Settings): void {
  const page = document.documentElement;
  page.lang = currentLocale();
  if (theme === null) delete page.dataset.theme;
  else page.dataset.theme = theme;
}
