/** Those who want to hear of something. */
export interface Listeners<Message> {
  /** Returns what ends it. */
  readonly add: (listener: (message: Message) => void) => () => void;
  readonly tell: (message: Message) => void;
}

/** Nobody yet. */
export function createListeners<Message = void>(): Listeners<Message> {
  const all = new Set<(message: Message) => void>();
  return {
    add: (listener) => {
      all.add(listener);
      return () => {
        all.delete(listener);
      };
    },
    tell: (message) => {
      for (const listener of [...all]) listener(message);
    },
  };
}
