import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { startAnvil } from "@cairn/l1/anvil";
import { BROKEN_TOKENS, decimalsAnswer, symbolAnswer, tokenCode } from "@cairn/l1/testing";
import { type Hex, parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandRollup, startCommandRollup } from "../../test/command-rollup.ts";
import { writeProfile } from "../profile.ts";

const RECIPIENT = "0x00000000000000000000000000000000000c0ffe" as const;

describe("cairn restore", () => {
  let chain: CommandRollup;
  const inHome = (name: string) => join(chain.home, name);

  beforeAll(async () => {
    chain = await startCommandRollup();
    await chain.deposit("alice", parseEther("1"));
    await chain.depositTokens("bob", 5_000_000n);
    await chain.publish();
    await chain.publish([{ from: 64, amount: parseEther("0.5"), recipient: RECIPIENT }]);
    await chain.deposit("carol", 1n);
  });
  afterAll(() => chain?.stop());

  it("rebuilds the state from L1, then continues where it was", async () => {
    const first = await chain.cairn("restore", "--write-archive", inHome("batches"), "--check-every-batch");
    expect(first).toMatchObject({
      code: 0,
      data: {
        batch: 2,
        block: 2,
        root: chain.root(),
        accounts: 2,
        queuePosition: 2,
        waitingEntries: 1,
        l1Block: expect.any(Number),
        totals: { batches: 2, transfers: 0, withdrawals: 1, l1Operations: 2 },
      },
    });
    const second = await chain.cairn("restore");
    expect(second).toMatchObject({ code: 0, data: { root: chain.root(), totals: { batches: 0 } } });
    await chain.publish();
    const third = await chain.cairnText("restore");
    expect(third.stdout).toContain(`batch 3, root ${chain.root()}`);
    expect(third.stdout).toContain("with the contract at L1 block");
    expect(third.stdout).toMatch(/this run +1 batches/);
    expect(third.stderr).toContain("restored batch 3 of 3 from L1");
  });

  it("reads archives, alone or before L1", async () => {
    expect(existsSync(inHome("batches"))).toBe(true);
    const alone = await chain.cairn(
      ...["restore", "--offline", "--archive", inHome("batches"), "--state", inHome("offline")],
    );
    expect(alone).toMatchObject({ code: 0, data: { batch: 2, l1Block: null, waitingEntries: null } });
    const text = await chain.cairnText(
      ...["restore", "--offline", "--archive", inHome("batches"), "--state", inHome("offline")],
    );
    expect(text.stdout).toContain("NOT with the contract");
    const both = await chain.cairn("restore", "--archive", inHome("batches"), "--state", inHome("both"));
    expect(both).toMatchObject({ code: 0, data: { batch: 3, root: chain.root(), l1Block: expect.any(Number) } });
  });

  it("reads a folder of archives, as a node writes them", async () => {
    const folder = inHome("folder");
    mkdirSync(folder);
    const restore = (name: string) => chain.cairn("restore", "--archive", folder, "--state", inHome(name));
    expect(await restore("nowhere")).toMatchObject({ code: 2, data: { error: { code: "cli/usage" } } });
    copyFileSync(inHome("batches"), join(folder, "batches-0000000001.cairn"));
    expect(await restore("from-folder")).toMatchObject({ code: 0, data: { batch: 3, root: chain.root() } });
  });

  it("reads blobs from a beacon API, or from archives where none has them any more", async () => {
    await chain.publishInBlob();
    // A development chain answers for itself.
    const near = await chain.cairn("restore", "--state", inHome("near"), "--write-archive", inHome("with-blob"));
    expect(near).toMatchObject({ code: 0, data: { batch: 4, root: chain.root() } });
    const forgetful = ["restore", "--beacon", "http://127.0.0.1:1", "--state"];
    expect(await chain.cairn(...forgetful, inHome("far"))).toMatchObject({
      code: 1,
      data: { error: { code: "l1/blob-unavailable", hint: expect.any(String) } },
    });
    const blobs = ["--blob-archive", inHome("with-blob")];
    expect(await chain.cairn(...forgetful, inHome("far"), ...blobs)).toMatchObject({ code: 0, data: { batch: 4 } });
    expect(await chain.cairn("restore", "--beacon", "ftp://127.0.0.1")).toMatchObject({ code: 2 });
    expect(await chain.cairn("archive", "verify", inHome("with-blob"))).toMatchObject({
      code: 0,
      data: { lastBatch: 4 },
    });
  });

  it("shows balances of a token that reveals nothing, or calls itself ETH", async () => {
    const { token, devnet, client } = chain;
    const profile = inHome("no-tokens.json");
    writeProfile(profile, { version: 1, chainId: 31337, rollup: devnet.rollup.address, l1RpcUrl: devnet.rpcUrl });
    const balance = async () => {
      const args = ["balance", chain.address("bob"), "--restored", "--profile", profile];
      const [text, json] = [await chain.cairnText(...args), await chain.cairn(...args)];
      expect([text.code, json.code]).toEqual([0, 0]);
      expect(json.data).toMatchObject({
        accounts: [{ tokenId: token.id, balance: "5000000" }],
        tokens: [{ id: token.id }],
      });
      return text.stdout;
    };
    expect(await balance()).toContain(`5 USD#${token.id}`);
    const code = await devnet.rollup.reader.getCode({ address: token.address });
    const answers = async (bytecode: Hex) => client.setCode({ address: token.address, bytecode });
    await answers(BROKEN_TOKENS.revert);
    expect(await balance()).toContain(`5000000 units of token ${token.id} (`);
    await answers(tokenCode(symbolAnswer("ETH"), decimalsAnswer(6n)));
    expect(await balance()).toContain(`5 ETH?#${token.id} (`);
    await answers(code ?? "0x");
  });

  it("asks a second L1 node whether it agrees", async () => {
    const agreed = await chain.cairn("restore", "--second-l1", chain.devnet.rpcUrl);
    expect(agreed).toMatchObject({ code: 0, data: { isConfirmed: true } });
    const other = await startAnvil();
    const refused = await chain.cairn("restore", "--second-l1", other.rpcUrl);
    await other.stop();
    expect(refused).toMatchObject({ code: 1, data: { error: { code: "restore/state-mismatch" } } });
  });

  it("says what is wrong, with a hint", async () => {
    expect(await chain.cairn("restore", "--offline")).toMatchObject({
      code: 2,
      data: { error: { code: "cli/usage" } },
    });
    const missing = await chain.cairn("restore", "--archive", inHome("nothing"));
    expect(missing).toMatchObject({ code: 1, data: { error: { code: "restore/io", hint: expect.any(String) } } });
    const noRollup = await chain.cairn("restore", "--rollup", chain.token.address, "--l1", chain.devnet.rpcUrl);
    expect(noRollup).toMatchObject({ code: 1, data: { error: { code: "cli/wrong-chain" } } });
  });
});
