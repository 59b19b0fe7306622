import * as z from "zod/mini";
import type { Settings } from "./settings.ts";

const configSchema = z.object({
  /** The node's address, from the page's own place; null for none. */
  node: z.nullable(z.string()),
  /** An RPC of L1 that any page may use; null for none. */
  l1: z.nullable(z.string()),
  rollup: z.nullable(z.string().check(z.regex(/^0x[0-9a-fA-F]{40}$/))),
  chainId: z.nullable(z.int().check(z.minimum(1))),
});

/** Which rollup the pages are about, and whom they ask. Only the host says which rollup: never a link. */
export interface Config {
  readonly rollup: `0x${string}`;
  readonly chainId: number;
  /** Absolute addresses; null for none. */
  readonly node: string | null;
  readonly l1: string | null;
}

/** Why there is no {@link Config}. */
export type ConfigProblem = "missing" | "malformed" | "no-rollup";

/** Reads `config.json` beside the pages. */
export async function loadConfig(): Promise<Config | ConfigProblem> {
  let json: unknown;
  try {
    const answer = await fetch(new URL("config.json", document.baseURI), { cache: "no-cache" });
    if (!answer.ok) return "missing";
    json = await answer.json();
  } catch {
    return "missing";
  }
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) return "malformed";
  const { rollup, chainId, node, l1 } = parsed.data;
  if (rollup === null || chainId === null) return "no-rollup";
  return { rollup: rollup as `0x${string}`, chainId, node: absolute(node), l1: absolute(l1) };
}

/** With the user's own node and RPC in the place of the host's. */
export function withSettings(config: Config, { node, l1 }: Settings): Config {
  return { ...config, node: node ?? config.node, l1: l1 ?? config.l1 };
}

function absolute(address: string | null): string | null {
  if (address === null || !URL.canParse(address, document.baseURI)) return null;
  const { href } = new URL(address, document.baseURI);
  return href.replace(/\/$/, "");
}
