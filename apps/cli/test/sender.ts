import { createContext } from "../src/context.ts";
import { type L1Sender, openSender } from "../src/l1/sending.ts";
import { type RestoredSession, withRestored } from "../src/restored/session.ts";

/** Works with the restored state of a profile's rollup and a sender of its default key, as the commands do. */
export function withSender<T>(
  home: string,
  work: (sender: L1Sender, session: RestoredSession) => Promise<T>,
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
  return withRestored(context, {}, async (session) => work(await openSender(context, flags, session.network), session));
}
