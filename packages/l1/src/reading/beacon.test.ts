import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { blobToCells, cellsToBlob, createBlobKzg, versionedHash } from "@cairn/blobs";
import { bytesToHex } from "@cairn/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createBeaconSource } from "./beacon.ts";
import type { BlobQuery, BlobSource } from "./blob-source.ts";
import { type BlobProblem, readBlob } from "./read-blob.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const GENESIS = 1_600_000_000;
const SLOT = 1000;
const [BLOB, OTHER] = [cellsToBlob([5n]), cellsToBlob([6n])];
const kzg = createBlobKzg();
const commitment = kzg.commit(BLOB);
const query: BlobQuery = {
  versionedHash: versionedHash(commitment),
  l1Block: 77,
  l1Timestamp: GENESIS + 12 * SLOT,
};
const hash = bytesToHex(query.versionedHash);
const BLOBS = `/eth/v1/beacon/blobs/${SLOT}?versioned_hashes=${hash}`;
const BLOCK = `/eth/v2/beacon/blocks/${SLOT}`;
const SIDECARS = `/eth/v1/beacon/blob_sidecars/${SLOT}`;
const sidecar = { index: "0", blob: bytesToHex(BLOB), kzg_commitment: bytesToHex(commitment) };

describe("blobs from beacon APIs", () => {
  let server: ReturnType<typeof createServer>;
  let url: string;
  /** By path; others are answered with 404. */
  let answers: Map<string, Answer>;
  let asked: string[];

  const json =
    (value: unknown, status = 200): Answer =>
    (_, response) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  const text =
    (body: string, status = 200): Answer =>
    (_, response) =>
      response.writeHead(status).end(body);
  const block = (commitments: readonly string[]): Answer =>
    json({ data: { message: { body: { blob_kzg_commitments: commitments } } } });
  /** Checking blobs keeps this process busy for seconds. */
  const beacon = (options = {}): BlobSource => createBeaconSource({ url, timeoutMs: 900_000, ...options });
  /** What reading finds, and the problems of the sources on the way. */
  const read = async (...sources: readonly BlobSource[]) => {
    const problems: BlobProblem[] = [];
    const onProblem = (problem: BlobProblem) => problems.push(problem);
    const found = await readBlob(sources, query, { kzg, onProblem, attempts: 1 }).catch((error: unknown) => error);
    return { found, problems: problems.map(({ type }) => type) };
  };
  const code = (code: string) => ({ code });
  const nobody = expect.objectContaining({ code: "l1/blob-unavailable" });

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const answer = answers.get(request.url ?? "") ?? text("{}", 404);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
    answers = new Map([["/eth/v1/beacon/genesis", json({ data: { genesis_time: String(GENESIS) } })]]);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("are found in the slot of the L1 block's time, and the genesis is asked for once", async () => {
    answers.set(BLOBS, json({ data: [bytesToHex(BLOB)] }));
    const source = beacon();
    expect(await read(source)).toEqual({ found: BLOB, problems: [] });
    expect(await source.find(query)).toEqual([BLOB]);
    expect(asked).toEqual(["/eth/v1/beacon/genesis", BLOBS, BLOBS]);
  });

  it("are found by the block's number on development chains", async () => {
    answers.set(`/eth/v1/beacon/blobs/77?versioned_hashes=${hash}`, json({ data: [bytesToHex(BLOB)] }));
    expect(await beacon({ slots: { type: "number" } }).find(query)).toEqual([BLOB]);
  });

  it("are found among the sidecars of an older node", async () => {
    const other = { ...sidecar, blob: bytesToHex(OTHER), kzg_commitment: bytesToHex(kzg.commit(OTHER)) };
    answers.set(SIDECARS, json({ data: [other, sidecar, { index: "9" }] }));
    expect(await read(beacon())).toEqual({ found: BLOB, problems: [] });
  });

  it("are refused when they are others than the hash names, wherever they come from, and the next source is asked", async () => {
    const nonCanonical = bytesToHex(BLOB).replace(/^0x.{64}/, `0x${"ff".repeat(32)}`);
    for (const lie of [bytesToHex(OTHER), nonCanonical]) {
      answers.set(BLOBS, json({ data: [lie] }));
      const honest: BlobSource = { name: "archive", find: () => Promise.resolve([BLOB]) };
      expect(await read(beacon(), honest)).toEqual({ found: BLOB, problems: ["wrong"] });
    }
    // The blob of another batch beside the right one does no harm.
    answers.set(BLOBS, json({ data: [bytesToHex(OTHER), bytesToHex(BLOB)] }));
    expect(await read(beacon())).toEqual({ found: BLOB, problems: [] });
    answers.delete(BLOBS);
    answers.set(SIDECARS, json({ data: [{ ...sidecar, blob: bytesToHex(OTHER) }] }));
    expect(await read(beacon())).toEqual({ found: nobody, problems: ["wrong"] });
  });

  it("are checked two at most of an answer, so that a liar cannot keep its reader busy", async () => {
    let checks = 0;
    const counting = {
      isBlobOf: () => {
        checks++;
        return false;
      },
    };
    const many = Array(128).fill(OTHER);
    const source: BlobSource = { name: "a liar", find: () => Promise.resolve(many) };
    await expect(readBlob([source], query, { kzg: counting })).rejects.toMatchObject({ code: "l1/blob-unavailable" });
    expect(checks).toBe(2);
    answers.set(BLOBS, json({ data: Array(8).fill(bytesToHex(OTHER)) }));
    answers.set(BLOCK, block(Array(8).fill(bytesToHex(commitment))));
    expect(await beacon().find(query)).toEqual([OTHER, OTHER]);
    answers.delete(BLOBS);
    answers.set(SIDECARS, json({ data: Array(9).fill(sidecar) }));
    expect(await beacon().find(query)).toEqual([BLOB, BLOB]);
  });

  it("are picked by their commitment from all blobs of the slot, when the API does not heed the hash", async () => {
    const others = Array.from({ length: 20 }, (_, i) => cellsToBlob([BigInt(i)]));
    const blobs = others.with(17, BLOB);
    const commitments = blobs.map((_, i) => bytesToHex(i === 17 ? commitment : commitment.with(5, i)));
    answers.set(BLOBS, json({ data: blobs.map(bytesToHex) }));
    answers.set(BLOCK, block(commitments));
    expect(await beacon().find(query)).toEqual([BLOB]);
    expect(await read(beacon())).toEqual({ found: BLOB, problems: [] });
    // The slot has other blobs only.
    answers.set(BLOCK, block(commitments.with(17, commitments[16] ?? "0x")));
    expect(await read(beacon())).toEqual({ found: nobody, problems: ["absent"] });
    // Another place: one blob is checked, and is not the one.
    answers.set(BLOCK, block(commitments.with(17, "0x").with(3, bytesToHex(commitment))));
    expect(await read(beacon())).toEqual({ found: nobody, problems: ["wrong"] });
    for (const answer of [block(commitments.slice(1)), json({ data: {} }), text("{}", 404), text("{}", 500)]) {
      answers.set(BLOCK, answer);
      expect(await read(beacon())).toEqual({ found: nobody, problems: ["unavailable"] });
    }
  });

  it("are checked by whoever is asked to, also one that takes its time", async () => {
    answers.set(BLOBS, json({ data: [bytesToHex(OTHER), bytesToHex(BLOB)] }));
    const isBlobOf = async (_: Uint8Array, blob: Uint8Array) => Buffer.compare(blob, BLOB) === 0;
    expect(await readBlob([beacon()], query, { kzg: { isBlobOf } })).toEqual(BLOB);
  });

  it("that are blobs, but no batch's, are found and cannot be read as cells", async () => {
    const noBatch = new Uint8Array(BLOB).fill(1, 31, 32);
    const strange = { ...query, versionedHash: versionedHash(kzg.commit(noBatch)) };
    const source: BlobSource = { name: "archive", find: () => Promise.resolve([noBatch]) };
    const found = await readBlob([source], strange, { kzg });
    expect(() => blobToCells(found)).toThrow(expect.objectContaining({ code: "blobs/no-batch" }));
  });

  it("that a node has forgotten are absent, not unavailable", async () => {
    for (const status of [404, 410]) {
      answers.set(BLOBS, text('{"code":1}', status));
      answers.set(SIDECARS, text("gone", status));
      expect(await read(beacon())).toEqual({ found: nobody, problems: ["absent"] });
    }
    answers.set(BLOBS, json({ data: [] }));
    expect(await read(beacon())).toEqual({ found: nobody, problems: ["absent"] });
  });

  it.each<[string, Answer]>([
    ["an error", text("{}", 500)],
    ["too many requests", text("{}", 429)],
    ["a page", text("<html>maintenance</html>")],
    ["nothing", text("")],
    ["another shape", json({ blobs: [] })],
    ["null", json(null)],
    [
      "a part of an answer",
      (_, response) => response.writeHead(200, { "content-length": "99999" }).write('{"da', () => response.destroy()),
    ],
    ["a redirect", (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()],
    ["no end", (_, response) => void endless(response)],
    ["no answer", () => undefined],
  ])("are unavailable when the API answers with %s", async (_, answer) => {
    answers.set(BLOBS, answer);
    expect(await read(beacon({ timeoutMs: 3000 }))).toEqual({ found: nobody, problems: ["unavailable"] });
  });

  it("are asked for again, after those who have them were asked, when an API is busy or does not answer", async () => {
    const pauses: number[] = [];
    const sleep = async (ms: number) => void pauses.push(ms);
    const hangUp: Answer = (_, response) => response.destroy();
    const queue = [text("{}", 429), hangUp, json({ data: [bytesToHex(BLOB)] })];
    answers.set(BLOBS, (request, response) => queue.shift()?.(request, response));
    const empty: BlobSource = { name: "an empty one", find: async () => [] };
    const problems: string[] = [];
    const onProblem = ({ type }: BlobProblem) => problems.push(type);
    expect(await readBlob([beacon(), empty], query, { kzg, onProblem, sleep })).toEqual(BLOB);
    expect([pauses, problems]).toEqual([
      [1000, 4000],
      ["unavailable", "absent", "unavailable"],
    ]);
    const archive: BlobSource = { name: "archive", find: async () => [BLOB] };
    answers.set(BLOBS, text("{}", 500));
    expect(await readBlob([beacon(), archive], query, { kzg, sleep })).toEqual(BLOB);
    const failing = readBlob([beacon(), empty], query, { kzg, sleep });
    await expect(failing).rejects.toMatchObject({
      details: { problems: [{ type: "unavailable" }, { type: "absent" }] },
    });
    expect(pauses).toHaveLength(4);
  });

  it("are not asked for again where that cannot help", async () => {
    const sleep = () => expect.unreachable();
    for (const answer of [text("{}", 403), text("<html>maintenance</html>"), json({ blobs: [] })]) {
      answers.set(BLOBS, answer);
      await expect(readBlob([beacon()], query, { kzg, sleep })).rejects.toMatchObject(code("l1/blob-unavailable"));
    }
  });

  it("are asked for again after a genesis that was not told, or was wrong", async () => {
    const source = beacon();
    answers.set(BLOBS, json({ data: [bytesToHex(BLOB)] }));
    const right = answers.get("/eth/v1/beacon/genesis") ?? text("");
    for (const wrong of [text("{}", 503), json({ data: {} }), json({ data: { genesis_time: "soon" } })]) {
      answers.set("/eth/v1/beacon/genesis", wrong);
      await expect(source.find(query)).rejects.toMatchObject({ code: "l1/unavailable" });
    }
    answers.set("/eth/v1/beacon/genesis", right);
    expect(await source.find(query)).toEqual([BLOB]);
    const early = { ...query, l1Timestamp: GENESIS - 13 };
    await expect(source.find(early)).rejects.toMatchObject({ code: "l1/unavailable" });
  });

  it("show no key of the API's URL in names and errors", async () => {
    const secret = "0123456789abcdef0123456789abcdef";
    const source = beacon({ url: `${url}/v1/${secret}`, timeoutMs: 3000 });
    answers.set(`/v1/${secret}/eth/v1/beacon/genesis`, text(`no such key ${secret}`, 403));
    const error: unknown = await readBlob([source], query, { kzg }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "l1/blob-unavailable" });
    expect(`${String(error)} ${JSON.stringify(error)} ${source.name}`).not.toContain(secret);
  });

  it("are not looked for any longer once the caller gives up", async () => {
    answers.set(BLOBS, () => undefined);
    const giveUp = new AbortController();
    const reading = readBlob([beacon(), beacon()], query, { kzg, signal: giveUp.signal });
    setTimeout(() => giveUp.abort(), 50);
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    const late = new AbortController();
    const isBlobOf = () => {
      late.abort();
      return true;
    };
    const source: BlobSource = { name: "archive", find: async () => [BLOB] };
    const checking = readBlob([source], query, { kzg: { isBlobOf }, signal: late.signal });
    await expect(checking).rejects.toMatchObject({ name: "AbortError" });
    expect(asked.filter((path) => path === BLOBS).length).toBeLessThanOrEqual(1);
  });
});

/** More than any answer has. */
async function endless(response: ServerResponse): Promise<void> {
  response.writeHead(200);
  const part = "0".repeat(1024 * 1024);
  for (let i = 0; i < 64 && !response.destroyed; i++) {
    if (!response.write(part)) await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
  }
  response.end();
}
