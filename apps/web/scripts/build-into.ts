/** Builds the pages into the folder that it is given, see `build-pages.ts`. */
import { build } from "vite";
import { writeFileList } from "./file-list.ts";
import { viteConfig } from "./vite.ts";

const [folder = ""] = process.argv.slice(2);
await build(viteConfig(folder));
writeFileList(folder);
