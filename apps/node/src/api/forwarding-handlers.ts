import { CairnError, isCairnError } from "@cairn/protocol";
import type { RouteName, RouteRequest, RouteResponse } from "@cairn/rpc";
import type { NodeErrorCode } from "../errors.ts";
import type { Handlers, PartStatus } from "./handlers.ts";
import type { HistoryRoute } from "./history-handlers.ts";
import type { Upstream } from "./upstream.ts";

/** What forwarding is told. */
export interface ForwardingDeps {
  readonly upstream: Upstream;
  /** Submissions under way beyond which new ones are refused. */
  readonly maxInFlight: number;
  readonly roles: readonly string[];
  readonly version: string;
  readonly parts: () => Readonly<Record<string, PartStatus>>;
}

/** Operations that only the sequencer's process can answer, handed on to it; `assertTaking` throws `node/overloaded`. */
export function createForwardingHandlers({ upstream, maxInFlight, roles, version, parts }: ForwardingDeps): {
  readonly handlers: Handlers<Exclude<RouteName, HistoryRoute>>;
  readonly assertTaking: () => void;
} {
  let inFlight = 0;
  const forward =
    <Name extends RouteName>(name: Name) =>
    (request: RouteRequest<Name>): Promise<RouteResponse<Name>> =>
      upstream.ask(name, request);

  const readiness = async (): Promise<RouteResponse<"ready">> => {
    try {
      return await upstream.ask("ready", {});
    } catch (error) {
      if (!isCairnError(error)) throw error;
      return { isReady: false, parts: { sequencer: { isReady: false, state: error.message } } };
    }
  };

  return {
    assertTaking: () => {
      if (inFlight < maxInFlight) return;
      throw new CairnError<NodeErrorCode>("node/overloaded", `${inFlight} submissions are under way`);
    },
    handlers: {
      submit: async (request) => {
        inFlight++;
        try {
          return await upstream.ask("submit", request);
        } finally {
          inFlight--;
        }
      },
      quote: forward("quote"),
      accounts: forward("accounts"),
      account: forward("account"),
      rollup: forward("rollup"),
      health: async () => ({ status: "ok", roles: [...roles], version }),
      ready: async () => {
        const theirs = await readiness();
        const own = parts();
        const isReady = theirs.isReady && Object.values(own).every((part) => part.isReady);
        return { isReady, parts: { ...theirs.parts, ...own } };
      },
    },
  };
}
