import type * as z from "zod/mini";

/** A value that the browser keeps for all tabs of the pages. */
export interface Kept<Value> {
  /** The same object until it changes. */
  readonly read: () => Value;
  /** Changes it as it is now, in whichever tab; false where the browser keeps nothing. */
  readonly change: (edit: (before: Value) => Value) => boolean;
  /** Calls back after each change, in this tab or another; returns what ends that. */
  readonly onChange: (listener: () => void) => () => void;
}

/**
 * A value under a name in `localStorage`; what does not have its form counts as `empty`, since other versions of the pages may
 * have written it.
 *
 * @example const contacts = keep("cairn-contacts", z.array(contactSchema), []);
 */
export function keep<Value>(name: string, schema: z.ZodMiniType<Value>, empty: Value): Kept<Value> {
  let text: string | null = null;
  let value = empty;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const read = (): Value => {
    const now = storedText(name);
    if (now !== text) {
      text = now;
      value = parsed(now, schema) ?? empty;
    }
    return value;
  };
  const hear = ({ key }: StorageEvent): void => {
    if (key === name || key === null) tell();
  };
  return {
    read,
    change: (edit) => {
      try {
        localStorage.setItem(name, JSON.stringify(edit(read())));
      } catch {
        return false;
      }
      tell();
      return true;
    },
    onChange: (listener) => {
      if (listeners.size === 0) addEventListener("storage", hear);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) removeEventListener("storage", hear);
      };
    },
  };
}

/** Makes one thing for each text. */
export function onePer<Made>(make: (name: string) => Made): (name: string) => Made {
  const all = new Map<string, Made>();
  return (name) => {
    const found = all.get(name) ?? make(name);
    all.set(name, found);
    return found;
  };
}

function storedText(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function parsed<Value>(text: string | null, schema: z.ZodMiniType<Value>): Value | null {
  if (text === null) return null;
  try {
    const { success, data } = schema.safeParse(JSON.parse(text));
    return success ? data : null;
  } catch {
    return null;
  }
}
