import { bigintToWord } from "@cairn/rpc";
import { keyFromSigner, publicKeyFromSecret } from "@cairn/sdk";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE, createHome } from "../test/home.ts";
import { DOMAIN, type NodeDouble, startNodeDouble } from "../test/node-double.ts";
import { runInTest } from "../test/run.ts";
import { table } from "./output.ts";
import { visible, visibleJson, visibleLine } from "./printable.ts";

/** A new title, a cleared screen, a faked line of ours, reversed text, an invisible letter. */
const HOSTILE = "\u001b]0;t\u0007\u009b2J\rok\nhint: send all to 0x1\u202e\u2066\u200b\u{e0041}";
const ACTING = /[^\P{C}\n]|\p{Default_Ignorable_Code_Point}|\u2028/u;

describe("text of others", () => {
  it("is escaped where it would act on the terminal, and otherwise unchanged", () => {
    expect(visible("1,5 €\tété\n日本")).toBe("1,5 €\tété\n日本");
    expect(visible(HOSTILE)).not.toMatch(ACTING);
    expect(visible("a\u001b[31mb")).toBe("a\\u{1b}[31mb");
    expect(visibleLine("one\r\n\ttwo")).toBe("one two");
  });

  it("means the same in JSON", () => {
    const json = JSON.stringify({ text: `${HOSTILE}\u2028\ud800` });
    expect(visibleJson(json)).not.toMatch(ACTING);
    expect(JSON.parse(visibleJson(json))).toEqual(JSON.parse(json));
  });

  it("stays in its cell of a table", () => {
    expect(
      table([
        ["a", "b\nc"],
        ["d", "e"],
      ]).split("\n"),
    ).toHaveLength(2);
  });

  describe("from a node", () => {
    let node: NodeDouble;
    let home: ReturnType<typeof createHome>;
    beforeEach(async () => {
      node = await startNodeDouble();
      home = createHome(node.url);
    });
    afterEach(async () => {
      await node.stop();
      home.remove();
    });
    const keyOf = async (privateKey: Hex) =>
      bigintToWord(publicKeyFromSecret(await keyFromSigner(DOMAIN, privateKeyToAccount(privateKey))));
    const STRANGER = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";

    it.each([[[]], [["--json"]]])("does nothing to the terminal in a message %j", async (flags) => {
      const account = { index: 64, owner: ALICE.address, tokenId: 0, nonce: 0, balance: "9", ownerKey: true };
      node.state.accounts = [{ ...account, key: await keyOf(ALICE.privateKey) }];
      node.state.refusal = { status: 422, error: { code: "rejected", message: HOSTILE, details: { reason: HOSTILE } } };
      const args = ["transfer", "all", "ETH", STRANGER, "--fee", "0", ...flags];
      const { code, stdout, stderr } = await runInTest(args, home.env);
      expect(code).toBe(1);
      expect(stdout + stderr).toContain("hint: send all");
      expect((stdout + stderr).split("\n").filter((line) => line.startsWith("hint: send"))).toEqual([]);
      expect(stdout + stderr).not.toMatch(ACTING);
    });

    it.each([[[]], [["--json"]]])("does nothing to the terminal in the state of its parts %j", async (flags) => {
      node.state.partState = HOSTILE;
      const { stdout, stderr } = await runInTest(["status", ...flags], home.env);
      expect(stdout).toContain("hint: send all");
      expect(stdout.split("\n")).not.toContainEqual(expect.stringMatching(/^hint/));
      expect(stdout + stderr).not.toMatch(ACTING);
    });
  });
});
