/** Gas that a transaction costs before anything runs. */
export const BASE_GAS = 21_000;
const ZERO_BYTE_GAS = 4;
const OTHER_BYTE_GAS = 16;
/** EIP-7623: a transaction pays at least this per token; a zero byte is one token, any other four. */
const FLOOR_TOKEN_GAS = 10;
const OTHER_BYTE_TOKENS = 4;

/** Gas of the bytes as calldata: 4 per zero byte, 16 per other. */
export function calldataGas(bytes: Uint8Array): number {
  const zeros = countZeros(bytes);
  return zeros * ZERO_BYTE_GAS + (bytes.length - zeros) * OTHER_BYTE_GAS;
}

/** Least gas of a transaction with this calldata, whatever it executes (EIP-7623). */
export function floorGas(bytes: Uint8Array): number {
  const zeros = countZeros(bytes);
  return BASE_GAS + FLOOR_TOKEN_GAS * (zeros + (bytes.length - zeros) * OTHER_BYTE_TOKENS);
}

/** What calldata would cost more if none of the bytes were zero. */
export function zeroByteDiscount(bytes: Uint8Array): number {
  return countZeros(bytes) * (OTHER_BYTE_GAS - ZERO_BYTE_GAS);
}

function countZeros(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
}
