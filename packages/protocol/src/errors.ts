/**
 * The one error class of Cairn. `code` is machine-readable (`package/what-happened`); every package
 * exports the union of the codes it throws, with a line per code saying when it is thrown and whether
 * a retry can help. `details` holds plain values for logs, never secrets.
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
}

/** Tells whether `error` is a {@link CairnError}, and of `code` when one is given. */
export function isCairnError<Code extends string>(error: unknown, code?: Code): error is CairnError<Code> {
  return error instanceof CairnError && (code === undefined || error.code === code);
}
