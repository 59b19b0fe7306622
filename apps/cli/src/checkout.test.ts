import { join } from "node:path";
import { expect, it } from "vitest";
import { cacheDirOf, REPOSITORY } from "./checkout.ts";

it("keeps builds in the repository unless the environment names a folder", () => {
  for (const env of [{}, { CAIRN_CACHE_DIR: "" }, { CAIRN_CACHE_DIR: undefined }]) {
    expect(cacheDirOf({ env })).toBe(join(REPOSITORY, ".cache"));
  }
  expect(cacheDirOf({ env: { CAIRN_CACHE_DIR: "/builds" } })).toBe("/builds");
});
