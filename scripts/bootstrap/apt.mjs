import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const APT_GET = "/usr/bin/apt-get";

/** Whether this process may install packages: on Debian and the like, as root. */
export const canInstall = () => process.getuid?.() === 0 && existsSync(APT_GET);

/**
 * Installs packages, with one line of progress for each part. A failure is told and survived: the tests that need the
 * packages say so again, and fail.
 * @param {string} part
 * @param {readonly string[]} packages
 */
export function installFromDebian(part, packages) {
  console.log(`${part}: list of packages`);
  apt("update");
  console.log(`${part}: packages`);
  apt("install", "--yes", "--no-install-recommends", ...packages);
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr } = spawnSync(APT_GET, ["--quiet", ...args], { env, encoding: "utf8" });
  if (status === 0) return;
  console.log(`apt-get ${args.join(" ")} failed: ${`${stdout}${stderr}`.trim().split("\n").slice(-3).join(" ")}`);
}
