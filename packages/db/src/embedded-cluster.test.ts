import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureCluster } from "./embedded-cluster.ts";

describe("the files of a fresh embedded database", () => {
  let home: string;
  let made: number;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "cairn-cluster-"));
    made = 0;
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const write = (directory: string, name: string): void => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, name), "18\n");
  };
  /** Writes like initdb: the file that makes it look like a database comes first. */
  const initialise = async (directory: string): Promise<void> => {
    write(directory, "PG_VERSION");
    await delay(1);
    write(join(directory, "global"), "pg_control");
    made++;
  };
  const options = (name: string) => ({
    directory: join(home, name),
    preparedDir: join(home, "prepared"),
    initialise,
  });
  const isWhole = (name: string) => existsSync(join(home, name, "global/pg_control"));

  it("are copied from a prepared set", async () => {
    for (const name of ["a", "b", "c"]) await ensureCluster(options(name));
    expect([made, isWhole("a"), isWhole("b"), isWhole("c")]).toEqual([1, true, true, true]);
  });

  it("are made in place where none are kept", async () => {
    await ensureCluster({ ...options("a"), preparedDir: null });
    expect([made, isWhole("a"), readdirSync(home)]).toEqual([1, true, ["a"]]);
  });

  it("are left alone once they exist", async () => {
    write(join(home, "a"), "PG_VERSION");
    write(join(home, "a"), "mine");
    await ensureCluster(options("a"));
    expect([made, readdirSync(join(home, "a"))]).toEqual([0, ["PG_VERSION", "mine"]]);
  });

  it("may replace an empty directory, but nothing else", async () => {
    mkdirSync(join(home, "empty"));
    await ensureCluster(options("empty"));
    expect(isWhole("empty")).toBe(true);
    write(join(home, "other"), "letter");
    await expect(ensureCluster(options("other"))).rejects.toMatchObject({ code: "db/unavailable" });
    expect(readFileSync(join(home, "other/letter"), "utf8")).toBe("18\n");
  });

  it.each([[null], ["prepared"]])("appear whole or not at all (kept: %s)", async (kept) => {
    const preparedDir = kept === null ? null : join(home, kept);
    const dies = async (directory: string): Promise<void> => {
      write(directory, "PG_VERSION");
      throw new RangeError("killed");
    };
    await expect(ensureCluster({ ...options("a"), preparedDir, initialise: dies })).rejects.toThrow("killed");
    expect(existsSync(join(home, "a"))).toBe(false);
    await ensureCluster({ ...options("a"), preparedDir });
    expect(isWhole("a")).toBe(true);
  });

  it("are made by several processes at once without harm", async () => {
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => ensureCluster(options(name))));
    expect(names.map(isWhole)).toEqual(names.map(() => true));
    expect(readdirSync(join(home, "prepared"))).toHaveLength(1);
  });
});
