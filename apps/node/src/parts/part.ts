import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { PartStatus } from "../api/handlers.ts";
import type { Clock } from "../clock.ts";
import type { NodeConfig } from "../config/config.ts";
import { createEndings, type Endings } from "../endings.ts";

/** What every part of a node receives. */
export interface PartContext {
  readonly config: NodeConfig;
  readonly clock: Clock;
  /** The logger of a module. */
  readonly child: (module: string) => Logger;
  /** Registry for the part's metrics. */
  readonly registry: Registry;
  /** Whether this process has a role. */
  readonly has: (role: NodeConfig["roles"][number]) => boolean;
  /** Reports that the node cannot continue. */
  readonly fail: (error: unknown) => void;
}

/** One part of a node. It receives its dependencies when created and does nothing before its start. */
export interface Part<Offer = void> {
  readonly name: string;
  /**
   * Resolves with what it offers to the parts after it. Registers each thing to stop on `endings` as soon as it exists,
   * so that a start that fails halfway leaves nothing running.
   */
  readonly start: (endings: Endings) => Promise<Offer>;
  /** Its status for readiness and metrics once it has started. */
  readonly readiness?: () => Readonly<Record<string, PartStatus>>;
}

/** The parts of a node that have started, in order. */
export interface PartList {
  /** Starts a part after the others. Rejects like its start. */
  readonly start: <Offer>(part: Part<Offer>) => Promise<Offer>;
  readonly readiness: () => Readonly<Record<string, PartStatus>>;
  /** Stops all, last started first; an error of one is logged and does not keep the others from stopping. */
  readonly stop: () => Promise<void>;
}

/** An empty list. */
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
