import { messageHash } from "@cairn/crypto";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import { serve } from "../threads/serve.ts";
import type { CheckedSignature, SignatureRequest } from "./signature-checker.ts";

await serve<SignatureRequest>(async () => {
  const compress = await createFastCompress();
  const verifier = await createFastSignatureVerifier();
  const handle = async (tasks: SignatureRequest): Promise<readonly CheckedSignature[]> =>
    tasks.map(({ words, signature, publicKey }) => {
      const id = messageHash(words, compress);
      return { id, isValid: verifier.verify(id, signature, publicKey) };
    });
  return { handle };
});
