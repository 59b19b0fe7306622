export { devTokenAbi as erc20Abi } from "./generated/dev-token-abi.ts";
export { rollupAbi } from "./generated/rollup-abi.ts";
