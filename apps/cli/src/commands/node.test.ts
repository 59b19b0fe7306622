import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bindChain, openDatabase } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { listSettings } from "@cairn/node/config";
import { describe, expect, it, vi } from "vitest";
import { runInTest } from "../../test/run.ts";
import { runCli } from "../cli.ts";

describe("cairn node", () => {
  it("offers every node setting as a flag, except secrets", async () => {
    const { code, stdout } = await runInTest(["node", "--help"]);
    expect(code).toBe(0);
    for (const { flag, env, isSwitch, isSecret } of listSettings()) {
      if (isSecret) {
        expect(stdout).not.toContain(flag);
        continue;
      }
      expect(stdout).toContain(isSwitch ? `  ${flag} ` : `  ${flag} <`);
      expect(stdout).toContain(env);
    }
  });

  it("reports every wrong setting, wherever it was given", async () => {
    const { code, stdout } = await runInTest(["node", "--json", "--slots", "17", "--fee-operator-percent", "-101"], {
      CAIRN_API_PORT: "x",
    });
    expect(code).toBe(2);
    const problems = ["CAIRN_SLOTS", "CAIRN_API_PORT", "CAIRN_FEE_OPERATOR_PERCENT"].map((name) =>
      expect.stringContaining(name),
    );
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "cli/usage", details: { problems: expect.arrayContaining(problems) } },
    });
  });
});

describe("cairn prover", () => {
  it("needs a database, and nothing else", async () => {
    const { code, stderr } = await runInTest(["prover"]);
    expect(code).toBe(2);
    expect(stderr).toContain("DATABASE_URL");
  });

  it("runs until stopped", async () => {
    const databases = createTestDatabases().server;
    await databases.start();
    const data = mkdtempSync(join(tmpdir(), "cairn-prover-"));
    try {
      const { location } = await databases.create();
      const url = location.type === "server" ? location.url : "";
      const database = await openDatabase(location);
      await bindChain(database.db, { chainId: 31337n, rollup: 1n }, 16);
      await database.close();
      const stop = new AbortController();
      let stdout = "";
      const ended = runCli(["prover", "--json", "--metrics-port", "0", "--log-level", "silent"], {
        stdout: (text) => {
          stdout += text;
        },
        stderr: () => undefined,
        env: { DATABASE_URL: url, CAIRN_HOME: data },
        signal: stop.signal,
        askSecret: null,
      });
      await vi.waitFor(() => expect(stdout).not.toBe(""), { timeout: 30_000 });
      const { roles, urls } = JSON.parse(stdout);
      expect({ roles, api: urls.api }).toEqual({ roles: ["prover"], api: null });
      expect(await (await fetch(`${urls.metrics}/metrics`)).text()).toContain("cairn_proof_jobs_total");
      stop.abort();
      expect(await ended).toBe(0);
    } finally {
      await databases.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });
});
