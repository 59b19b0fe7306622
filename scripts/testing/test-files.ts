import { trackedFiles } from "../lib/workspace.ts";

const TEST_FILE = /\.(?:test\.ts|t\.sol)$/;

/** Repository-relative paths of every TypeScript and Solidity test file that git knows or would add. */
export function listTestFiles(): string[] {
  return trackedFiles().filter((path) => TEST_FILE.test(path));
}
