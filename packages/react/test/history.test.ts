import { CairnError } from "@cairn/protocol";
import { createElement } from "react";
import { describe, expect, it, vi } from "vitest";
import { type HistoryResult, useHistory } from "../src/index.ts";
import { show, usePage, watch } from "./dom.ts";
import { provide } from "./provide.ts";
import { CONNECTED, entryOf, eventOf, openScene } from "./scene.ts";

describe("a history", () => {
  usePage();

  const ids = ({ data }: HistoryResult) => data?.entries.map(({ atMs }) => atMs);

  it("is shown page by page, and new entries come at the top", async () => {
    const scene = openScene();
    scene.node.entries.push(...[5, 4, 3, 2, 1].map((atMs) => entryOf({ atMs })));
    const history = watch(() => useHistory({ pageSize: 2 }));
    await show(provide(scene, history.element));
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(history.now().isLive).toBe(true));
    expect(history.now().data?.entries[0]).toMatchObject({ amount: 5n, fee: 3n });
    await history.now().fetchNextPage();
    await vi.waitFor(() => expect(ids(history.now())).toEqual([5, 4, 3, 2]));
    expect(history.now()).toMatchObject({ hasNextPage: true, isLive: true });
    scene.node.entries.unshift(entryOf({ atMs: 6 }));
    scene.node.tell(eventOf());
    await vi.waitFor(() => expect(ids(history.now())).toEqual([6, 5, 4, 3]));
    await history.now().fetchNextPage();
    await vi.waitFor(() =>
      expect([ids(history.now()), history.now().hasNextPage]).toEqual([[6, 5, 4, 3, 2, 1], false]),
    );
  });

  it("of an account is live when the account is the owner's", async () => {
    const scene = openScene();
    const [own, other] = [watch(() => useHistory({ account: 64 })), watch(() => useHistory({ account: 65 }))];
    await show(
      provide(scene, [createElement("p", { key: 1 }, own.element), createElement("p", { key: 2 }, other.element)]),
    );
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(own.now().isLive).toBe(true));
    expect(other.now()).toMatchObject({ isLive: false, data: { entries: [] } });
  });

  it("that has failed does not look live because a further page was fetched", async () => {
    const scene = openScene();
    scene.node.entries.push(...[3, 2, 1].map((atMs) => entryOf({ atMs })));
    const history = watch(() => useHistory({ pageSize: 1 }));
    await show(provide(scene, history.element));
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    await vi.waitFor(() => expect(history.now().isLive).toBe(true));
    let isBroken = true;
    scene.node.before = async (route) => {
      if (route === "ownerHistory" && isBroken) throw new CairnError("sdk/unreachable", "no answer");
    };
    scene.node.entries.unshift(entryOf({ atMs: 4 }));
    scene.node.tell(eventOf());
    await vi.waitFor(() => expect(history.now().isError).toBe(true));
    isBroken = false;
    const from = history.results.length;
    await history.now().fetchNextPage();
    await vi.waitFor(() => expect([ids(history.now())?.[0], history.now().isLive]).toEqual([4, true]));
    const claimed = history.results.slice(from).filter(({ isLive }) => isLive);
    expect(claimed.every((one) => ids(one)?.[0] === 4)).toBe(true);
  });
});
