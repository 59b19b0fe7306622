import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE, createHome } from "../../test/home.ts";
import { type Ran, runInTest } from "../../test/run.ts";

const SECRET = `0x0123${"4".repeat(60)}`;
const OWNER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

describe("cairn keys", () => {
  let home: ReturnType<typeof createHome>;
  beforeEach(() => {
    home = createHome("http://127.0.0.1:1");
  });
  afterEach(() => home.remove());

  const keys = (...args: string[]): Promise<Ran> =>
    runInTest(["keys", ...args], { ...home.env, CAIRN_PASSPHRASE: "correct horse" });
  const json = async (...args: string[]) => {
    const { code, stdout } = await keys(...args, "--json");
    return { code, value: JSON.parse(stdout) };
  };

  it("creates keys and shows their secrets only on request", async () => {
    const { value } = await json("new", "zoe");
    expect(value).toMatchObject({ name: "zoe", hasL1Key: true, publicKey: expect.stringMatching(/^0x[0-9a-f]{64}$/) });
    const secrets = (await json("show", "zoe", "--secret")).value.secrets as { l1Key: string; l2Key: string };
    const silent = [await keys("show", "zoe"), await keys("list"), await keys("show", "zoe", "--json")];
    for (const { stdout, stderr } of silent) {
      expect(stdout + stderr).not.toContain(secrets.l1Key.slice(2));
      expect(stdout + stderr).not.toContain(secrets.l2Key.slice(2));
    }
    expect((await json("show", "zoe")).value.paymentCode).toMatch(/^cairn1[a-z2-7]{90}$/);
  });

  it("imports an L2 key for an owner whose L1 key is elsewhere", async () => {
    const file = join(home.dir, "secret");
    writeFileSync(file, `${SECRET}\n`);
    expect(await json("import", "shop", "--owner", OWNER, "--secret-file", file)).toMatchObject({
      code: 0,
      value: { owner: OWNER, hasL1Key: false },
    });
    expect((await json("show", "shop", "--secret")).value.secrets).toEqual({ l1Key: null, l2Key: SECRET });
    writeFileSync(file, "0x1234");
    expect(await json("import", "other", "--owner", OWNER, "--secret-file", file)).toMatchObject({ code: 2 });
    const noOwner = await json("import", "other", "--owner", OWNER.toLowerCase().replace("0x7", "0x"));
    expect(noOwner).toMatchObject({ code: 2, value: { error: { code: "cli/bad-address" } } });
  });

  it("derives the L2 key of a rollup from an L1 key, and can keep only that", async () => {
    await json("derive", "full", "--from", "alice");
    await json("derive", "phone", "--from", "full", "--l2-only");
    const [full, phone, alice] = await Promise.all(
      ["full", "phone", "alice"].map((name) => json("show", name, "--secret")),
    );
    expect(new Set([full, phone, alice].map((one) => one?.value.paymentCode)).size).toBe(1);
    expect(full?.value.secrets).toEqual({ l1Key: ALICE.privateKey, l2Key: null });
    expect(phone?.value.secrets).toMatchObject({ l1Key: null, l2Key: expect.stringMatching(/^0x/) });
    expect(await json("derive", "again", "--from", "phone")).toMatchObject({
      code: 2,
      value: { error: { code: "cli/key-incomplete" } },
    });
  });

  it("does not show one rollup's key as another's", async () => {
    await json("derive", "phone", "--from", "alice", "--l2-only");
    const other = ["--rollup", `0x${"22".repeat(20)}`, "--chain-id", "31337"];
    expect(await json("show", "phone", ...other)).toMatchObject({
      code: 1,
      value: { error: { code: "cli/wrong-chain" } },
    });
  });

  it("asks for a new passphrase twice and for others once", async () => {
    const answers =
      (...given: string[]) =>
      async () =>
        given.shift() ?? "";
    const ask = (args: string[], ...given: string[]) => runInTest(["keys", ...args], home.env, answers(...given));
    expect((await ask(["new", "zoe"], "correct horse", "correct house")).stderr).toMatch(/passphrases differ/);
    expect((await ask(["new", "zoe"], "short", "short")).stderr).toMatch(/at least 8/);
    expect((await ask(["new", "zoe"], "correct horse", "correct horse")).code).toBe(0);
    expect((await ask(["show", "zoe", "--secret"], "correct horse")).code).toBe(0);
    expect((await runInTest(["keys", "new", "yan"], home.env)).stderr).toMatch(/cli\/no-passphrase/);
  });

  it("reads the passphrase from a file", async () => {
    const file = join(home.dir, "passphrase");
    writeFileSync(file, "from a file\n");
    const options = ["--passphrase-file", file, "--json"];
    expect((await runInTest(["keys", "new", "zoe", ...options], home.env)).code).toBe(0);
    expect((await runInTest(["keys", "show", "zoe", "--secret", ...options], home.env)).code).toBe(0);
    expect((await json("show", "zoe", "--secret")).value).toMatchObject({ error: { code: "cli/bad-passphrase" } });
  });

  it("lists the keys when none is chosen", async () => {
    expect((await json("list")).value.keys).toMatchObject([{ name: "alice", source: "profile" }, { name: "bob" }]);
    expect(await json("show", "nobody")).toMatchObject({ code: 2, value: { error: { code: "cli/unknown-key" } } });
    expect((await json("show")).value.name).toBe("alice");
    const { code, stderr } = await runInTest(["keys", "show"], { CAIRN_HOME: "/nonexistent" });
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no key yet") });
  });
});
