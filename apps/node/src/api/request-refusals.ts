/** Why the node does not take a request for a payment. */
export type RequestRefusal =
  /** The account that is to be paid does not exist. A retry helps once it does. */
  | { readonly type: "unknownAccount"; readonly index: number }
  /** The account that is to be paid has no key, so nobody can sign for it. A retry helps once its owner has set one. */
  | { readonly type: "accountHasNoKey"; readonly index: number }
  /** The memo does not hash to the reference. A retry cannot help. */
  | { readonly type: "otherMemo" }
  /** The request's time is over. A retry cannot help. */
  | { readonly type: "expired"; readonly expiresAt: number }
  /** The request would stay open for too long. A retry cannot help. */
  | { readonly type: "expiresTooLate"; readonly expiresAt: number; readonly maximum: number }
  /** The signature is not by the key of the account that is to be paid. A retry cannot help. */
  | { readonly type: "badSignature" }
  /** The account has as many open requests as it may. A retry helps once some have expired. */
  | { readonly type: "tooManyRequests"; readonly maximum: number };
