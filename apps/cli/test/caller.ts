import { createContext } from "../src/context.ts";
import { openCaller, type RollupCaller } from "../src/l1/caller.ts";
import { type RestoredSession, withRestored } from "../src/restored/session.ts";

/** Works with the restored state of a profile's rollup and a caller with its default key, like the commands. */
export function withCaller<T>(
  home: string,
  work: (caller: RollupCaller, session: RestoredSession) => Promise<T>,
  flags: { readonly dryRun?: boolean } = {},
): Promise<T> {
  const terminal = {
    stdout() {},
    stderr() {},
    env: { CAIRN_HOME: home },
    signal: new AbortController().signal,
    askSecret: null,
  };
  const context = createContext({ json: true }, terminal);
  return withRestored(context, {}, async (session) => work(await openCaller(context, flags, session.network), session));
}
