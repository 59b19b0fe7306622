/** Runs the guides on payments as they are written: their `sh` blocks in order, on a devnet with stand-in proofs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { receiveWebhook } from "@cairn/webhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningDevnet, startDevnet } from "./support/cairn-command.ts";
import { commandFile } from "./support/commands.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const COMMAND = `${process.execPath} ${commandFile("cairn", "real")}`;

describe("the guides on payments", () => {
  const home = mkdtempSync(join(tmpdir(), "cairn-guides-"));
  const env = { CAIRN_HOME: join(home, "cairn") };
  let devnet: RunningDevnet;

  /** Runs the blocks of a guide in a folder of their own, with other addresses in them; returns what they print. */
  const follow = async (
    guide: string,
    folder = mkdtempSync(join(home, "run-")),
    adapt: (text: string) => string = (text) => text,
  ): Promise<string[]> => {
    const text = adapt(readFileSync(join(REPOSITORY, "docs/guides", guide), "utf8"));
    const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    // What one block assigns, later ones use.
    const script = blocks.map((block) => `${block.replaceAll("npx cairn", COMMAND)}\necho "--- end"\n`).join("");
    const child = spawn("sh", ["-e", "-c", script], {
      cwd: folder,
      env: { ...process.env, ...env, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let problems = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      problems += chunk.toString();
    });
    const [code] = await once(child, "close");
    expect(code, `${output}\n${problems}`).toBe(0);
    return output.split("--- end\n");
  };

  beforeAll(async () => {
    devnet = await startDevnet(env);
  });
  afterAll(async () => {
    await devnet?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it("pay a list, and make its statement", async () => {
    const [, checked, paid, results, statement] = await follow("pay-salaries.md");
    expect(checked).toContain("The list can be paid.");
    expect(paid).toMatch(/3 (?:proven|final)/);
    expect(results).toMatch(/\n2,anna,0x3c44[0-9a-f]{36},1,61\.5,salary 11\/2026,(?:proven|final),0x[0-9a-f]{64},/);
    expect(statement).toMatch(/closing +306\.25 USD|closing +30[0-9.]+ USD/);
  });

  it("give each customer an account, see who paid, and sweep", async () => {
    const [opened, paid, swept] = await follow("addresses-per-customer.md");
    expect(opened).toMatch(/3 accounts opened, 0 were open/);
    expect(opened).toMatch(/\nanna,[0-9]+,,0,0x[0-9a-f]{64},cairn1[a-z2-7]{90}\r\n/);
    expect(paid).toMatch(
      /anna +account [0-9]+ +0\.25 ETH\nben +account [0-9]+ +0\.5 ETH\ncarla +account [0-9]+ +0 ETH\n/,
    );
    expect(swept).toMatch(/sweep 1: 2 (?:proven|final), 1 empty/);
    expect(swept).toMatch(/\nanna,[0-9]+,(?:proven|final),250000000000000000,2[0-9]{17},[0-9]+,0x[0-9a-f]{64},\r\n/);
  });

  it("ask for a payment, and see that it came", async () => {
    const [asked, , status] = await follow("accept-payments.md");
    expect(asked).toMatch(/"link": "cairn:cairn1[a-z2-7]{90}\?chain=31337&/);
    expect(status).toMatch(/status +paid, (?:confirmed|proven|final)\n/);
    expect(status).toMatch(/paid +25 USD\n/);
  });

  it("are told by a webhook what happened", async () => {
    const requests: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
    const receiver = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      requests.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const { port } = receiver.address() as AddressInfo;
    const folder = mkdtempSync(join(home, "run-"));
    const [made, tried] = await follow("webhooks.md", folder, (text) => text.replaceAll(":3000", `:${port}`));
    expect(made).toMatch(/types +entry\.confirmed, entry\.final\n/);
    expect(tried).toMatch(/there are none\n[\s\S]*0 messages wait again/);
    const { secret } = JSON.parse(readFileSync(join(folder, "webhook.json"), "utf8")) as { secret: string };
    // A replay tells what the guides before have done.
    const types = async () => {
      const heard = await Promise.all(requests.map((request) => receiveWebhook(request, { secret })));
      return new Set(heard.map(({ message }) => message.type));
    };
    await expect.poll(types, { timeout: 30_000 }).toContain("entry.confirmed");
    receiver.closeAllConnections();
    receiver.close();
  });
});
