import type { InputMap } from "@noir-lang/noir_js";

/** Any part of a witness. */
type WitnessValue = bigint | number | boolean | readonly WitnessValue[] | { readonly [name: string]: WitnessValue };
type InputValue = InputMap[string];

/** A witness value as the ABI encoder expects it: field elements as hex, camelCase names as snake_case. */
export function inputValue(value: WitnessValue): InputValue {
  if (typeof value === "bigint") return `0x${value.toString(16)}`;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (isList(value)) return value.map(inputValue);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [snakeCase(name), inputValue(field)]));
}

function isList(
  value: readonly WitnessValue[] | { readonly [name: string]: WitnessValue },
): value is readonly WitnessValue[] {
  return Array.isArray(value);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
