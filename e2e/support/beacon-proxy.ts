import type { IncomingMessage, ServerResponse } from "node:http";
import type { Hex } from "@cairn/protocol";
import { startBreakableServer } from "./breakable-server.ts";

/** An HTTP server in front of a beacon API that can misbehave as those do. */
export interface BeaconProxy {
  readonly url: string;
  /** Closes its port and every connection. */
  readonly refuse: () => Promise<void>;
  /** Accepts requests and never answers. */
  readonly hang: () => void;
  /** Answers every request with this status. */
  readonly fail: (status: number) => void;
  /** Has no blobs of slots before this one. */
  readonly forget: (slot: number) => void;
  /** Answers with what `lie` makes of the right blob. */
  readonly lie: (lie: (blob: Hex) => Hex) => void;
  /** Ends all of the above. */
  readonly comeBack: () => Promise<void>;
  /** How many requests for blobs have been received, answered or not. */
  readonly count: () => number;
  readonly stop: () => Promise<void>;
}

type Mood =
  | { readonly type: "honest" }
  | { readonly type: "hang" }
  | { readonly type: "failing"; readonly status: number }
  | { readonly type: "forgetful"; readonly before: number }
  | { readonly type: "lying"; readonly lie: (blob: Hex) => Hex };

const BLOBS = /^\/eth\/v1\/beacon\/(?:blobs|blob_sidecars)\/(\d+)/;

/** Starts a proxy in front of the beacon API at `target`, on a free port. */
export async function startBeaconProxy(target: string): Promise<BeaconProxy> {
  let mood: Mood = { type: "honest" };
  let asked = 0;

  const handle = async ({ url = "/" }: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const slot = BLOBS.exec(url)?.[1];
    if (slot !== undefined) asked++;
    const answer = (status: number, body: string): void => {
      outgoing.writeHead(status, { "content-type": "application/json" }).end(body);
    };
    if (mood.type === "hang") return;
    if (mood.type === "failing") return answer(mood.status, "{}");
    if (mood.type === "forgetful" && slot !== undefined && Number(slot) < mood.before) return answer(404, "{}");
    const response = await fetch(`${target}${url}`);
    const body = await response.text();
    if (mood.type !== "lying" || slot === undefined || !response.ok) return answer(response.status, body);
    const { data } = JSON.parse(body) as { readonly data: readonly Hex[] };
    return answer(200, JSON.stringify({ data: data.map(mood.lie) }));
  };
  const server = await startBreakableServer(handle);

  return {
    url: server.url,
    refuse: server.close,
    hang: () => {
      mood = { type: "hang" };
    },
    fail: (status) => {
      mood = { type: "failing", status };
    },
    forget: (before) => {
      mood = { type: "forgetful", before };
    },
    lie: (lie) => {
      mood = { type: "lying", lie };
    },
    comeBack: async () => {
      mood = { type: "honest" };
      await server.reopen();
    },
    count: () => asked,
    stop: server.close,
  };
}
