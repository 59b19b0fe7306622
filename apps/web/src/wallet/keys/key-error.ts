/**
 * What can be wrong with keys that the page itself finds. `other-key`: the wallet or passkey makes another key than last time.
 * `no-prf`: the passkey cannot make keys. `passkey-refused`: the browser or its user said no, or it took too long.
 * `other-owner`: it was made for another L1 account. `other-rollup`: for another rollup. `no-key-file`: the file is none.
 * `no-l2-key`: the file holds no L2 key of its own.
 */
export type KeyProblem =
  | "other-key"
  | "no-prf"
  | "passkey-refused"
  | "other-owner"
  | "other-rollup"
  | "no-key-file"
  | "no-l2-key";

/** A problem with a key. */
export class KeyError extends Error {
  override readonly name = "KeyError";
  readonly problem: KeyProblem;

  constructor(problem: KeyProblem, options?: ErrorOptions) {
    super(`a problem with the key: ${problem}`, options);
    this.problem = problem;
  }
}
