export { lyingRollup } from "./lying-rollup.ts";
export { BROKEN_TOKENS, decimalsAnswer, oldSymbolAnswer, symbolAnswer, tokenCode } from "./odd-tokens.ts";
