import { parentPort } from "node:worker_threads";
import { messageHash } from "@cairn/crypto";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import type { CheckedSignature, SignatureTask } from "./signature-checker.ts";

const compress = await createFastCompress();
const verifier = await createFastSignatureVerifier();

parentPort?.on("message", ({ batch, tasks }: { batch: number; tasks: readonly SignatureTask[] }) => {
  const results = tasks.map(({ words, signature, publicKey }): CheckedSignature => {
    const id = messageHash(words, compress);
    return { id, isValid: verifier.verify(id, signature, publicKey) };
  });
  parentPort?.postMessage({ batch, results });
});
