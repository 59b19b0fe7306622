/**
 * Installs Chromium where there is none and this process may: on Debian and the like, as root. Elsewhere it says what to
 * do and goes on; the tests that need a browser then fail.
 */
import { canInstall, installFromDebian } from "./apt.mjs";
import { CHROMIUM_REMEDY, findChromium } from "./chromium.mjs";

const found = findChromium();
if (found !== null) console.log(`${found}: cached`);
else if (process.env.CAIRN_CHROMIUM) {
  console.log(`CAIRN_CHROMIUM is no program: ${process.env.CAIRN_CHROMIUM}`);
} else if (!canInstall()) {
  console.log(`Chromium is missing and cannot be installed from here: ${CHROMIUM_REMEDY}`);
} else {
  installFromDebian("chromium", ["chromium"]);
  console.log(`chromium: ${findChromium() ?? "still missing"}`);
}
