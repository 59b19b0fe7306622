import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { startAnvil } from "./anvil.ts";
import { connectReader } from "./connection.ts";

const PARENT = `
  import { startAnvil } from ${JSON.stringify(new URL("./anvil.ts", import.meta.url).href)};
  console.log((await startAnvil()).rpcUrl);
`;

/** Whether something answers at a URL. */
async function answers(rpcUrl: string): Promise<boolean> {
  return connectReader(rpcUrl, 31337)
    .getBlockNumber()
    .then(
      () => true,
      () => false,
    );
}

describe("anvil", () => {
  it("ends when stopped", async () => {
    const anvil = await startAnvil();
    expect(await answers(anvil.rpcUrl)).toBe(true);
    await anvil.stop();
    await anvil.exited;
    expect(await answers(anvil.rpcUrl)).toBe(false);
  });

  it("ends with a parent that was killed", async () => {
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", PARENT], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const rpcUrl = line.toString().trim();
    expect(await answers(rpcUrl)).toBe(true);
    parent.kill("SIGKILL");
    await vi.waitFor(async () => expect(await answers(rpcUrl)).toBe(false), { timeout: 20_000, interval: 100 });
  });

  it("says why it did not start", async () => {
    const anvil = await startAnvil();
    const port = Number(new URL(anvil.rpcUrl).port);
    await expect(startAnvil({ port })).rejects.toMatchObject({
      code: "l1/node-failed",
      message: expect.stringContaining("in use"),
    });
    await anvil.stop();
  });
});
