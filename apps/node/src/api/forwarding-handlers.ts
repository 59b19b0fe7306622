import { CairnError, isCairnError } from "@cairn/protocol";
import type { RouteName, RouteRequest, RouteResponse } from "@cairn/rpc";
import type { NodeErrorCode } from "../errors.ts";
import type { Handlers, PartStatus } from "./handlers.ts";
import type { HistoryRoute } from "./history-handlers.ts";
import type { RequestRead } from "./request-handlers.ts";
import type { Upstream } from "./upstream.ts";

/** Dependencies of forwarding. */
export interface ForwardingDeps {
  readonly upstream: Upstream;
  /**
   * Whether the process at the address is known to be the rollup's sequencer; until then nothing is forwarded to it.
   */
  readonly isIdentified: () => boolean;
  /** Pending requests of all clients together beyond which new ones are refused. */
  readonly maxInFlight: number;
  /** Time limit for the answer to a client's request. */
  readonly timeoutMs: number;
  readonly roles: readonly string[];
  readonly version: string;
  readonly parts: () => Readonly<Record<string, PartStatus>>;
}

/** Readiness is answered at once or not at all. */
const READINESS_TIMEOUT_MS = 2000;

/**
 * Operations that only the sequencer's process can answer, forwarded to it; `assertTaking` throws what a submission
 * would.
 */
export function createForwardingHandlers(deps: ForwardingDeps): {
  readonly handlers: Handlers<Exclude<RouteName, HistoryRoute | RequestRead>>;
  readonly assertTaking: () => void;
} {
  const { upstream, maxInFlight, roles, version } = deps;
  let inFlight = 0;

  const ask = async <Name extends RouteName>(
    name: Name,
    request: Partial<RouteRequest<Name>>,
    timeoutMs: number,
  ): Promise<RouteResponse<Name>> => {
    if (!deps.isIdentified()) throw outOfReach();
    inFlight++;
    try {
      return await upstream.ask(name, request, timeoutMs);
    } finally {
      inFlight--;
    }
  };
  const forward =
    <Name extends RouteName>(name: Name) =>
    (request: RouteRequest<Name>): Promise<RouteResponse<Name>> => {
      if (inFlight < maxInFlight) return ask(name, request, deps.timeoutMs);
      throw new CairnError<NodeErrorCode>("node/unavailable", `${inFlight} requests are pending`);
    };
  const assertTaking = (): void => {
    if (!deps.isIdentified()) throw outOfReach();
    if (inFlight < maxInFlight) return;
    throw new CairnError<NodeErrorCode>("node/overloaded", `${inFlight} requests are pending`);
  };

  const readiness = async (): Promise<RouteResponse<"ready">> => {
    try {
      return await ask("ready", {}, READINESS_TIMEOUT_MS);
    } catch (error) {
      if (!isCairnError(error)) throw error;
      return { isReady: false, parts: { sequencer: { isReady: false, state: "out of reach" } } };
    }
  };

  return {
    assertTaking,
    handlers: {
      submit: async (request) => {
        // Many may have passed while the body was on its way.
        assertTaking();
        return ask("submit", request, deps.timeoutMs);
      },
      requestPayment: forward("requestPayment"),
      storeMemo: forward("storeMemo"),
      quote: forward("quote"),
      accounts: forward("accounts"),
      account: forward("account"),
      accountProof: forward("accountProof"),
      ownerBalances: forward("ownerBalances"),
      rollup: forward("rollup"),
      tokens: forward("tokens"),
      token: forward("token"),
      health: async () => ({ status: "ok", roles: [...roles], version }),
      ready: async () => {
        const theirs = await readiness();
        const own = deps.parts();
        const isReady = theirs.isReady && Object.values(own).every((part) => part.isReady);
        return { isReady, parts: { ...theirs.parts, ...own } };
      },
    },
  };
}

function outOfReach(): CairnError<NodeErrorCode> {
  return new CairnError("node/unavailable", "the sequencer is out of reach");
}
