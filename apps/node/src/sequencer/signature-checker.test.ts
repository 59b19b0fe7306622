import { type Compress, messageHash, sign } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import type { MessageWords } from "@cairn/protocol";
import { personOf } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { threadsStartedBy } from "../../test/threads/watch.ts";
import { createSignatureChecker, type SignatureChecker, type SignatureTask } from "./signature-checker.ts";

describe("signatures checked in threads", () => {
  const { key, secretKey } = personOf("someone");
  let compress: Compress;
  let checker: SignatureChecker;
  let threads: Awaited<ReturnType<typeof threadsStartedBy>>;

  const taskOf = (number: bigint): SignatureTask => {
    const words: MessageWords = {
      domainAndTag: 1n,
      word1: number,
      word2: 2n,
      recipientOrOwner: 3n,
      toKey: 4n,
      linkContent: 5n,
      reference: 6n,
    };
    return { words, signature: sign(messageHash(words, compress), secretKey, compress), publicKey: key };
  };

  beforeAll(async () => {
    compress = await createFastCompress();
    threads = await threadsStartedBy("signatures", async () => {
      checker = createSignatureChecker(2);
      await checker.check(taskOf(0n));
    });
  });
  afterAll(() => checker.stop());

  it("each come back with their own id and verdict, however many there are", async () => {
    const tasks = Array.from({ length: 100 }, (_, i) => taskOf(BigInt(i)));
    const forged = tasks.map((task, i) => (i % 3 === 0 ? { ...task, words: taskOf(1000n).words } : task));
    const results = await Promise.all(forged.map(checker.check));
    expect(results).toEqual(forged.map(({ words }, i) => ({ id: messageHash(words, compress), isValid: i % 3 !== 0 })));
    expect([threads.length, checker.backlog()]).toEqual([2, 0]);
  });

  it("fail when their thread dies, and the next ones are checked by a new thread", async () => {
    const asked = Promise.allSettled(Array.from({ length: 256 }, (_, i) => checker.check(taskOf(BigInt(i)))));
    // Once they are handed over: a thread that is gone already is replaced before it is asked.
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(threads.map((thread) => thread.terminate()));
    const lost = (await asked).filter(({ status }) => status === "rejected");
    expect(lost.length).toBeGreaterThan(0);
    for (const one of lost) expect(one).toMatchObject({ reason: { code: "node/unavailable" } });
    expect(await checker.check(taskOf(2n))).toMatchObject({ isValid: true });
    expect(checker.backlog()).toBe(0);
  });

  it("are refused after the stop, and by it", async () => {
    const waiting = checker.check(taskOf(3n));
    const refused = expect(waiting).rejects.toMatchObject({ code: "node/stopping" });
    await checker.stop();
    await refused;
    await expect(checker.check(taskOf(4n))).rejects.toMatchObject({ code: "node/stopping" });
  });
});
