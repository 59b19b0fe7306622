export { lyingRollup } from "./lying-rollup.ts";
