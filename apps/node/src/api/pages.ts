import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CairnError } from "@cairn/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { NodeErrorCode } from "../errors.ts";

/** Written by `npm run web:build`: only what it names is served, so that no path leads anywhere else. */
const FILE_LIST = "files.json";
/** Written by the node. */
const CONFIG = "config.json";
const INDEX = "index.html";
/** Their names contain hashes of their content. */
const ASSETS = "assets/";
const FOR_EVER = "public, max-age=31536000, immutable";
/** May be kept, but is asked about before each use. */
const ASKED_ABOUT = "no-cache";

const fileListSchema = z.object({
  contentSecurityPolicy: z.string().regex(/^[\x20-\x7e]+$/),
  files: z.array(z.object({ path: z.string().regex(/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/) })),
});

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  svg: "image/svg+xml",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  png: "image/png",
  ico: "image/x-icon",
};
/** Beyond this, compressing pays. */
const COMPRESSED_FROM_BYTES = 1000;

/** Which rollup the pages are about, and whom they ask. */
export interface PagesConfig {
  readonly rollup: string | undefined;
  readonly chainId: number | undefined;
  /** RPC of L1 for everyone; undefined when each user names one. */
  readonly l1Url: string | undefined;
}

/** The pages in memory, with how they are sent. */
export interface Pages {
  readonly contentSecurityPolicy: string;
  readonly files: ReadonlyMap<string, PageFile>;
}

interface PageFile {
  readonly content: Buffer;
  /** Null where compressing does not pay. */
  readonly compressed: Buffer | null;
  readonly type: string;
  readonly tag: string;
  readonly caching: string;
}

/**
 * Reads the pages of a folder, which `npm run web:build` made; later changes of it count after a restart. Throws
 * `node/bad-config` when the folder holds something else.
 */
export function loadPages(folder: string, config: PagesConfig): Pages {
  try {
    const { contentSecurityPolicy, files } = fileListSchema.parse(
      JSON.parse(readFileSync(join(folder, FILE_LIST), "utf8")),
    );
    const { rollup, chainId, l1Url } = config;
    // The API is where the pages are, also behind a proxy that serves both at another path.
    const written = { node: "./", l1: l1Url ?? null, rollup: rollup ?? null, chainId: chainId ?? null };
    const content = new Map([
      ...[...files.map(({ path }) => path), FILE_LIST].map((path) => [path, readFileSync(join(folder, path))] as const),
      [CONFIG, Buffer.from(`${JSON.stringify(written, null, 2)}\n`)] as const,
    ]);
    return { contentSecurityPolicy, files: new Map([...content].map(([path, bytes]) => [path, toFile(path, bytes)])) };
  } catch (cause) {
    throw new CairnError<NodeErrorCode>(
      "node/bad-config",
      `CAIRN_WEB_DIR holds no pages, which npm run web:build makes: ${String(cause)}`,
      { cause, details: { problems: ["CAIRN_WEB_DIR holds no pages"] } },
    );
  }
}

/** Serves the pages at the root of the API. */
export function servePages(app: FastifyInstance, { files, contentSecurityPolicy }: Pages): void {
  const headers = {
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
  };
  for (const [path, file] of files) {
    const send = (request: FastifyRequest, reply: FastifyReply) => sendFile(request, reply.headers(headers), file);
    app.get(`/${path}`, send);
    if (path === INDEX) app.get("/", send);
  }
}

function sendFile({ headers }: FastifyRequest, reply: FastifyReply, file: PageFile): FastifyReply {
  const { content, compressed, type, tag, caching } = file;
  reply.header("cache-control", caching).header("etag", tag).header("vary", "accept-encoding");
  if (headers["if-none-match"] === tag) return reply.code(304).send();
  reply.type(type);
  const isCompressed = compressed !== null && /\bgzip\b/.test(String(headers["accept-encoding"] ?? ""));
  return isCompressed ? reply.header("content-encoding", "gzip").send(compressed) : reply.send(content);
}

function toFile(path: string, content: Buffer): PageFile {
  const type = TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream";
  const isText = !type.startsWith("image/png") && !type.startsWith("application/octet-stream");
  return {
    content,
    compressed: isText && content.length >= COMPRESSED_FROM_BYTES ? gzipSync(content) : null,
    type,
    tag: `"${createHash("sha256").update(content).digest("hex")}"`,
    caching: path.startsWith(ASSETS) ? FOR_EVER : ASKED_ABOUT,
  };
}
