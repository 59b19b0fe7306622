/**
 * The one error class of Cairn. `code` is machine-readable (`package/what-happened`); every package
 * exports the union of the codes it throws, with a line per code saying when it is thrown and whether
 * a retry can help. Causes and remedy are on its page, `docs/errors/CODE.md` in the repository. `details`
 * holds plain values for logs, never secrets.
 *
 * @example throw new CairnError<ProtocolErrorCode>("protocol/bad-length", "key: 3 bytes, expected 32", { cause });
 */
export class CairnError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: Code,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CairnError";
    this.code = code;
    this.details = options.details ?? {};
  }

  /** For logs, where JSON knows no bigint: digits instead. */
  toJSON(): object {
    const { name, code, message, details } = this;
    const text = JSON.stringify(details, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
    return { name, code, message, details: JSON.parse(text) };
  }
}

/**
 * Whether `error` is a {@link CairnError}, with this `code` if one is given.
 *
 * @example if (isCairnError(error, "protocol/bad-hex")) return null;
 */
export function isCairnError<Code extends string>(error: unknown, code?: Code): error is CairnError<Code> {
  return error instanceof CairnError && (code === undefined || error.code === code);
}
