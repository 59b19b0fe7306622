/**
 * Errors thrown by this package. A retry never helps: the input itself is wrong.
 *
 * - `protocol/out-of-range`: a number does not fit its field width or its set of values.
 * - `protocol/bad-length`: bytes are longer or shorter than the layout says.
 * - `protocol/bad-hex`: a hex string is not 0x-prefixed hex of the expected length.
 * - `protocol/bad-address`: an address is malformed, or its mixed-case letters do not match the EIP-55 checksum.
 * - `protocol/bad-reference`: a text that is not to be had as a payment reference of 31 bytes.
 * - `protocol/not-encodable`: an amount or fee has no exact floating-point encoding.
 * - `protocol/amount-overflow`: an encoded amount exceeds 2^128 − 1.
 * - `protocol/malformed-data`: published data breaks a rule of spec 3.2 to 3.4.
 * - `protocol/malformed-record`: an L1-queue or payout record breaks its layout.
 * - `protocol/unknown-circuit`: a circuit type that this version does not know.
 * - `protocol/too-many`: a list is longer than the capacity of a block or batch.
 * - `protocol/not-consecutive`: claims that are to be joined do not continue each other.
 */
export type ProtocolErrorCode =
  | "protocol/out-of-range"
  | "protocol/bad-length"
  | "protocol/bad-hex"
  | "protocol/bad-address"
  | "protocol/bad-reference"
  | "protocol/not-encodable"
  | "protocol/amount-overflow"
  | "protocol/malformed-data"
  | "protocol/malformed-record"
  | "protocol/unknown-circuit"
  | "protocol/too-many"
  | "protocol/not-consecutive";
