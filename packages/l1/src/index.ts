export { type AnvilNode, type AnvilOptions, startAnvil } from "./anvil.ts";
export type { L1ErrorCode } from "./errors.ts";
