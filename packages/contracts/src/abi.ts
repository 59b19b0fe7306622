export { devTokenAbi as erc20Abi } from "./generated/dev-token-abi.ts";
export { fixedOperatorAbi } from "./generated/fixed-operator-abi.ts";
export { receiptsAbi } from "./generated/receipts-abi.ts";
export { rollup2Abi } from "./generated/rollup-abi.ts";
