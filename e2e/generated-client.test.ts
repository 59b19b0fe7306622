import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeFloat16, float16 } from "@cairn/protocol";
import { createNodeClient } from "@cairn/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Holder, openScene, type Scene } from "./support/index.ts";
import { compileJava, type JavaProgram, runInFolder } from "./support/java.ts";

const ETHER = 10n ** 18n;
const FEE_OWNER = 4;
const SOURCES = join(import.meta.dirname, "java-client");
const GENERATOR = join(import.meta.dirname, "../node_modules/openapi-generator-plus/bin/ogplus.js");

/** As the guide describes it: docs/guides/api.md. */
describe("a Java client, generated from the document of a node", () => {
  let scene: Scene;
  let client: JavaProgram;
  let sender: Holder;
  let receiver: Holder;

  beforeAll(async () => {
    scene = await openScene({ proofs: "stand-in", env: { CAIRN_FEE_OPERATOR_PERCENT: "10" } });
    const { holders, l1, dir } = scene;
    await holders.deposit(FEE_OWNER, ETHER);
    await holders.deposit(1, ETHER);
    await holders.deposit(2, ETHER);
    await scene.start({ CAIRN_FEE_OWNER: l1.wallet(FEE_OWNER).account.address });
    const java = join(dir, "java");
    cpSync(SOURCES, java, { recursive: true });
    const document = await (await fetch(`${scene.api()}/openapi.json`)).text();
    writeFileSync(join(java, "openapi.json"), document);
    const files = ["-o", join(java, "generated"), join(java, "openapi.json")];
    await runInFolder(SOURCES, process.execPath, [GENERATOR, "-c", "generator.json", ...files]);
    client = await compileJava(java, ["generated", "standins", "src"], "classes");
    sender = await holders.find(scene.api, 1);
    receiver = await holders.find(scene.api, 2);
  });
  afterAll(async () => {
    await scene?.stop();
  });

  it("is the one that the guide shows", () => {
    const guide = readFileSync(join(import.meta.dirname, "../docs/guides/api.md"), "utf8");
    const [, shown = ""] = /^```java\n([^`]+)^```/m.exec(guide) ?? [];
    const source = readFileSync(join(SOURCES, "src/cairn/example/Pay.java"), "utf8");
    const lines = source.split("\n").map((line) => line.trim());
    for (const line of shown.trim().split("\n")) expect(lines).toContain(line.trim());
    expect(shown.split("\n").length).toBeGreaterThan(10);
    const { generator } = JSON.parse(readFileSync(join(SOURCES, "generator.json"), "utf8")) as { generator: string };
    expect(guide).toContain(generator);
  });

  it("reads the rollup, signs after the specification, pays once, and learns why it is refused", async () => {
    const node = createNodeClient({ url: scene.api() });
    const amount = ETHER / 4n;
    const secret = `0x${sender.person.secretKey.toString(16)}`;
    const args = [scene.api(), secret, String(sender.index), String(receiver.index), String(amount)];
    const printed = await client.run("cairn.example.Pay", args);
    const told = Object.fromEntries(printed.split("\n").map((line) => line.split(/ (.*)/, 2)));
    const fee = BigInt(told.fee ?? "");
    expect(fee).toBeGreaterThan(0n);
    expect(["confirmed", "proven", "final"]).toContain(told.status);
    expect(told).toMatchObject({
      sender: String(ETHER - amount - fee),
      receiver: String(ETHER + amount),
      refusal: "rejected",
      rule: "nonceTooLow",
      help: '</docs/errors/rejected/nonceTooLow.md>; rel="help"',
    });
    const { transaction, amount: paid } = await node.transaction({ id: told.id ?? "" });
    expect({ paid, fee: decodeFloat16(float16(transaction.fee)) }).toEqual({ paid: String(amount), fee });
    expect(transaction).toMatchObject({ type: "transfer", from: sender.index, to: receiver.index, link: null });
    const { nonce, balance } = await node.account({ index: sender.index });
    expect({ nonce, balance }).toEqual({ nonce: 1, balance: told.sender });
  });
});
