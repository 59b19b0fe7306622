import { bigintToHex, bytesToHex, hexToBytes } from "@cairn/protocol";

const BIGINT_MARK = "#";
const BYTES_MARK = "$";

/**
 * JSON bytes of plain data with non-negative bigints and byte strings: these become strings marked `#` and `$`, so
 * plain strings must not begin with these. Inverse: {@link decodeJson}.
 */
export function encodeJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return BIGINT_MARK + part.toString(16);
    return part instanceof Uint8Array ? BYTES_MARK + Buffer.from(part).toString("hex") : part;
  });
  return new TextEncoder().encode(text);
}

/** The value that was encoded. Throws SyntaxError for what is not JSON. */
export function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes), (_key, part: unknown) => {
    if (typeof part !== "string") return part;
    if (part.startsWith(BIGINT_MARK)) return BigInt(`0x${part.slice(1)}`);
    return part.startsWith(BYTES_MARK) ? hexToBytes(`0x${part.slice(1)}`) : part;
  });
}

/** JSON value for evidence and logs: bigints as decimal strings, bytes as hex. */
export function toPlain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, part: unknown) => {
      if (typeof part === "bigint") return part.toString();
      return part instanceof Uint8Array ? bytesToHex(part) : part;
    }) ?? "null",
  );
}

/** 32-byte hex of a field element or hash. */
export function wordHex(value: bigint): `0x${string}` {
  return bigintToHex(value, 32);
}
