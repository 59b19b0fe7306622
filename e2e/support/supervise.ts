import type { Exit, NodeProcess } from "./node-process.ts";
import type { Scene } from "./scene.ts";

/** Keeps a node running as an operating system's supervisor does: restarts it when it ends. */
export interface Supervisor {
  /** How earlier processes ended. */
  readonly exits: () => readonly Exit[];
  /** The process that is running now. */
  readonly current: () => NodeProcess;
  /** Stops it for good. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Exit>;
}

type Env = Readonly<Record<string, string>>;

/** Supervises a node of the scene; its first process may get other options. */
export function supervise(scene: Scene, env: Env = {}, firstLife: Env = {}): Supervisor {
  const exits: Exit[] = [];
  let isStopping = false;
  let current = scene.spawn({ ...env, ...firstLife });
  const watch = (): void => {
    void current.exited.then((exit) => {
      exits.push(exit);
      if (isStopping) return;
      current = scene.spawn(env);
      watch();
    });
  };
  watch();
  return {
    exits: () => exits,
    current: () => current,
    stop: (signal = "SIGKILL") => {
      isStopping = true;
      return current.kill(signal);
    },
  };
}
