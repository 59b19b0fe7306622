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

/** Without any answer for so long, a thread that was asked something counts as stuck. */
const SILENCE_MS = 60_000;
/** Between two tries to open a database again. */
const REOPEN_PAUSE_MS = 500;

/** One thread, from its start until it ends. */
interface Life {
  readonly ask: (request: EmbeddedRequest) => Promise<unknown>;
  readonly hasEnded: () => boolean;
  readonly terminate: () => Promise<void>;
}

/**
 * Opens the database of a directory, or one in memory. A thread that breaks (a PANIC of PostgreSQL when the disk is full, an
 * abort, silence) fails what was asked of it and is replaced at the next request, which finds what was committed; one in memory
 * has ended then. Throws `db/unavailable`.
 */
export async function openEmbeddedEngine(options: EmbeddedOptions): Promise<EmbeddedEngine> {
  let life = await startLife(options);
  let reopening: Promise<Life> | null = null;
  let lastFailure: { readonly atMs: number; readonly error: unknown } | null = null;
  let closing: Promise<void> | null = null;

  const reopen = (): Promise<Life> => {
    if (options.directory === null || closing !== null) return Promise.resolve(life);
    if (lastFailure !== null && performance.now() - lastFailure.atMs < REOPEN_PAUSE_MS) {
      return Promise.reject(lastFailure.error);
    }
    reopening ??= startLife(options)
      .then(
        (opened) => {
          lastFailure = null;
          life = opened;
          return opened;
        },
        (error: unknown) => {
          lastFailure = { atMs: performance.now(), error };
          throw error;
        },
      )
      .finally(() => {
        reopening = null;
      });
    return reopening;
  };
  const ask = async (request: EmbeddedRequest): Promise<unknown> => {
    if (!life.hasEnded()) return life.ask(request);
    return (await reopen()).ask(request);
  };

  return {
    query: async <Row>(sql: string, parameters: readonly unknown[] = []) =>
      (await ask({ type: "query", transaction: null, sql, parameters: [...parameters] })) as EmbeddedResult<Row>,
    exec: async (sql) => (await ask({ type: "exec", sql })) as EmbeddedResult[],
    begin: async () => {
      // A transaction belongs to the thread that began it, and ends with it.
      const own = life.hasEnded() ? await reopen() : life;
      const transaction = Number(await own.ask({ type: "begin" }));
      return {
        query: async <Row>(sql: string, parameters: readonly unknown[]) =>
          (await own.ask({ type: "query", transaction, sql, parameters: [...parameters] })) as EmbeddedResult<Row>,
        end: async (action) => {
          await own.ask({ type: "end", transaction, action });
        },
      };
    },
    close: () => {
      closing ??= (async () => {
        await reopening?.catch(() => undefined);
        if (!life.hasEnded()) await life.ask({ type: "close" });
        await life.terminate();
      })();
      return closing;
    },
  };
}

async function startLife(options: EmbeddedOptions): Promise<Life> {
  const worker = new Worker(new URL("./embedded-worker.ts", import.meta.url), {
    name: "database",
    workerData: options,
  });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const opened = Promise.withResolvers<unknown>();
  let nextId = 1;
  let ended: CairnError<DbErrorCode> | null = null;
  let lastAnswerMs = performance.now();
  pending.set(0, opened);

  const end = (cause: unknown): void => {
    clearInterval(watchdog);
    ended ??= new CairnError<DbErrorCode>("db/unavailable", "the embedded database has ended", { cause });
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
    void worker.terminate();
  };
  const watchdog = setInterval(() => {
    if (pending.size > 0 && performance.now() - lastAnswerMs > SILENCE_MS) end("it does not answer");
  }, SILENCE_MS / 10).unref();
  worker.on("error", end);
  worker.on("exit", end);
  worker.on("message", (answer: EmbeddedAnswer) => {
    lastAnswerMs = performance.now();
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) worker.unref();
    if (answer.type === "done") {
      waiting?.resolve(answer.value);
      return;
    }
    const error = Object.assign(new Error(answer.message), answer.fields);
    waiting?.reject(error);
    // After these PostgreSQL itself would exit; here what is left of it does not answer any more.
    if (answer.fields.severity === "PANIC" || answer.fields.severity === "FATAL") end(error);
  });

  const ask = (request: EmbeddedRequest): Promise<unknown> => {
    if (ended !== null) return Promise.reject(ended);
    const waiting = Promise.withResolvers<unknown>();
    const id = nextId++;
    // The thread keeps the process alive only while something is asked of it.
    if (pending.size === 0) {
      worker.ref();
      lastAnswerMs = performance.now();
    }
    pending.set(id, waiting);
    worker.postMessage({ id, request });
    return waiting.promise;
  };

  try {
    await opened.promise;
  } catch (cause) {
    clearInterval(watchdog);
    await worker.terminate();
    throw new CairnError<DbErrorCode>("db/unavailable", "the embedded database did not start", { cause });
  }
  return {
    ask,
    hasEnded: () => ended !== null,
    terminate: async () => {
      clearInterval(watchdog);
      await worker.terminate();
    },
  };
}
