/**
 * Writes the Noir and Solidity copies of the protocol constants, the genesis root and the constants of Poseidon2; with
 * `--check` prints how the committed copies differ and exits 1.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  compress,
  EXTERNAL_ROUND_CONSTANTS,
  GENESIS_CHAINS,
  historyOf,
  INTERNAL_DIAGONAL_MINUS_ONE,
  INTERNAL_ROUND_CONSTANTS,
} from "@cairn/crypto";
import * as protocol from "@cairn/protocol";
import { genesisRoot } from "@cairn/state";
import { root } from "./lib/workspace.ts";

const hex = (value: bigint): string => `0x${value.toString(16)}`;
const snake = (name: string): string => name.replace(/[A-Z0-9]+/g, (part) => `_${part}`).toUpperCase();

const SOURCE = "Generated from packages/protocol/src/constants.ts by scripts/generate-constants.ts; do not edit.";

function noirConstants(): string {
  const widths: readonly (readonly [string, number])[] = [
    ["TREE_DEPTH", protocol.TREE_DEPTH],
    ["INDEX_BITS", protocol.INDEX_BITS],
    ["FIRST_ACCOUNT_INDEX_BITS", Math.log2(protocol.FIRST_ACCOUNT_INDEX)],
    ["OWNER_BITS", protocol.OWNER_BITS],
    ["TOKEN_ID_BITS", protocol.TOKEN_ID_BITS],
    ["NONCE_BITS", protocol.NONCE_BITS],
    ["BALANCE_BITS", protocol.BALANCE_BITS],
    ["FLOAT40_MANTISSA_BITS", protocol.FLOAT40_MANTISSA_BITS],
    ["FLOAT16_MANTISSA_BITS", protocol.FLOAT16_MANTISSA_BITS],
  ];
  const values: readonly (readonly [string, bigint | number])[] = [
    ["MAX_ACCOUNTS", protocol.MAX_ACCOUNTS],
    ["TO_L1", protocol.TO_L1],
    ["META_TOKEN_ID", 1n << BigInt(protocol.META_TOKEN_ID_SHIFT)],
    ["META_NONCE", 1n << BigInt(protocol.META_NONCE_SHIFT)],
    ["META_FLAGS", 1n << BigInt(protocol.META_FLAGS_SHIFT)],
    ["AMOUNT_WHOLE_BALANCE", protocol.AMOUNT_WHOLE_BALANCE],
    ["LINK_BIAS", protocol.LINK_BIAS],
    ["TAG_MESSAGE", protocol.TAG_MESSAGE],
    ["TAG_SIGNATURE", protocol.TAG_SIGNATURE],
    ["TAG_LINK", protocol.TAG_LINK],
    ...Object.entries(protocol.SLOT_KIND).map(([name, kind]) => [`KIND_${snake(name)}`, kind] as const),
  ];
  return [
    `// ${SOURCE}`,
    ...widths.map(([name, value]) => `pub global ${name}: u32 = ${value};`),
    "",
    ...values.map(([name, value]) => `pub global ${name}: Field = ${typeof value === "bigint" ? hex(value) : value};`),
    "",
  ].join("\n");
}

function solidityConstants(): string {
  const numbers: readonly (readonly [string, bigint | number])[] = [
    ["FIELD_MODULUS", protocol.FIELD_MODULUS],
    ["TREE_ARITY", protocol.TREE_ARITY],
    ["TREE_DEPTH", protocol.TREE_DEPTH],
    ["MAX_ACCOUNTS", protocol.MAX_ACCOUNTS],
    ["FIRST_ACCOUNT_INDEX", protocol.FIRST_ACCOUNT_INDEX],
    ["QUEUE_RECORD_BYTES", protocol.QUEUE_RECORD_BYTES],
    ["PAYOUT_BYTES", protocol.PAYOUT_BYTES],
    ["BLOB_MODULUS", protocol.BLOB_MODULUS],
    ["WORD_BITS", protocol.WORD_BITS],
    ["CELL_BITS", protocol.CELL_BITS],
    ["CELL_BYTES", protocol.CELL_BYTES],
    ["MAX_BATCH_CELLS", protocol.MAX_BATCH_CELLS],
    ["MAX_BATCH_L1_OPERATIONS", protocol.MAX_BATCH_L1_OPERATIONS],
    ["MAX_BATCH_PAYOUTS", protocol.MAX_BATCH_PAYOUTS],
    ["MAX_BATCH_BLOCKS", protocol.MAX_BATCH_BLOCKS],
    ["META_TOKEN_ID_SHIFT", protocol.META_TOKEN_ID_SHIFT],
    ["META_NONCE_SHIFT", protocol.META_NONCE_SHIFT],
    ["META_FLAGS_SHIFT", protocol.META_FLAGS_SHIFT],
  ];
  const kinds = Object.entries(protocol.SLOT_KIND).map(
    ([name, kind]) => `    uint8 internal constant SLOT_KIND_${snake(name)} = ${kind};`,
  );
  const genesis = protocol.bigintToHex(genesisRoot(compress), 32);
  const history = protocol.bigintToHex(historyOf(GENESIS_CHAINS), 32);
  return [
    "// SPDX-License-Identifier: MIT",
    "pragma solidity 0.8.30;",
    "",
    `/// ${SOURCE}`,
    "library Constants {",
    ...numbers.map(([name, value]) => {
      const line = `    uint256 internal constant ${name} = ${value};`;
      return line.length <= 120 ? line : line.replace(" = ", " =\n        ");
    }),
    ...kinds,
    `    uint32 internal constant ETH_TOKEN_ID = ${protocol.ETH_TOKEN_ID};`,
    `    bytes32 internal constant GENESIS_ROOT = ${genesis};`,
    `    uint32 internal constant GENESIS_NEXT_INDEX = ${protocol.FIRST_ACCOUNT_INDEX};`,
    `    bytes32 internal constant GENESIS_HISTORY = ${history};`,
    `    uint8 internal constant DATA_SOURCE_CALLDATA = ${protocol.DATA_SOURCE.calldata};`,
    `    uint8 internal constant DATA_SOURCE_BLOB = ${protocol.DATA_SOURCE.blob};`,
    "}",
    "",
  ].join("\n");
}

function solidityPoseidon2(): string {
  const half = EXTERNAL_ROUND_CONSTANTS.length / 2;
  const first = EXTERNAL_ROUND_CONSTANTS.slice(0, half).flat();
  const last = EXTERNAL_ROUND_CONSTANTS.slice(half).flat();
  const table = [...first, ...INTERNAL_ROUND_CONSTANTS, ...last];
  const ends: readonly (readonly [name: string, words: number, meaning: string])[] = [
    ["FIRST_EXTERNAL_END", first.length, "End of the constants of the first external rounds, in bytes."],
    ["INTERNAL_END", first.length + INTERNAL_ROUND_CONSTANTS.length, "End of those of the internal rounds."],
    ["TABLE_END", table.length, "End of those of the last external rounds."],
  ];
  const word = (value: bigint): string => value.toString(16).padStart(64, "0");
  return [
    "// SPDX-License-Identifier: MIT",
    "pragma solidity 0.8.30;",
    "",
    "// Generated from packages/crypto/src/poseidon2-constants.ts by scripts/generate-constants.ts; do not edit.",
    "",
    `uint256 constant MODULUS = 0x${word(protocol.FIELD_MODULUS)};`,
    ...ends.flatMap(([name, words, meaning]) => [`// ${meaning}`, `uint256 constant ${name} = ${32 * words};`]),
    "// Diagonal of the internal matrix, less one.",
    ...INTERNAL_DIAGONAL_MINUS_ONE.map((value, row) => `uint256 constant DIAGONAL_${row} = 0x${word(value)};`),
    "// Round constants in the order of their use, 32 bytes each: four for an external round, one for an internal one.",
    "bytes constant ROUND_CONSTANTS =",
    `${table.map((value) => `    hex"${word(value)}"`).join("\n")};`,
    "",
  ].join("\n");
}

const files: readonly (readonly [path: string, text: string])[] = [
  ["packages/circuits/noir/rollup/src/constants.nr", noirConstants()],
  ["packages/contracts/src/generated/Constants.sol", solidityConstants()],
  ["packages/contracts/src/generated/Poseidon2Constants.sol", solidityPoseidon2()],
];

for (const [path, text] of files) {
  const target = join(root, path);
  const current = existsSync(target) ? readFileSync(target, "utf8") : "";
  if (current === text) {
    console.log(`${path}: up to date`);
  } else if (process.argv.includes("--check")) {
    console.log(`${path} differs:`);
    const before = current.split("\n");
    const after = text.split("\n");
    for (const line of before) if (!after.includes(line)) console.log(`- ${line}`);
    for (const line of after) if (!before.includes(line)) console.log(`+ ${line}`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    console.log(`${path}: written`);
  }
}
