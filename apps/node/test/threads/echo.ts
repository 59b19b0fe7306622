/** A thread that echoes, throws, dies; for the tests of threads. */
import { writeFileSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { CairnError } from "@cairn/protocol";
import { serve } from "../../src/threads/serve.ts";

await serve<string>(async () => {
  if (workerData === "broken") throw new CairnError("node/bad-config", "it is broken", { details: { why: 7 } });
  if (workerData === "stubborn") setInterval(() => undefined, 1000);
  const waiting = Promise.withResolvers<string>();
  const handle = async (request: string): Promise<string> => {
    if (request === "die") process.exit(3);
    if (request === "throw") {
      const cause = new Error("no write", { cause: "no room" });
      throw new CairnError("node/queue-gap", "there is a gap", { cause, details: { at: 5n } });
    }
    if (request === "fail") throw new RangeError("out of range");
    if (request === "leave a file") writeFileSync(await waiting.promise, "left");
    return `${request} ${workerData}`;
  };
  return { handle, stop: () => waiting.resolve(workerData) };
});
