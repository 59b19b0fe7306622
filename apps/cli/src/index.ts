export type { CommandDeps } from "./commands/index.ts";
export type { DevnetDeps } from "./devnet/deps.ts";
export { runProcess } from "./process.ts";
