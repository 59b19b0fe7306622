import type { Logger } from "pino";

/** A stack of things to stop, last started first. */
export interface Endings {
  /** `end` runs once, when everything ends. */
  readonly add: (name: string, end: () => unknown) => void;
  /** Ends everything, one after the other; errors are logged and stop nothing else from ending. Never rejects. */
  readonly end: () => Promise<void>;
}

/** An empty stack. */
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
