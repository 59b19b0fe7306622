import { addressProblem, isL1PrivateKey } from "@cairn/protocol";
import { z } from "zod";

/** An address in a file; mixed case must have the EIP-55 checksum. */
export const addressField = z.string().transform((text, context): `0x${string}` => {
  const problem = addressProblem(text);
  if (problem !== null) context.addIssue(problem);
  return `0x${text.slice(2)}`;
});

/** An L1 private key in a file: 32 bytes of hex, not 0, below the order of secp256k1. Messages do not show it. */
export const l1KeyField = z
  .string()
  .refine(isL1PrivateKey, "is not a private key")
  .transform((text): `0x${string}` => `0x${text.slice(2)}`);

/** An http or https URL in a file. Messages do not show it. */
export const httpUrlField = z.url({ protocol: /^https?$/, error: "is not an http or https URL" });
