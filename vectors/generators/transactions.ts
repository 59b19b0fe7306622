import {
  GRUMPKIN_ORDER,
  linkContentHash,
  messageHash,
  publicKeyFromSecret,
  secretKey,
  sign,
  verify,
} from "@cairn/crypto";
import {
  accountIndex,
  type Domain,
  encodeFloat16,
  encodeFloat40,
  FIELD_MODULUS,
  type Float40,
  type L2Transaction,
  linkContentWords,
  messageWords,
  recipientOrOwner,
  type SchnorrSignature,
  SLOT_KIND,
  signedTo,
  toKey,
  tokenId,
  transactionLink,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { address, type Vector, word } from "../json.ts";
import { scramble } from "./hash.ts";

const DOMAIN: Domain = { chainId: 31337n, rollup: 0x00e7f1725e7734ce288f8367e1bb143e90bb3f05n };
const MAX_DOMAIN: Domain = { chainId: 2n ** 64n - 1n, rollup: 2n ** 160n - 1n };
const LAST_INDEX = accountIndex(2 ** 24 - 1);

/** Largest float40 whose value fits 128 bits. */
const MAX_AMOUNT = (28 * 2 ** 35 + 34028236692) as Float40;

const COMMON = {
  from: accountIndex(64),
  nonce: 0,
  tokenId: tokenId(0),
  amount: encodeFloat40(10n ** 18n),
  fee: encodeFloat16(10n ** 15n),
  validFrom: 0,
  validUntil: 1_900_000_000,
  reference: 0n,
};
const MAX_COMMON = {
  from: LAST_INDEX,
  nonce: 2 ** 40 - 1,
  tokenId: tokenId(2 ** 32 - 1),
  amount: MAX_AMOUNT,
  fee: encodeFloat16(2047n * 10n ** 31n),
  validFrom: 2 ** 32 - 1,
  validUntil: 2 ** 32 - 1,
  reference: 2n ** 248n - 1n,
};
const MAX_LINK = { content: FIELD_MODULUS - 1n };
const RECEIVER = { to: accountIndex(65), toOwner: 0x00112233445566778899aabbccddeeff00112233n, toKey: scramble(5n) };
const MAX_RECEIVER = { to: LAST_INDEX, toOwner: 2n ** 160n - 1n, toKey: FIELD_MODULUS - 1n };

/** Transactions as they are signed, each for a rollup. */
export const MESSAGES: readonly (readonly [Domain, L2Transaction])[] = [
  [DOMAIN, { type: "transfer", ...COMMON, ...RECEIVER, link: null }],
  [
    DOMAIN,
    { type: "transfer", ...COMMON, ...RECEIVER, toKey: 0n, amount: WHOLE_BALANCE, fee: encodeFloat16(0n), link: null },
  ],
  [DOMAIN, { type: "transfer", ...COMMON, ...RECEIVER, link: { offset: 1, content: scramble(6n) } }],
  [DOMAIN, { type: "transfer", ...COMMON, ...RECEIVER, link: { offset: -1, content: 1n } }],
  [MAX_DOMAIN, { type: "transfer", ...MAX_COMMON, ...MAX_RECEIVER, link: { offset: 255, ...MAX_LINK } }],
  [MAX_DOMAIN, { type: "transfer", ...MAX_COMMON, ...MAX_RECEIVER, link: { offset: -255, ...MAX_LINK } }],
  [
    DOMAIN,
    { type: "transfer", ...COMMON, ...RECEIVER, validFrom: 1_800_000_000, reference: scramble(20n) >> 8n, link: null },
  ],
  [DOMAIN, { type: "transferToNew", ...COMMON, toOwner: 1n, toKey: 0n, link: null }],
  [
    DOMAIN,
    {
      type: "transferToNew",
      ...COMMON,
      toOwner: RECEIVER.toOwner,
      toKey: 2n ** 200n,
      link: { offset: 3, content: scramble(7n) },
    },
  ],
  [
    MAX_DOMAIN,
    { type: "transferToNew", ...MAX_COMMON, toOwner: 2n ** 160n - 1n, toKey: FIELD_MODULUS - 1n, link: null },
  ],
  [DOMAIN, { type: "withdraw", ...COMMON, recipient: 1n }],
  [MAX_DOMAIN, { type: "withdraw", ...MAX_COMMON, recipient: 2n ** 160n - 1n }],
  [
    { chainId: 0n, rollup: 0n },
    { type: "withdraw", ...COMMON, amount: encodeFloat40(0n), validUntil: 0, recipient: 0xffn },
  ],
];

/** Secret and message of each signature; the last three were searched for: two leading zero bytes in key, R.x and s. */
const SIGNERS: readonly (readonly [secret: bigint, message: bigint])[] = [
  [1n, 1n],
  [GRUMPKIN_ORDER - 1n, FIELD_MODULUS - 1n],
  [5n, 0n],
  [scramble(8n), scramble(9n)],
  [scramble(10n), 2n ** 128n],
  [6805n, 3n],
  [7n, 14771n],
  [7n, 11067n],
];

/** Signed messages: every field of the transaction, the packed words, the hashes. */
export function messageVectors(): Vector {
  return { cases: MESSAGES.map(([domain, transaction]) => messageFields(domain, transaction)) };
}

/** Signatures, valid and not. */
export function signatureVectors(): Vector {
  const valid = SIGNERS.map(([secret, message]) => {
    const signer = secretKey(secret);
    return { key: publicKeyFromSecret(signer), message, secret, signature: sign(message, signer) };
  });
  const first = valid[3];
  const invalid = first === undefined ? [] : spoil(first.message, first.signature, first.key);
  return {
    invalid: invalid.map(([flaw, message, signature, key]) => ({
      flaw,
      key: word(key),
      message: word(message),
      rx: word(signature.rx),
      s: word(signature.s),
      valid: verify(message, signature, key),
    })),
    malleated: valid.map(({ key, message, signature: { rx, s } }) => ({
      key: word(key),
      message: word(message),
      rx: word(rx),
      s: word(GRUMPKIN_ORDER - s),
      valid: verify(message, { rx, s: GRUMPKIN_ORDER - s }, key),
    })),
    valid: valid.map(({ key, message, secret, signature }) => ({
      key: word(key),
      message: word(message),
      rx: word(signature.rx),
      s: word(signature.s),
      secret: word(secret),
      valid: verify(message, signature, key),
    })),
  };
}

function spoil(
  message: bigint,
  { rx, s }: SchnorrSignature,
  key: bigint,
): (readonly [flaw: string, message: bigint, signature: SchnorrSignature, key: bigint])[] {
  return [
    ["another message", message + 1n, { rx, s }, key],
    ["another nonce point", message, { rx: rx + 1n, s }, key],
    ["another response", message, { rx, s: s - 1n }, key],
    ["response not below the group order", message, { rx, s: s + GRUMPKIN_ORDER }, key],
    ["response 0", message, { rx, s: 0n }, key],
    ["nonce point 0", message, { rx: 0n, s }, key],
    ["nonce point not a field element", message, { rx: rx + FIELD_MODULUS, s }, key],
    ["another key", message, { rx, s }, publicKeyFromSecret(secretKey(2n))],
    ["no key", message, { rx, s }, 0n],
    ["key off the curve", message, { rx, s }, 4n],
    ["key not a field element", message, { rx, s }, key + FIELD_MODULUS],
    ["message not a field element", message + FIELD_MODULUS, { rx, s }, key],
  ];
}

/** Everything about a signed message. */
export function messageFields(domain: Domain, transaction: L2Transaction): Vector {
  const words = messageWords(transaction, domain);
  const link = transactionLink(transaction);
  const content = transaction.type === "withdraw" ? null : linkContentWords(transaction);
  return {
    amount: transaction.amount,
    chainId: word(domain.chainId),
    contentHash: word(content === null ? 0n : linkContentHash(content)),
    contentWord: word(content === null ? 0n : content[0]),
    domainAndTag: word(words.domainAndTag),
    fee: transaction.fee,
    from: transaction.from,
    hash: word(messageHash(words)),
    kind: SLOT_KIND[transaction.type],
    linkContent: word(link?.content ?? 0n),
    linkOffset: link?.offset ?? 0,
    nonce: transaction.nonce,
    recipientOrOwner: address(recipientOrOwner(transaction)),
    reference: word(transaction.reference),
    rollup: address(domain.rollup),
    to: signedTo(transaction),
    toKey: word(toKey(transaction)),
    tokenId: transaction.tokenId,
    validFrom: transaction.validFrom,
    validUntil: transaction.validUntil,
    word1: word(words.word1),
    word2: word(words.word2),
  };
}
