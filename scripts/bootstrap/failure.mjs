/** A reason to stop that the user can act on: printed without a stack. */
export class BootstrapFailure extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = "BootstrapFailure";
    this.exitCode = exitCode;
  }
}
