import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's packages with a JDK, for where there is none, and with the libraries of a JAX-RS client. */
export const JDK_PACKAGE = "default-jdk-headless";
export const LIBRARY_PACKAGES = [
  "libgeronimo-annotation-1.3-spec-java",
  "libgeronimo-validation-1.1-spec-java",
  "libjackson2-jaxrs-providers-java",
  "libjaxb-api-java",
  "libjaxrs-api-java",
  "libresteasy3.0-java",
  "libswagger-core-java",
];
const LIBRARIES = [
  "commons-io",
  "commons-logging",
  "geronimo-annotation-1.3-spec",
  "geronimo-validation-1.1-spec",
  "httpclient",
  "httpcore",
  "jackson-annotations",
  "jackson-core",
  "jackson-databind",
  "jackson-jaxrs-base",
  "jackson-jaxrs-json-provider",
  "jackson-module-jaxb-annotations",
  "jaxb-api",
  "jaxrs-api",
  "jboss-logging",
  "resteasy-client",
  "resteasy-jaxrs",
  "swagger-annotations",
];
const FOLDER = "/usr/share/java";

/** What to do where something is missing. */
export const JAVA_REMEDY =
  `install it (on Debian as root: apt-get install ${[JDK_PACKAGE, ...LIBRARY_PACKAGES].join(" ")}), ` +
  "or set CAIRN_JAVA_LIBRARIES to a folder with its jar files";

/**
 * Where programs and libraries for Java are: the class path, and the Debian packages that bring what is missing.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ classPath: string, missing: string[] }}
 */
export function findJava(env = process.env) {
  const folder = env.CAIRN_JAVA_LIBRARIES || FOLDER;
  const jars = LIBRARIES.map((name) => join(folder, `${name}.jar`));
  const hasJdk = (env.PATH ?? "").split(delimiter).some((place) => place !== "" && existsSync(join(place, "javac")));
  const missing = [...(hasJdk ? [] : [JDK_PACKAGE]), ...(jars.every((jar) => existsSync(jar)) ? [] : LIBRARY_PACKAGES)];
  return { classPath: jars.join(delimiter), missing };
}
