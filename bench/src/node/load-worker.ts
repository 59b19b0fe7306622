import { parentPort, workerData } from "node:worker_threads";
import { createLoadClient, type LoadShape } from "./load.ts";
import type { SignedRequest } from "./signing.ts";

/** Input of the load's thread. */
export type LoadCommand =
  | { readonly type: "add"; readonly requests: readonly SignedRequest[] }
  | { readonly type: "run"; readonly shape: LoadShape }
  | { readonly type: "close" };

const { url, connections }: { url: string; connections: number } = workerData;
const client = createLoadClient(url, connections);

parentPort?.on("message", async (command: LoadCommand) => {
  switch (command.type) {
    case "add":
      client.add(command.requests);
      return;
    case "run":
      parentPort?.postMessage(await client.run(command.shape));
      return;
    case "close":
      await client.close();
      parentPort?.close();
  }
});
