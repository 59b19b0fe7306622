import { BLOB_BYTES, versionedHash } from "@cairn/blobs/format";
import {
  bytesToHex,
  type CairnError,
  createRedactor,
  hexToBytes,
  isCairnError,
  isSameBytes,
  redactError,
  redactUrl,
} from "@cairn/protocol";
import { type L1ErrorCode, l1Error } from "../errors.ts";
import { type BlobQuery, type BlobSource, MAX_CANDIDATES } from "./blob-source.ts";

/** How an L1 block is found on the beacon chain. */
export type BeaconSlots =
  /** By its time: slots of equal length since the genesis that the API names. */
  | { readonly type: "time"; readonly secondsPerSlot: number }
  /** By its number, as development chains do. */
  | { readonly type: "number" };

/** A beacon API. */
export interface BeaconOptions {
  /** Base URL of the API; may contain a key. */
  readonly url: string;
  readonly slots?: BeaconSlots;
  /** Wait for an answer, milliseconds. */
  readonly timeoutMs?: number;
}

/** Ethereum's slots. */
const ETHEREUM: BeaconSlots = { type: "time", secondsPerSlot: 12 };
const TIMEOUT_MS = 20_000;
/** More than all blobs that a block may have today, as some APIs answer with all of them, and more than the block itself. */
const MAX_SLOT_BYTES = 32 * 1024 * 1024;
const MAX_GENESIS_BYTES = 64 * 1024;
/** The endpoint, or this block, does not exist (any longer). */
const ABSENT = new Set([404, 410]);

/**
 * Blobs from the API of a beacon node, which keeps them for about 18 days: by `/eth/v1/beacon/blobs`, from older nodes by
 * `/eth/v1/beacon/blob_sidecars`. From an API that answers with all blobs of the slot, the one is taken whose commitment the
 * beacon block has at its place.
 *
 * @example const source = createBeaconSource({ url: "https://beacon.example" });
 */
export function createBeaconSource({ url, slots = ETHEREUM, timeoutMs = TIMEOUT_MS }: BeaconOptions): BlobSource {
  const base = url.replace(/\/+$/, "");
  const name = `beacon API ${redactUrl(url)}`;
  const redact = createRedactor(url);
  let genesis: Promise<number> | null = null;

  /** The JSON at a path, of at most so many bytes; null where there is nothing. */
  const ask = async (
    path: string,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<{ readonly body: unknown } | null> => {
    try {
      const timeout = AbortSignal.timeout(timeoutMs);
      const response = await fetch(`${base}${path}`, {
        headers: { accept: "application/json" },
        redirect: "error",
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      if (ABSENT.has(response.status)) {
        await response.body?.cancel();
        return null;
      }
      const { status } = response;
      if (!response.ok) throw unavailable(name, `status ${status}`, { isTransient: isTransient(status) });
      return { body: JSON.parse(await readText(name, response, maxBytes)) };
    } catch (error) {
      if (isCairnError(error) || signal?.aborted) throw error;
      const cause = redactError(error, redact);
      // Whoever answers with something else than JSON is no beacon API; all else is the network.
      throw unavailable(name, "no usable answer", { cause, isTransient: !(error instanceof SyntaxError) });
    }
  };

  const readGenesis = async (signal?: AbortSignal): Promise<number> => {
    const answer = await ask("/eth/v1/beacon/genesis", MAX_GENESIS_BYTES, signal);
    const time = textAt(answer?.body, ["data", "genesis_time"]);
    if (!/^[0-9]{1,15}$/.test(time)) throw unavailable(name, "it names no time of genesis");
    return Number(time);
  };

  const slotOf = async ({ l1Block, l1Timestamp }: BlobQuery, signal?: AbortSignal): Promise<number> => {
    if (slots.type === "number") return l1Block;
    genesis ??= readGenesis(signal);
    const time = await genesis.catch((error: unknown) => {
      genesis = null;
      throw error;
    });
    return Math.floor((l1Timestamp - time) / slots.secondsPerSlot);
  };

  return {
    name,
    find: async (query, signal) => {
      const slot = await slotOf(query, signal);
      if (slot < 0) throw unavailable(name, "its genesis is later than the L1 block");
      const hash = bytesToHex(query.versionedHash);
      const blobs = await ask(`/eth/v1/beacon/blobs/${slot}?versioned_hashes=${hash}`, MAX_SLOT_BYTES, signal);
      if (blobs !== null) {
        const found = listAt(blobs.body, "data");
        return toBlobs(found.length > MAX_CANDIDATES ? await named(found, slot, query, signal) : found);
      }
      const sidecars = await ask(`/eth/v1/beacon/blob_sidecars/${slot}`, MAX_SLOT_BYTES, signal);
      if (sidecars === null) return [];
      const own = listAt(sidecars.body, "data").filter((sidecar) =>
        isCommitmentTo(textAt(sidecar, ["kzg_commitment"]), query.versionedHash),
      );
      return toBlobs(own.map((sidecar) => textAt(sidecar, ["blob"])));
    },
  };

  /** Those of all blobs of a slot, in their order, whose commitments in the beacon block have the hash. */
  async function named(
    blobs: readonly unknown[],
    slot: number,
    { versionedHash: hash }: BlobQuery,
    signal?: AbortSignal,
  ): Promise<readonly unknown[]> {
    const block = await ask(`/eth/v2/beacon/blocks/${slot}`, MAX_SLOT_BYTES, signal);
    const body = valueAt(block?.body, ["data", "message", "body"]);
    const commitments = block === null ? [] : listAt(body, "blob_kzg_commitments");
    if (commitments.length === blobs.length) return blobs.filter((_, i) => isCommitmentTo(commitments[i], hash));
    throw unavailable(name, `it answers with ${blobs.length} blobs, and its block has ${commitments.length}`);
  }

  function listAt(value: unknown, key: string): readonly unknown[] {
    const list = (value as Record<string, unknown> | null | undefined)?.[key];
    if (Array.isArray(list)) return list;
    throw unavailable(name, "its answer is not a list of blobs");
  }
}

/** The body of an answer, as long as it may be. Throws `l1/unavailable`. */
async function readText(name: string, response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > maxBytes) throw unavailable(name, "its answer is too long");
  }
  return text + decoder.decode();
}

/** Those that count of an answer's blobs. */
function toBlobs(values: readonly unknown[]): readonly Uint8Array[] {
  return values.slice(0, MAX_CANDIDATES).flatMap((value) => toBlob(value) ?? []);
}

function toBlob(value: unknown): Uint8Array | null {
  if (typeof value !== "string" || value.length !== 2 + 2 * BLOB_BYTES) return null;
  try {
    return hexToBytes(value);
  } catch (error) {
    if (isCairnError(error)) return null;
    throw error;
  }
}

function isCommitmentTo(commitment: unknown, hash: Uint8Array): boolean {
  if (typeof commitment !== "string" || !/^0x[0-9a-fA-F]{96}$/.test(commitment)) return false;
  return isSameBytes(versionedHash(hexToBytes(commitment)), hash);
}

/** The text at a place of a JSON value, empty where there is none. */
function textAt(value: unknown, path: readonly string[]): string {
  const found = valueAt(value, path);
  return typeof found === "string" ? found : "";
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<string, unknown> | null | undefined)?.[key], value);
}

/** Statuses of a server that is slow, busy or failing, not of one that refuses. */
function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function unavailable(
  name: string,
  problem: string,
  { cause, isTransient = false }: { readonly cause?: unknown; readonly isTransient?: boolean } = {},
): CairnError<L1ErrorCode> {
  return l1Error("l1/unavailable", `${name}: ${problem}`, { cause, details: { isTransient } });
}
