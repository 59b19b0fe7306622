import { liftX } from "@cairn/crypto";
import {
  accountIndex,
  addressProblem,
  addressToBigint,
  bigintToAddress,
  bytesToHex,
  type CairnError,
  concatBytes,
  type Domain,
  decodePaymentRequest,
  encodePaymentRequest,
  FIELD_MODULUS,
  hexToBytes,
  hexToReference,
  isCairnError,
  NO_REFERENCE,
  PAYMENT_REQUEST_BYTES,
  type PaymentRequest,
  paymentRequestId,
  referenceToHex,
  tokenId,
} from "@cairn/protocol";
import { fromBase32, toBase32 } from "./base32.ts";
import { type SdkErrorCode, sdkError } from "./errors.ts";
import { encodePaymentCode, parsePaymentCode } from "./payment-code.ts";

/** A request with the rollup in which it can be paid, and nowhere else. */
export interface LocatedRequest {
  readonly request: PaymentRequest;
  readonly domain: Domain;
}

const SCHEME = "cairn:";
/** What a QR text begins with, behind the scheme. */
const COMPACT = "r1";
const CHECKSUM_BYTES = 4;
/** Parameters of a link, in order. */
const PARAMETERS = ["chain", "rollup", "account", "token", "amount", "reference", "expires", "sum"] as const;
const MAX_TEXT = 1_000;

/**
 * Whether a text looks like a request for a payment, valid or not.
 *
 * @example isPaymentRequest("cairn1…") // false: a payment code
 */
export function isPaymentRequest(text: string): boolean {
  return text.trimStart().slice(0, SCHEME.length).toLowerCase() === SCHEME;
}

/**
 * A request as a link: `cairn:`, the payee's payment code, and everything else as parameters, with a checksum. Throws
 * `sdk/bad-payment-request`.
 *
 * @example paymentRequestLink({ request, domain }) // "cairn:cairn1…?chain=1&rollup=0x…&account=70&…"
 */
export function paymentRequestLink({ request, domain }: LocatedRequest): string {
  assertRequest(request);
  const { account, tokenId: token, amount, reference, expiresAt } = request;
  const values = [
    domain.chainId.toString(),
    bigintToAddress(domain.rollup),
    String(account),
    String(token),
    amount.toString(),
    referenceToHex(reference),
    String(expiresAt),
    checksum(request, domain),
  ];
  const parameters = PARAMETERS.map((name, i) => `${name}=${values[i]}`).join("&");
  return `${SCHEME}${encodePaymentCode(request, domain)}?${parameters}`;
}

/**
 * A request as the text of a QR code: the same in capital letters and digits, of which a QR code holds most. Throws
 * `sdk/bad-payment-request`.
 *
 * @example paymentRequestQrText({ request, domain }) // "CAIRN:R1…", 242 characters
 */
export function paymentRequestQrText({ request, domain }: LocatedRequest): string {
  assertRequest(request);
  const bytes = concatBytes(encodePaymentRequest(request, domain), checksumBytes(request, domain));
  return `${SCHEME}${COMPACT}${toBase32(bytes)}`.toUpperCase();
}

/**
 * The request of a link or of a QR code's text. Whether it can still be paid, and in which rollup, is for the caller to
 * see. Throws `sdk/bad-payment-request` for anything that is not exactly one.
 *
 * @example const { request, domain } = parsePaymentRequest(text);
 */
export function parsePaymentRequest(text: string): LocatedRequest {
  const trimmed = typeof text === "string" ? text.trim() : "";
  if (!isPaymentRequest(trimmed)) throw bad("a request begins with cairn:");
  if (trimmed.length > MAX_TEXT) throw bad("it is too long");
  const body = trimmed.slice(SCHEME.length);
  try {
    const located = body.slice(0, COMPACT.length).toLowerCase() === COMPACT ? fromCompact(body) : fromLink(body);
    assertRequest(located.request);
    return located;
  } catch (error) {
    if (!isCairnError(error) || error.code === "sdk/bad-payment-request") throw error;
    throw bad(error.message, error);
  }
}

function fromCompact(body: string): LocatedRequest {
  const bytes = fromBase32(body.slice(COMPACT.length).toLowerCase());
  if (bytes?.length !== PAYMENT_REQUEST_BYTES + CHECKSUM_BYTES) throw bad("it is too long, too short, or mistyped");
  const located = decodePaymentRequest(bytes.subarray(0, PAYMENT_REQUEST_BYTES));
  assertChecksum(located, toBase32(bytes.subarray(PAYMENT_REQUEST_BYTES)));
  return located;
}

function fromLink(body: string): LocatedRequest {
  const [code = "", query, ...rest] = body.split("?");
  if (query === undefined || rest.length > 0) throw bad("it has no parameters");
  const pairs = query.split("&").map((pair) => pair.split("="));
  const values = new Map(pairs.map(([name = "", value = ""]) => [name, value]));
  const isWhole = pairs.length === PARAMETERS.length && pairs.every((pair) => pair.length === 2);
  if (!isWhole || !PARAMETERS.every((name) => values.has(name)))
    throw bad(`its parameters are ${PARAMETERS.join(", ")}, each once`);
  const value = (name: (typeof PARAMETERS)[number]) => values.get(name) ?? "";
  const rollup = value("rollup");
  if (addressProblem(rollup) !== null) throw bad("its rollup is no address");
  const domain = { chainId: BigInt(digits(value("chain"), 19)), rollup: addressToBigint(rollup) };
  const { owner, key } = parsePaymentCode(code, domain);
  const request = {
    account: accountIndex(Number(digits(value("account"), 9))),
    owner,
    key,
    tokenId: tokenId(Number(digits(value("token"), 10))),
    amount: BigInt(digits(value("amount"), 39)),
    reference: hexToReference(value("reference")),
    expiresAt: Number(digits(value("expires"), 15)),
  };
  const located = { request, domain };
  assertChecksum(located, value("sum").toLowerCase());
  return located;
}

function digits(text: string, most: number): string {
  if (/^(?:0|[1-9][0-9]*)$/.test(text) && text.length <= most) return text;
  throw bad(`${text.slice(0, 40)} is no number`);
}

function assertRequest({ owner, key, amount, reference, expiresAt }: PaymentRequest): void {
  if (owner <= 0n || owner >= 1n << 160n) throw bad("the payee's owner is not an address");
  if (key <= 0n || key >= FIELD_MODULUS || liftX(key) === null) throw bad("the payee's key is not a public key");
  if (amount <= 0n || amount >= 1n << 128n) throw bad("there is nothing to pay");
  if (reference === NO_REFERENCE) throw bad("it has no reference by which the payment could be recognised");
  if (!Number.isSafeInteger(expiresAt) || expiresAt < 0) throw bad("its expiry is no time");
}

function assertChecksum({ request, domain }: LocatedRequest, given: string): void {
  if (given !== checksum(request, domain)) throw bad("it has a wrong checksum: mistyped or altered");
}

function checksum(request: PaymentRequest, domain: Domain): string {
  return toBase32(checksumBytes(request, domain));
}

function checksumBytes(request: PaymentRequest, domain: Domain): Uint8Array {
  return hexToBytes(paymentRequestId(request, domain)).subarray(0, CHECKSUM_BYTES);
}

function bad(message: string, cause?: unknown): CairnError<SdkErrorCode> {
  return sdkError("sdk/bad-payment-request", `no request for a payment: ${message}`, { cause });
}

/** 31 random bytes as a reference that nobody else uses. */
export function randomReference(): bigint {
  return hexToReference(bytesToHex(crypto.getRandomValues(new Uint8Array(31))));
}
