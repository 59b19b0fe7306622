import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bigintToHex, type Hex } from "@cairn/protocol";

/** A value of a vector file. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Flat record of a vector file; Solidity decodes it by alphabetical order of the keys. */
export type Vector = Readonly<Record<string, Json>>;

/** Path of a vector file by name. */
export function vectorPath(name: string): string {
  return fileURLToPath(new URL(`${name}.json`, import.meta.url));
}

/** Text of a vector file as committed. */
export function readVectorText(name: string): string {
  return readFileSync(vectorPath(name), "utf8");
}

/** Text of a vector file: keys in alphabetical order, as Solidity's decoder wants them. */
export function vectorText(value: Json): string {
  return `${JSON.stringify(sortKeys(value), null, 1)}\n`;
}

/** 32 bytes in hex. */
export function word(value: bigint): Hex {
  return bigintToHex(value, 32);
}

/** 20 bytes in hex. */
export function address(value: bigint): Hex {
  return bigintToHex(value, 20);
}

function sortKeys(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(sortKeys);
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key] ?? null)]),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
