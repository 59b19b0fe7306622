import type { Logger } from "pino";

/** What has to be ended, last begun first. */
export interface Endings {
  /** `end` runs once, when everything ends. */
  readonly add: (name: string, end: () => unknown) => void;
  /** Ends everything, each after the one before; what throws is logged and keeps nothing else from ending. Never rejects. */
  readonly end: () => Promise<void>;
}

/** A stack without anything on it. */
export function createEndings(logger: Logger): Endings {
  const stack = new AsyncDisposableStack();
  return {
    add: (name, end) => {
      stack.defer(async () => {
        try {
          await end();
        } catch (error) {
          logger.error({ err: error, part: name }, "a part did not end cleanly");
        }
      });
    },
    end: () => stack.disposeAsync(),
  };
}
