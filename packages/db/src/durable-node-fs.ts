import { fsyncSync } from "node:fs";
import { NodeFS } from "@electric-sql/pglite/nodefs";

interface NodeStream {
  readonly nfd?: number;
}

interface NodeFsModule {
  readonly NODEFS: { readonly stream_ops: { fsync?: (stream: NodeStream) => number } };
}

/**
 * PGlite's directory file system with a working fsync: Emscripten's answers without syncing anything. Together with the
 * start parameters of database.ts a commit is on the disk when it returns, as in a PostgreSQL server.
 */
export class DurableNodeFS extends NodeFS {
  override async init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const { emscriptenOpts } = await super.init(...args);
    const connectFsync = (module: object): void => {
      if (!hasNodeFs(module)) return;
      module.NODEFS.stream_ops.fsync = ({ nfd }) => {
        if (nfd !== undefined) fsyncSync(nfd);
        return 0;
      };
    };
    const preRun = emscriptenOpts.preRun ?? [];
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [...(Array.isArray(preRun) ? preRun : [preRun]), connectFsync],
      },
    };
  }
}

function hasNodeFs(module: object): module is NodeFsModule {
  return "NODEFS" in module && typeof module.NODEFS === "object";
}
