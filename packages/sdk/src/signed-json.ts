import { isCairnError, type SignedTransaction } from "@cairn/protocol";
import { ENGLISH, signedTransactionFromJson, signedTransactionSchema } from "@cairn/rpc";

/** Makes the error for what is wrong with a part of a document: the way to the part, and what is wrong. */
export type Refuse = (path: readonly string[], problem: string, cause: unknown) => Error;

/** A signed transaction from JSON that somebody else made. Throws what `refuse` makes. */
export function parseSignedTransaction(json: unknown, refuse: Refuse): SignedTransaction {
  const { data, error } = signedTransactionSchema.safeParse(json, ENGLISH);
  if (data === undefined) {
    const [issue] = error?.issues ?? [];
    throw refuse((issue?.path ?? []).map(String), issue?.message ?? "malformed", error);
  }
  try {
    return signedTransactionFromJson(data);
  } catch (cause) {
    if (isCairnError(cause)) throw refuse([], cause.message, cause);
    throw cause;
  }
}
