export { devTokenAbi as erc20Abi } from "./generated/dev-token-abi.ts";
export { fixedOperatorAbi } from "./generated/fixed-operator-abi.ts";
export { receiptsAbi } from "./generated/receipts-abi.ts";
export { rollupAbi } from "./generated/rollup-abi.ts";
