/**
 * Installs a JDK and the libraries of a generated client where they are missing and this process may: on Debian and the
 * like, as root. Elsewhere it says what to do and goes on; the test that needs them then fails.
 */

import { findJava, JAVA_REMEDY } from "../../e2e/java-client/java.mjs";
import { canInstall, installFromDebian } from "./apt.mjs";

const { missing } = findJava();
if (missing.length === 0) console.log("java: cached");
else if (!canInstall())
  console.log(`java: ${missing.join(", ")} missing and cannot be installed from here: ${JAVA_REMEDY}`);
else {
  installFromDebian("java", missing);
  console.log(`java: ${findJava().missing.join(", ") || "installed"}`);
}
