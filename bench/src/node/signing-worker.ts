import { parentPort } from "node:worker_threads";
import { sign } from "@cairn/crypto";
import { createFastCrypto } from "../workload/crypto.ts";
import { signRequest } from "./signing.ts";
import type { SigningTask } from "./signing-pool.ts";

const fast = await createFastCrypto();
const crypto: typeof fast = { ...fast, sign: (message, { secretKey }) => sign(message, secretKey, fast.compress) };

parentPort?.on("message", ({ chunk, requests, context }: SigningTask) => {
  parentPort?.postMessage({ chunk, signed: requests.map((request) => signRequest(request, { ...context, crypto })) });
});
