import { Worker } from "node:worker_threads";
import { CairnError } from "@cairn/protocol";
import type { DbErrorCode } from "./errors.ts";

/** Rows of one statement. */
export interface EmbeddedResult<Row = Record<string, unknown>> {
  readonly rows: Row[];
  readonly affectedRows?: number;
}

/** A transaction under way; nobody else's statements run until it has ended. */
export interface EmbeddedTransaction {
  readonly query: <Row>(sql: string, parameters: readonly unknown[]) => Promise<EmbeddedResult<Row>>;
  readonly end: (action: "commit" | "rollback") => Promise<void>;
}

/** The embedded database in a thread of its own, so that its work does not hold up the caller's. */
export interface EmbeddedEngine {
  /** One statement with parameters. */
  readonly query: <Row>(sql: string, parameters?: readonly unknown[]) => Promise<EmbeddedResult<Row>>;
  /** Statements without parameters, one result for each. */
  readonly exec: (sql: string) => Promise<EmbeddedResult[]>;
  readonly begin: () => Promise<EmbeddedTransaction>;
  readonly close: () => Promise<void>;
}

/** What the thread is asked. */
export type EmbeddedRequest =
  | {
      readonly type: "query";
      readonly transaction: number | null;
      readonly sql: string;
      readonly parameters: unknown[];
    }
  | { readonly type: "exec"; readonly sql: string }
  | { readonly type: "begin" }
  | { readonly type: "end"; readonly transaction: number; readonly action: "commit" | "rollback" }
  | { readonly type: "close" };

/** What the thread answers. */
export type EmbeddedAnswer =
  | { readonly id: number; readonly type: "done"; readonly value: unknown }
  | {
      readonly id: number;
      readonly type: "failed";
      readonly message: string;
      readonly fields: Record<string, unknown>;
    };

/** What the thread is started with: a directory, or null for memory. */
export interface EmbeddedOptions {
  readonly directory: string | null;
}

/** Opens the database of a directory, or one in memory. Throws `db/unavailable`. */
export async function openEmbeddedEngine(options: EmbeddedOptions): Promise<EmbeddedEngine> {
  const worker = new Worker(new URL("./embedded-worker.ts", import.meta.url), { workerData: options });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  let nextId = 1;
  let ended: CairnError<DbErrorCode> | null = null;
  let closing: Promise<void> | null = null;
  const opened = Promise.withResolvers<unknown>();
  pending.set(0, opened);

  const end = (cause: unknown): void => {
    ended ??= new CairnError<DbErrorCode>("db/unavailable", "the embedded database has ended", { cause });
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  worker.on("error", end);
  worker.on("exit", end);
  worker.on("message", (answer: EmbeddedAnswer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) worker.unref();
    if (answer.type === "done") waiting?.resolve(answer.value);
    else waiting?.reject(Object.assign(new Error(answer.message), answer.fields));
  });

  const ask = (request: EmbeddedRequest): Promise<unknown> => {
    if (ended !== null) return Promise.reject(ended);
    const waiting = Promise.withResolvers<unknown>();
    const id = nextId++;
    // The thread keeps the process alive only while something is asked of it.
    if (pending.size === 0) worker.ref();
    pending.set(id, waiting);
    worker.postMessage({ id, request });
    return waiting.promise;
  };

  const query = async <Row>(
    transaction: number | null,
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<EmbeddedResult<Row>> =>
    (await ask({ type: "query", transaction, sql, parameters: [...parameters] })) as EmbeddedResult<Row>;

  try {
    await opened.promise;
  } catch (cause) {
    await worker.terminate();
    throw new CairnError<DbErrorCode>("db/unavailable", "the embedded database did not start", { cause });
  }
  return {
    query: (sql, parameters) => query(null, sql, parameters),
    exec: async (sql) => (await ask({ type: "exec", sql })) as EmbeddedResult[],
    begin: async () => {
      const transaction = Number(await ask({ type: "begin" }));
      return {
        query: (sql, parameters) => query(transaction, sql, parameters),
        end: async (action) => {
          await ask({ type: "end", transaction, action });
        },
      };
    },
    close: () => {
      closing ??= (async () => {
        if (ended === null) await ask({ type: "close" });
        await worker.terminate();
      })();
      return closing;
    },
  };
}
