import { CairnError } from "@cairn/protocol";
import { type AnyHandle, memoryStorage, type RequestStorage, transfer } from "@cairn/sdk";
import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import { createLive } from "../src/live/live.ts";
import { createFollowing } from "../src/requests/following.ts";
import { openScene } from "./scene.ts";

const HOUR_MS = 3_600_000;

/** A request that is final as soon as somebody looks. */
function finalRequest(id: string, ageMs = 0, hash = "0x1") {
  const forget = vi.fn(async () => undefined);
  const createdAt = new Date(Date.now() - ageMs).toISOString();
  const handle = {
    id,
    kind: "transfer",
    wait: async () => "final",
    hashes: () => [hash],
    toJSON: () => ({ createdAt }),
    forget,
  };
  return { handle: handle as unknown as AnyHandle, forget };
}

function start() {
  const { client } = openScene();
  const following = createFollowing(client, createLive(client, new QueryClient(), null));
  following.start();
  return following;
}

describe("a request that is final", () => {
  it("is forgotten if this page has named it, once no hook can repeat it", async () => {
    const following = start();
    const release = following.hold("hook-1");
    const { handle, forget } = finalRequest("hook-1");
    following.follow(handle);
    await vi.waitFor(() => expect(following.progressOf("hook-1").isOver).toBe(true));
    expect(forget).not.toHaveBeenCalled();
    release();
    await vi.waitFor(() => expect(forget).toHaveBeenCalledOnce());
    expect(following.isDecided("hook-1")).toBe(true);
  });

  it("is kept if its caller has named it, and a day if another page has", async () => {
    const following = start();
    const [named, young, old] = [
      finalRequest("order-17", 99 * HOUR_MS),
      finalRequest("hook-2", HOUR_MS),
      finalRequest("hook-3", 25 * HOUR_MS),
    ];
    for (const { handle } of [named, young, old]) following.follow(handle);
    await vi.waitFor(() => expect(old.forget).toHaveBeenCalledOnce());
    expect([named.forget.mock.calls, young.forget.mock.calls]).toEqual([[], []]);
    expect(following.list().map(({ progress }) => progress.isOver)).toEqual([true, true, true]);
  });
});

describe("a name", () => {
  it("under which something else is sent after a failure is followed anew", async () => {
    const following = start();
    const failure = new CairnError("sdk/not-reached", "rejected", { details: { status: "rejected" } });
    const failed = { ...finalRequest("hook-4", 0, "0x1").handle, wait: () => Promise.reject(failure) };
    following.follow(failed as AnyHandle);
    await vi.waitFor(() => expect(following.progressOf("hook-4")).toMatchObject({ isOver: true, isFailed: true }));
    following.follow({ ...failed } as AnyHandle);
    expect(following.progressOf("hook-4").isFailed).toBe(true);
    following.follow(finalRequest("hook-4", 0, "0x2").handle);
    await vi.waitFor(() => expect(following.progressOf("hook-4")).toMatchObject({ status: "final", isFailed: false }));
    expect(following.list()).toHaveLength(1);
  });
});

describe("a request that another tab has sent", () => {
  it("is followed as soon as the storage tells of it", async () => {
    let tell: (name: string | null) => void = () => expect.unreachable("nobody listens");
    const onChange: RequestStorage["onChange"] = (listener) => {
      tell = listener;
      return () => undefined;
    };
    const { client, reopened } = openScene({ storage: { ...memoryStorage(), onChange } });
    const following = createFollowing(client, createLive(client, new QueryClient(), null));
    following.start();
    await transfer(reopened(), { to: 65, amount: 10n, requestId: "theirs" });
    expect(following.list()).toEqual([]);
    tell("cairn-31337-0xabc-nonces-64");
    tell("cairn-31337-0xabc-request-theirs");
    await vi.waitFor(() => expect(following.list().map(({ handle }) => handle.id)).toEqual(["theirs"]));
  });
});
