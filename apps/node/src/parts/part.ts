import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { PartStatus } from "../api/handlers.ts";
import type { Clock } from "../clock.ts";
import type { NodeConfig } from "../config/config.ts";
import { createEndings, type Endings } from "../endings.ts";

/** What every part of a node is given. */
export interface PartContext {
  readonly config: NodeConfig;
  readonly clock: Clock;
  /** The logger of a module. */
  readonly child: (module: string) => Logger;
  /** Takes the part's metrics. */
  readonly registry: Registry;
  /** Whether this process has a role. */
  readonly has: (role: NodeConfig["roles"][number]) => boolean;
  /** Tells that the node cannot go on. */
  readonly fail: (error: unknown) => void;
}

/** One part of a node. What it stands on is given to it when it is made; it does nothing before its start. */
export interface Part<Offer = void> {
  readonly name: string;
  /**
   * Resolves with what it offers to the parts after it. Puts on `endings` what stops it again, each thing as soon as it exists, so
   * that a start that fails half way leaves nothing running.
   */
  readonly start: (endings: Endings) => Promise<Offer>;
  /** What readiness and metrics show of it once it has started. */
  readonly readiness?: () => Readonly<Record<string, PartStatus>>;
}

/** The parts of a node that have started, in order. */
export interface PartList {
  /** Starts a part behind the others. Rejects as its start. */
  readonly start: <Offer>(part: Part<Offer>) => Promise<Offer>;
  readonly readiness: () => Readonly<Record<string, PartStatus>>;
  /** Stops all, last started first; what one of them throws is logged and keeps no other from stopping. */
  readonly stop: () => Promise<void>;
}

/** A list without parts. */
export function createPartList(logger: Logger): PartList {
  const endings = createEndings(logger);
  const started: Part<unknown>[] = [];
  return {
    start: async (part) => {
      const offer = await part.start(endings);
      started.push(part);
      return offer;
    },
    readiness: () => Object.assign({}, ...started.map((part) => part.readiness?.())),
    stop: endings.end,
  };
}
