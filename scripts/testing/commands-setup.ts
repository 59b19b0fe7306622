import type { TestProject } from "vitest/node";
import { bundleCommands } from "./commands.ts";

/** Tells tests where the bundles are: `e2e/support/commands.ts` reads it. */
const VARIABLE = "CAIRN_TEST_COMMANDS";

/** Bundles the commands that end-to-end tests start; again before every run of `vitest --watch`. */
export async function setup(project: TestProject): Promise<void> {
  const bundle = async (): Promise<void> => {
    process.env[VARIABLE] = await bundleCommands();
  };
  project.onTestsRerun(bundle);
  await bundle();
}

/** Forgets them. */
export function teardown(): void {
  delete process.env[VARIABLE];
}
