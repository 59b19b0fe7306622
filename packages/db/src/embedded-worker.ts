import { parentPort, workerData } from "node:worker_threads";
import { PGlite, types as pgliteTypes, type Transaction } from "@electric-sql/pglite";
import { DurableNodeFS } from "./durable-node-fs.ts";
import { ensureCluster } from "./embedded-cluster.ts";
import type { EmbeddedAnswer, EmbeddedOptions, EmbeddedRequest } from "./embedded-engine.ts";

interface OpenTransaction {
  readonly handle: Transaction;
  readonly end: (action: "commit" | "rollback") => Promise<void>;
}

/** PGlite's own parameters, but with fsync on and a sync method that its WebAssembly build actually calls. */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  "-c",
  "wal_sync_method=fsync",
  // All of it is taken at the start, by default 128 MB. The system caches the same files, so reading them again is cheap.
  "-c",
  "shared_buffers=16MB",
];

const transactions = new Map<number, OpenTransaction>();
let nextTransaction = 1;

const answer = (message: EmbeddedAnswer): void => parentPort?.postMessage(message);

/** Errors cross threads without their own fields, such as the SQL state. */
const fail = (id: number, error: unknown): void => {
  const message = error instanceof Error ? error.message : String(error);
  const fields = Object.fromEntries(
    Object.entries(error instanceof Error ? error : {}).filter(([, value]) => typeof value !== "object"),
  );
  if (error instanceof Error && error.name === "RuntimeError") fields.severity = "PANIC";
  answer({ id, type: "failed", message, fields });
};

const { directory, preparedDir }: EmbeddedOptions = workerData;
const parsers = { [pgliteTypes.INT8]: Number };

try {
  await ensureCluster({ directory, preparedDir: preparedDir ?? null, initialise });
  const fs = new DurableNodeFS(directory);
  const pglite = await PGlite.create({ fs, startParams: START_PARAMETERS, parsers });
  parentPort?.on("message", ({ id, request }: { id: number; request: EmbeddedRequest }) => {
    perform(pglite, request).then(
      (value) => answer({ id, type: "done", value }),
      (error: unknown) => fail(id, error),
    );
  });
  answer({ id: 0, type: "done", value: null });
} catch (error) {
  fail(0, error);
}

async function initialise(fresh: string): Promise<void> {
  const pglite = await PGlite.create({ fs: new DurableNodeFS(fresh) });
  await pglite.close();
}

async function perform(pglite: PGlite, request: EmbeddedRequest): Promise<unknown> {
  switch (request.type) {
    case "query": {
      const target = request.transaction === null ? pglite : open(request.transaction).handle;
      const { rows, affectedRows } = await target.query(request.sql, request.parameters);
      return { rows, affectedRows };
    }
    case "exec":
      return (await pglite.exec(request.sql)).map(({ rows, affectedRows }) => ({ rows, affectedRows }));
    case "begin":
      return begin(pglite);
    case "end":
      await open(request.transaction).end(request.action);
      return null;
    case "close":
      await pglite.close();
      return null;
  }
}

function open(transaction: number): OpenTransaction {
  const found = transactions.get(transaction);
  if (found === undefined) throw new RangeError(`transaction ${transaction} has ended`);
  return found;
}

function begin(pglite: PGlite): Promise<number> {
  return new Promise((resolve, reject) => {
    const outcome = Promise.withResolvers<"commit" | "rollback">();
    const number = nextTransaction++;
    const ended = pglite.transaction(async (handle) => {
      transactions.set(number, {
        handle,
        end: async (action) => {
          transactions.delete(number);
          outcome.resolve(action);
          await ended;
        },
      });
      resolve(number);
      if ((await outcome.promise) === "rollback") await handle.rollback();
    });
    ended.catch(reject);
  });
}
