import { CairnError, isCairnError } from "@cairn/protocol";
import { STREAM_PATH } from "@cairn/rpc";
import type { Logger } from "pino";
import { WebSocket } from "ws";
import type { Clock } from "../clock.ts";
import type { NodeErrorCode } from "../errors.ts";
import type { PartStatus } from "./handlers.ts";

/** Where messages come from. */
export interface RelaySettings {
  /** HTTP address of the sequencer's process. */
  readonly url: string;
  readonly retryMs: number;
  /** Time for connecting. */
  readonly handshakeMs: number;
  /** A connection that is silent for this long is dead; the sequencer's process pings. */
  readonly silenceMs: number;
}

/** What a relay does with what it receives. */
export interface RelayDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Before each connection: throws when the process is not the right sequencer. */
  readonly identify: () => Promise<void>;
  /** Something has happened, which the database says. */
  readonly message: () => void;
  readonly lost: () => void;
}

/** Follows the stream of the sequencer's process for as long as it runs. */
export interface StreamRelay {
  /** Keeps trying to connect. Throws `node/wrong-sequencer` when the first attempt finds another rollup. */
  readonly start: () => Promise<void>;
  readonly status: () => PartStatus;
  readonly stop: () => void;
}

/** A relay that is not connected. */
export function createStreamRelay(
  { url, retryMs, handshakeMs, silenceMs }: RelaySettings,
  deps: RelayDeps,
): StreamRelay {
  const { clock, logger } = deps;
  const address = new URL(STREAM_PATH, url.replace(/^http/, "ws"));
  let socket: WebSocket | null = null;
  let state: "connecting" | "following" | "out of reach" | "wrong sequencer" | "stopped" = "connecting";
  let isStopped = false;
  let cancelRetry: () => void = () => undefined;

  const connect = async (): Promise<void> => {
    try {
      await deps.identify();
      if (!isStopped) await listen();
    } catch (error) {
      if (isStopped) return;
      const reached = isWrongSequencer(error) ? "wrong sequencer" : "out of reach";
      if (state !== reached) logger.warn({ err: error }, "the sequencer's stream cannot be followed");
      state = reached;
      retry();
      throw error;
    }
  };
  const retry = (): void => {
    if (isStopped) return;
    cancelRetry = clock.after(retryMs, () => {
      connect().catch(() => undefined);
    });
  };

  /** Resolves when connected; from then on the end of the connection leads to the next attempt. */
  const listen = (): Promise<void> => {
    const connection = new WebSocket(address, { maxPayload: 1_000_000, handshakeTimeout: handshakeMs });
    socket = connection;
    let cancelSilence: () => void = () => undefined;
    const alive = (): void => {
      cancelSilence();
      cancelSilence = clock.after(silenceMs, () => connection.terminate());
    };
    return new Promise((resolve, reject) => {
      let isOpen = false;
      connection.on("open", () => {
        isOpen = true;
        state = "following";
        alive();
        resolve();
      });
      connection.on("ping", alive);
      connection.on("message", () => {
        alive();
        deps.message();
      });
      let failure: unknown;
      connection.on("error", (error) => {
        failure = error;
      });
      connection.on("close", () => {
        cancelSilence();
        if (!isOpen) {
          reject(new CairnError<NodeErrorCode>("node/unavailable", "no connection to the stream", { cause: failure }));
          return;
        }
        if (!isStopped) state = "out of reach";
        logger.warn({ err: failure }, "the sequencer's stream has ended");
        deps.lost();
        retry();
      });
    });
  };

  return {
    start: async () => {
      await connect().catch((error: unknown) => {
        if (isWrongSequencer(error)) throw error;
      });
    },
    status: () => ({ isReady: state === "following", state }),
    stop: () => {
      isStopped = true;
      state = "stopped";
      cancelRetry();
      socket?.terminate();
    },
  };
}

function isWrongSequencer(error: unknown): boolean {
  const code: NodeErrorCode = "node/wrong-sequencer";
  return isCairnError(error, code);
}
