import { addDemoCommand } from "../demo/command.ts";
import type { Host } from "../host.ts";
import { addCompletionCommand } from "./completion.ts";
import { addDevnetCommand } from "./devnet.ts";
import { addKeysCommand } from "./keys.ts";

/** Every command, in the order of the help. */
const COMMANDS: readonly ((host: Host) => void)[] = [
  addDevnetCommand,
  addKeysCommand,
  addCompletionCommand,
  addDemoCommand,
];

/** Adds every command to the host. */
export function addCommands(host: Host): void {
  for (const add of COMMANDS) add(host);
}
