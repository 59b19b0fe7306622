/** @typedef {<T>(name: string, work: () => Promise<T>) => Promise<T>} Turns */

/**
 * Runs what concerns one order one after the other.
 * @returns {Turns}
 */
export function createTurns() {
  /** @type {Map<string, Promise<unknown>>} */
  const last = new Map();
  return (name, work) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(name, turn);
    const forget = () => {
      if (last.get(name) === turn) last.delete(name);
    };
    turn.then(forget, forget);
    return turn;
  };
}
