import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { bytesToCells, cellsToBytes, hexToBytes } from "@cairn/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import archiveVector from "../../../../vectors/archive.json" with { type: "json" };
import { gather, removeFolders, temporaryFolder } from "../../test/published.ts";
import { openArchive } from "./archive-file.ts";
import { archiveFiles } from "./archive-folder.ts";
import { createArchiveBlobSource } from "./blob-source.ts";
import { webChunks } from "./web-archive.ts";

const NAME = "batches-0000000001.cairn";
const ARCHIVE = hexToBytes(archiveVector.archive);
const LIMITS = { stallMs: 500, maxBytes: 10 ** 6, attempts: 3 };

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

describe("archives on a web server", () => {
  let server: Server;
  let base: string;
  let dir: string;
  let requests: string[];
  let knowsRanges = true;
  let serve: Serve;

  const files: Serve = ({ url = "", method, headers: { range } }, response) => {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(join(dir, url));
    } catch {
      return void response.writeHead(404).end();
    }
    const first = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const isPart = knowsRanges && first > 0;
    const body = isPart ? bytes.subarray(first) : bytes;
    response.writeHead(isPart ? 206 : 200, { "content-length": body.length, etag: String(bytes.length) });
    response.end(method === "HEAD" ? undefined : body);
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      serve(request, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    dir = temporaryFolder();
    mkdirSync(join(dir, "cairn"));
    writeFileSync(join(dir, "cairn", NAME), ARCHIVE);
    [requests, knowsRanges, serve] = [[], true, files];
  });
  afterEach(() => {
    server.closeAllConnections();
    removeFolders();
  });
  afterAll(() => void server.close());

  const url = () => `${base}/cairn/${NAME}`;
  const bytesOf = async (from = 0) => Buffer.concat(await gather(webChunks(url(), from, LIMITS)));
  const numbersIn = async (place: string) =>
    (await gather((await openArchive(place)).batches())).map(({ number }) => number);

  it("are read as files are", async () => {
    const path = join(dir, "cairn", NAME);
    expect(await numbersIn(url())).toEqual(await numbersIn(path));
    expect(await bytesOf()).toEqual(Buffer.from(ARCHIVE));
    expect(await bytesOf(1000)).toEqual(Buffer.from(ARCHIVE.subarray(1000)));
    knowsRanges = false;
    expect(await bytesOf(1000)).toEqual(Buffer.from(ARCHIVE.subarray(1000)));
  });

  it("are found in a node's folder by their names, as many as there are", async () => {
    expect(await archiveFiles([`${base}/cairn/`, url()])).toEqual([url(), url()]);
    writeFileSync(join(dir, "cairn", "batches-0000000257.cairn"), ARCHIVE);
    expect(await archiveFiles([`${base}/cairn`])).toEqual([url(), `${base}/cairn/batches-0000000257.cairn`]);
    expect(await archiveFiles([`${base}/nothing`])).toEqual([]);
  });

  it.each([true, false])("serve blobs, also from the middle of a file (ranges: %s)", async (ranges) => {
    knowsRanges = ranges;
    const [batch] = (await gather((await openArchive(url())).batches())).filter(
      ({ header }) => header.dataSource === "blob",
    );
    if (batch === undefined) expect.unreachable();
    const source = createArchiveBlobSource([`${base}/cairn`]);
    const query = { versionedHash: batch.dataCommitment, l1Block: 0, l1Timestamp: 0 };
    const [blob = expect.unreachable()] = await source.find(query);
    const { blobToCells } = await import("@cairn/blobs");
    expect(cellsToBytes(blobToCells(blob))).toEqual(cellsToBytes(bytesToCells(cellsToBytes(batch.cells))));
    expect(await source.find({ ...query, versionedHash: new Uint8Array(32) })).toEqual([]);
  });

  it("go on where a connection broke", async () => {
    let broken = 0;
    serve = (request, response) => {
      if (broken++ >= 2) return files(request, response);
      const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.writeHead(first === 0 ? 200 : 206, { "content-length": ARCHIVE.length - first });
      response.write(ARCHIVE.subarray(first, first + 700), () => response.destroy());
    };
    expect(await bytesOf()).toEqual(Buffer.from(ARCHIVE));
    expect(requests).toHaveLength(3);
  });

  it.each<[string, Serve, string]>([
    ["is not there", (_, response) => void response.writeHead(404).end(), "status 404"],
    ["fails", (_, response) => void response.writeHead(503).end(), "status 503"],
    [
      "sends elsewhere",
      (_, response) => void response.writeHead(302, { location: "file:///etc/passwd" }).end(),
      "cannot be read",
    ],
    [
      "sends to another server",
      (_, response) => void response.writeHead(301, { location: "http://127.0.0.1:9/x" }).end(),
      "cannot be read",
    ],
    ["never answers", () => {}, "cannot be read"],
    ["falls silent", (_, response) => void response.writeHead(200).write("CAIRN"), "cannot be read"],
    ["breaks every connection", ({ socket }) => void socket.destroy(), "cannot be read"],
    [
      "never ends",
      (_, response) => {
        const more = (): void => void response.write(new Uint8Array(2 ** 16), () => setImmediate(more));
        response.writeHead(200);
        response.on("close", () => response.destroy());
        more();
      },
      "longer than",
    ],
  ])("are refused, without the secrets of their address, by a server that %s", async (_, behave, problem) => {
    serve = behave;
    const secret = `${url()}?key=SECRET`;
    const error = await gather(webChunks(secret, 0, LIMITS)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "restore/io", message: expect.stringContaining(problem) });
    expect(String(error) + String((error as Error).cause)).not.toContain("SECRET");
  });

  it("are refused when the server changes or cuts off what it serves", async () => {
    writeFileSync(join(dir, "cairn", NAME), ARCHIVE.with(5000, (ARCHIVE[5000] ?? 0) ^ 1));
    await expect(numbersIn(url())).rejects.toMatchObject({ code: "restore/archive-corrupt" });
    writeFileSync(join(dir, "cairn", NAME), ARCHIVE.subarray(0, 5000));
    await expect(numbersIn(url())).rejects.toMatchObject({ code: "restore/archive-truncated" });
  });
});
