/**
 * Installs Chromium where there is none and this process may: on Debian and the like, as root. Elsewhere it says what to
 * do and goes on; the tests that need a browser then fail.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { CHROMIUM_REMEDY, findChromium } from "./chromium.mjs";

const APT_GET = "/usr/bin/apt-get";

const found = findChromium();
if (found !== null) console.log(`${found}: cached`);
else if (process.env.CAIRN_CHROMIUM) {
  console.log(`CAIRN_CHROMIUM is no program: ${process.env.CAIRN_CHROMIUM}`);
} else if (process.getuid?.() !== 0 || !existsSync(APT_GET)) {
  console.log(`Chromium is missing and cannot be installed from here: ${CHROMIUM_REMEDY}`);
} else {
  console.log("chromium: list of packages");
  apt("update");
  console.log("chromium: packages");
  apt("install", "--yes", "--no-install-recommends", "chromium");
  console.log(`chromium: ${findChromium() ?? "still missing"}`);
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr } = spawnSync(APT_GET, ["--quiet", ...args], { env, encoding: "utf8" });
  if (status === 0) return;
  // The tests that need it say so again, and fail.
  console.log(`apt-get ${args.join(" ")} failed: ${`${stdout}${stderr}`.trim().split("\n").slice(-3).join(" ")}`);
}
