import {
  type Account,
  type AccountIndex,
  accountIndex,
  addressToBigint,
  FLAG_OWNER_KEY,
  isCairnError,
  tokenId,
} from "@cairn/protocol";
import { accountProofFromJson, accountProofSchema, ENGLISH } from "@cairn/rpc";
import * as z from "zod/mini";
import { sdkError } from "../errors.ts";

/** Accounts with the proof that they are in the last proven state. */
export interface ExitProof {
  /** Ascending by index. */
  readonly accounts: readonly { readonly index: AccountIndex; readonly account: Account }[];
  /** In the order of spec 8.4; for one account three per level, 36 in all. */
  readonly siblings: readonly bigint[];
}

const number = z.union([z.bigint(), z.int(), z.string().check(z.regex(/^(?:[0-9]{1,78}|0x[0-9a-fA-F]{1,64})$/))]);
const small = z.int().check(z.minimum(0));
const schema = z.object({
  accounts: z
    .array(
      z.object({
        index: small,
        owner: z.string(),
        tokenId: small,
        nonce: small,
        flags: z.int().check(z.minimum(0), z.maximum(255)),
        balance: number,
        key: number,
      }),
    )
    .check(z.minLength(1), z.maxLength(256)),
  siblings: z.array(number).check(z.maxLength(36 * 256)),
});

/**
 * Reads the document that `cairn exit-proof --json` writes, the answer of a node's proof route, or a proof in this
 * package's form. Only its form is checked. Throws `sdk/bad-proof`.
 *
 * @example const { accounts, siblings } = parseExitProof(JSON.parse(text));
 */
export function parseExitProof(given: ExitProof | object): ExitProof {
  if (isExitProof(given)) return given;
  if ("account" in given) return inForm(() => fromNode(given));
  const parsed = schema.safeParse(given, ENGLISH);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badProof(`${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
  }
  return inForm(() => {
    const accounts = parsed.data.accounts.map(({ index, owner, tokenId: token, nonce, flags, balance, key }) => {
      // Other flags mean nothing yet, and a leaf with one has another hash than any account.
      if (flags > FLAG_OWNER_KEY) throw badProof(`account ${index} has unknown flags`);
      const ownerKey = flags === FLAG_OWNER_KEY;
      const account = { owner: addressToBigint(owner), tokenId: tokenId(token), nonce, ownerKey };
      return { index: accountIndex(index), account: { ...account, balance: BigInt(balance), key: BigInt(key) } };
    });
    return { accounts, siblings: parsed.data.siblings.map(BigInt) };
  });
}

/** What a node's proof route answers, which proves one account. */
function fromNode(answer: object): ExitProof {
  const parsed = accountProofSchema.safeParse(answer, ENGLISH);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badProof(`${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
  }
  const { index, account, siblings } = accountProofFromJson(parsed.data);
  return { accounts: [{ index, account }], siblings: siblings.flat() };
}

function inForm(read: () => ExitProof): ExitProof {
  try {
    return read();
  } catch (cause) {
    if (!isCairnError(cause) || cause.code === "sdk/bad-proof") throw cause;
    throw badProof(cause.message, cause);
  }
}

function isExitProof(given: object): given is ExitProof {
  const [first]: unknown[] = "accounts" in given && Array.isArray(given.accounts) ? given.accounts : [];
  return typeof first === "object" && first !== null && "account" in first;
}

function badProof(why: string, cause?: unknown) {
  return sdkError("sdk/bad-proof", `not a proof of accounts: ${why}`, { cause });
}
