import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHome } from "../test/home.ts";
import { ROLLUP } from "../test/node-double.ts";
import { createNetwork } from "./network.ts";

const OTHER = `0x${"11".repeat(20)}`;
const home = createHome("http://127.0.0.1:8080");
const { env } = home;
/** An L1 of chain 5 on which there is no contract. */
const l1 = createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const { id, method } = JSON.parse(text);
  response.end(JSON.stringify({ jsonrpc: "2.0", id, result: method === "eth_chainId" ? "0x5" : called }));
});
let l1RpcUrl = "";
/** What its contracts answer. */
let called = "0x";

beforeAll(async () => {
  await new Promise<void>((resolve) => l1.listen(0, "127.0.0.1", resolve));
  l1RpcUrl = `http://127.0.0.1:${(l1.address() as AddressInfo).port}`;
});
afterAll(() => {
  home.remove();
  l1.closeAllConnections();
  l1.close();
});

describe("network", () => {
  it("prefers flags to variables to the profile", async () => {
    expect(createNetwork({}, { env }).nodeUrl()).toBe("http://127.0.0.1:8080");
    const fromEnv = { env: { ...env, CAIRN_NODE_URL: "http://env" } };
    expect(createNetwork({}, fromEnv).nodeUrl()).toBe("http://env");
    expect(createNetwork({ nodeUrl: "http://flag" }, fromEnv).nodeUrl()).toBe("http://flag");
    expect(await createNetwork({}, { env }).domain()).toEqual({ chainId: 31337n, rollup: BigInt(ROLLUP) });
  });

  it("uses nothing from a profile of another rollup", () => {
    const network = createNetwork({ rollup: OTHER }, { env });
    expect(network.profile).toBeNull();
    expect(() => network.nodeUrl()).toThrow(expect.objectContaining({ code: "cli/not-configured" }));
    expect(network.hasRollup()).toBe(false);
    expect(createNetwork({ rollup: ROLLUP.toUpperCase().replace("0X", "0x") }, { env }).profile).not.toBeNull();
  });

  it("says what is missing or malformed", () => {
    const empty = { env: { CAIRN_HOME: "/nonexistent" } };
    expect(() => createNetwork({}, empty).l1RpcUrl()).toThrow(/--l1-rpc-url or CAIRN_L1_RPC_URL is required/);
    expect(() => createNetwork({ profile: "/nonexistent" }, empty)).toThrow(/does not exist/);
    expect(() => createNetwork({ nodeUrl: "node:8080" }, empty).nodeUrl()).toThrow(/not an http or https URL/);
    expect(() => createNetwork({ chainId: "x", rollup: OTHER }, empty).hasRollup()).toThrow(/not a whole number/);
  });

  it("reveals neither the password nor the key of a URL that it refuses or cannot reach", async () => {
    const secrets = [
      "ws://user:PaSsWoRd@127.0.0.1:1",
      "user:PaSsWoRd@host",
      "http://user:PaSsWoRd@",
      "ws://h/PaSsWoRd",
      "http://user:PaSsWoRd@host",
      "https://PaSsWoRd@host",
    ];
    for (const nodeUrl of secrets) {
      expect(() => createNetwork({ nodeUrl }, { env }).nodeUrl()).toThrow(/(?:URL|uses): (?!.*PaSsWoRd)/);
    }
    for (const url of ["http://127.0.0.1:1/v2/PaSsWoRd", "http://user:PaSsWoRd@127.0.0.1:1"]) {
      const thrown = await createNetwork({ l1RpcUrl: url }, { env })
        .l1()
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: "cli/l1-unreachable" });
      expect(inspect(thrown, { depth: null, showHidden: true })).not.toContain("PaSsWoRd");
    }
  });

  it("does not continue with a rollup of another version", async () => {
    const rollup = () => createNetwork({ l1RpcUrl, chainId: "5", rollup: OTHER }, { env }).l1();
    try {
      called = `0x${"1".padStart(64, "0")}`;
      await expect(rollup()).rejects.toMatchObject({
        code: "cli/wrong-chain",
        message: expect.stringContaining("is of version 1"),
      });
      called = `0x${"2".padStart(64, "0")}`;
      expect((await rollup()).address).toBe(OTHER);
    } finally {
      called = "0x";
    }
  });

  it("does not continue with another chain, without a contract, or without L1", async () => {
    const wrong = { code: "cli/wrong-chain" };
    await expect(createNetwork({ l1RpcUrl }, { env }).l1()).rejects.toMatchObject({ ...wrong, details: { actual: 5 } });
    await expect(createNetwork({ l1RpcUrl, chainId: "5" }, { env }).l1()).rejects.toMatchObject(wrong);
    await expect(createNetwork({ l1RpcUrl: "http://127.0.0.1:1" }, { env }).l1()).rejects.toMatchObject({
      code: "cli/l1-unreachable",
    });
    expect(await createNetwork({ l1RpcUrl, rollup: OTHER }, { env }).chainId()).toBe(5);
  });
});
