import { keyFromSigner, secretKeyToHex } from "@cairn/sdk";
import type { CDPSession, Page } from "playwright-core";
import { privateKeyToAccount } from "viem/accounts";
import { expect, it } from "vitest";
import { fakeWallet } from "../support/fake-wallets.ts";
import type { Stage } from "../support/stage.ts";
import { openSession } from "../support/wallet-page.ts";

/** W8. */
export function secretsStayInTheWorker(stage: Stage): void {
  /** Everything that a page has in memory, its texts included; workers have a memory of their own. */
  const memoryOf = async (session: CDPSession): Promise<string> => {
    const chunks: string[] = [];
    session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
    await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    return chunks.join("");
  };
  /** What the browser keeps, and what is reachable in the page. */
  const keptBy = (page: Page) =>
    page.evaluate<string>(`(async () => {
      const done = (asked) => new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
      const databases = [];
      for (const { name } of await indexedDB.databases()) {
        const database = await done(indexedDB.open(name));
        for (const store of database.objectStoreNames)
          databases.push(name, store, await done(database.transaction(store).objectStore(store).getAll()));
        database.close();
      }
      return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, databases, history.state,
        await caches.keys(), sentMessages, Object.getOwnPropertyNames(globalThis)]);
    })()`);

  it("W8: the secret is in no storage, no message, and nowhere in the page's memory", async () => {
    const wallet = fakeWallet(stage.scene.l1);
    const page = await openSession(stage, wallet, {
      prepare: (opened) =>
        opened.addInitScript(`
          globalThis.sentMessages = [];
          const note = (value) => sentMessages.push(JSON.stringify(value, (_, one) =>
            typeof one === "bigint" ? "0x" + one.toString(16) + " " + one : ArrayBuffer.isView(one) ? [...one] : one));
          const { postMessage } = Worker.prototype;
          Worker.prototype.postMessage = function (message, ...rest) {
            note(message);
            if (!this.isNoted) this.addEventListener("message", ({ data }) => note(data));
            this.isNoted = true;
            return postMessage.call(this, message, ...rest);
          };`),
    });
    const domain = { chainId: 31337n, rollup: BigInt(stage.scene.l1.rollup.address) };
    const secret = secretKeyToHex(await keyFromSigner(domain, privateKeyToAccount(stage.scene.l1.privateKey(5))));
    const forms = [secret.slice(2), BigInt(secret).toString(), BigInt(secret).toString(16)];
    const session = await page.context().newCDPSession(page);
    const [kept, memory] = [await keptBy(page), await memoryOf(session)];
    // That it would be found: what is no secret is there.
    const owner = stage.scene.l1.wallet(5).account.address.toLowerCase();
    expect([kept.includes(owner), memory.includes(owner), kept.includes('\\"op\\":\\"sign\\"')]).toEqual([
      true,
      true,
      true,
    ]);
    for (const form of forms) expect([kept.includes(form), memory.includes(form)]).toEqual([false, false]);
    await page.close();
  });
}
