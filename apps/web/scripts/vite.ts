import { join } from "node:path";
import tailwind from "@tailwindcss/vite";
import type { InlineConfig, Plugin } from "vite";
import { META_POLICY } from "./csp.ts";

const FOLDER = join(import.meta.dirname, "..");
/** The pages, each with an HTML file of its own. */
const PAGES = ["index", "wallet"];
/** Lets the pages open without a network; browsers look for it beside them, always under the same name. */
const SERVICE_WORKER = "sw";

/** How the pages are built into a folder: with relative addresses, so that it works at any path of any host. */
export function viteConfig(outDir: string): InlineConfig {
  return {
    root: FOLDER,
    configFile: false,
    base: "./",
    logLevel: "warn",
    plugins: [tailwind(), contentSecurityPolicy()],
    worker: { format: "es" },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2022",
      // Browsers that know `light-dark()`.
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      // Inline data would need an exception of the policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: {
          ...Object.fromEntries(PAGES.map((name) => [name, join(FOLDER, `${name}.html`)])),
          [SERVICE_WORKER]: join(FOLDER, `src/${SERVICE_WORKER}.ts`),
        },
        output: {
          entryFileNames: ({ name }) => (name === SERVICE_WORKER ? `${name}.js` : "assets/[name]-[hash].js"),
        },
        onLog: (level, log, report) => {
          // What separates servers from pages ("use client") means nothing in a page.
          if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
        },
      },
    },
  };
}

/** The policy also in the HTML, for hosts that send no header. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: META_POLICY },
        injectTo: "head-prepend",
      },
    ],
  };
}
