import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Names of the program, of Chromium first. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FOLDERS = ["/usr/bin", "/snap/bin", "/Applications/Chromium.app/Contents/MacOS"];
const OTHERS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** What to do where there is none. */
export const CHROMIUM_REMEDY =
  "install it (on Debian as root: apt-get install chromium), or set CAIRN_CHROMIUM to the program of a Chromium or Chrome";

/**
 * The Chromium or Chrome that tests use: `CAIRN_CHROMIUM`, or the first one in PATH or the usual places; null without one.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null}
 */
export function findChromium(env = process.env) {
  if (env.CAIRN_CHROMIUM) return isProgram(env.CAIRN_CHROMIUM) ? env.CAIRN_CHROMIUM : null;
  const folders = [...(env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""), ...FOLDERS];
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...OTHERS];
  return candidates.find(isProgram) ?? null;
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
