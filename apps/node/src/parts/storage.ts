import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { acquireNodeLock, bindChain, type Database, databaseLocation, findChain, openDatabase } from "@cairn/db";
import { addressToBigint, CairnError, type Domain, type SoloSize } from "@cairn/protocol";
import type { Endings } from "../endings.ts";
import type { NodeErrorCode } from "../errors.ts";
import { openStateKeeper, type StateKeeper } from "../sequencer/state-keeper.ts";
import type { Part, PartContext } from "./part.ts";

/** Number of last blocks that the state store can undo. */
const RETAINED_BLOCKS = 16_384;

/** The rollup and block size that a node belongs to. */
interface Chain {
  readonly domain: Domain;
  readonly slotCount: SoloSize;
}

/** A node's storage, and the rollup it belongs to. */
export interface Storage extends Chain {
  /** The state store; null without the role of the sequencer. */
  readonly keeper: StateKeeper | null;
  readonly database: Database;
}

/** State store, database, and the locks of the roles. */
export function createStoragePart(context: PartContext): Part<Storage> {
  const { config, has, fail } = context;

  const openState = async (endings: Endings): Promise<StateKeeper> => {
    mkdirSync(config.dataDir, { recursive: true });
    const keeper = await openStateKeeper({ path: join(config.dataDir, "state"), retainedBlocks: RETAINED_BLOCKS });
    endings.add("state", keeper.close);
    void keeper.lost.then(fail);
    return keeper;
  };

  const lock = async (endings: Endings, database: Database, role: string): Promise<void> => {
    const held = await acquireNodeLock(database, role);
    endings.add(`lock of the ${role}`, held.release);
    void held.lost.then(() =>
      fail(new CairnError<NodeErrorCode>("node/already-running", `the lock of the ${role} is lost`)),
    );
  };

  return {
    name: "storage",
    start: async (endings) => {
      // First of all: its lock also keeps a second node away from the embedded database.
      const keeper = has("sequencer") ? await openState(endings) : null;
      const database = await openDatabase(
        databaseLocation(config.databaseUrl, join(config.dataDir, "database"), join(config.cacheDir, "database")),
      );
      endings.add("database", () => database.close());
      for (const role of ["sequencer", "watcher", "publisher"] as const)
        if (has(role)) await lock(endings, database, role);
      return { keeper, database, ...(await identify(context, database)) };
    },
  };
}

/** Rollup and block size as configured, or else from the database. */
async function identify({ config }: PartContext, database: Database): Promise<Chain> {
  if (config.chainId === undefined || config.rollup === undefined) {
    const stored = await findChain(database.db);
    if (stored !== undefined) return stored;
    throw new CairnError<NodeErrorCode>("node/bad-config", "the database belongs to no rollup yet: start a node first");
  }
  const domain = { chainId: BigInt(config.chainId), rollup: addressToBigint(config.rollup) };
  const slotCount = Number(config.slots) as SoloSize;
  await bindChain(database.db, domain, slotCount);
  return { domain, slotCount };
}
