import { runChild } from "./child.mjs";
import { BootstrapFailure } from "./failure.mjs";
import { assertPinnedNodeRuns, install, isInstalled } from "./install.mjs";
import { commandEnv, pinnedNode, root } from "./paths.mjs";
import { say, showStep } from "./progress.mjs";

/**
 * @typedef {"circuits" | "contracts" | "browser" | "java"} BuildStep
 * @typedef {{ step: BuildStep, circuits: string[] }} Preparation
 */

/**
 * What can be prepared, and by which script. Each script prints `part: message` lines (ending in `cached` when there
 * was nothing to do) and keeps its own cache by content hash.
 * @type {Record<BuildStep, { title: string, script: string, takesCircuits: boolean }>}
 */
const BUILD_STEPS = {
  circuits: {
    title: "SRS, keys, verifiers",
    script: "packages/circuits/scripts/build.ts",
    takesCircuits: true,
  },
  contracts: { title: "contracts", script: "packages/contracts/scripts/build.ts", takesCircuits: false },
  browser: { title: "Chromium", script: "scripts/bootstrap/install-chromium.mjs", takesCircuits: false },
  java: { title: "Java", script: "scripts/bootstrap/install-java.mjs", takesCircuits: false },
};

/**
 * Installs the locked packages unless they are installed, with one progress line before those of `preparations`.
 * @param {Preparation[]} preparations
 */
export async function installPackages(preparations) {
  const total = preparations.length + 1;
  const label = `[1/${total}] packages (npm ci)`;
  if (!isInstalled()) await showStep(label, install);
  else if (total > 1) say(`${label} … cached`);
  assertPinnedNodeRuns();
}

/**
 * Runs the builds in order, one progress line each.
 * @param {Preparation[]} preparations
 */
export async function prepare(preparations) {
  const total = preparations.length + 1;
  for (const [index, { step, circuits }] of preparations.entries()) {
    const { title, script, takesCircuits } = BUILD_STEPS[step];
    const label = `[${index + 2}/${total}] ${title}${takesCircuits ? ` of ${circuits.join(", ")}` : ""}`;
    const args = takesCircuits ? [script, "--circuits", circuits.join(",")] : [script];
    await showStep(label, async (onLine) => {
      const code = await runChild(pinnedNode, args, { cwd: root, env: commandEnv(), onLine });
      if (code !== 0) throw new BootstrapFailure(`${script} failed with exit code ${code}`, code);
    });
  }
}
