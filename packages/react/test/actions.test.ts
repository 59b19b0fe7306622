import { CairnError } from "@cairn/protocol";
import { onlineManager, QueryClient } from "@tanstack/react-query";
import { createElement, StrictMode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useHandle, usePayMany, useRequests, useTransfer } from "../src/index.ts";
import { show, usePage, watch } from "./dom.ts";
import { apiError } from "./fake-node.ts";
import { provide } from "./provide.ts";
import { CONNECTED, eventOf, openScene, type Scene } from "./scene.ts";

const PAYMENT = { to: 65, amount: 500n };
/** What an application may have set for all of its mutations. */
const EAGER = { defaultOptions: { mutations: { retry: 5, retryDelay: 1 }, queries: { retry: 5, retryDelay: 1 } } };
/** Ids of what the node has. */
const paid = ({ node }: Scene) => [...node.transactions.keys()];
const unreachable = () => new CairnError("sdk/unreachable", "the connection broke");

/** A form that pays, on a page. */
async function openForm(scene: Scene, { isStrict = false } = {}) {
  const form = watch(() => useTransfer());
  const tree = provide(scene, form.element, { queryClient: new QueryClient(EAGER) });
  const page = await show(isStrict ? createElement(StrictMode, null, tree) : tree);
  await vi.waitFor(() => expect(form.results.length).toBeGreaterThan(0));
  return { form, page };
}

describe("a payment", () => {
  usePage();
  afterEach(() => onlineManager.setOnline(true));

  it("is sent once, in StrictMode, across renderings, and although the QueryClient retries", async () => {
    const scene = openScene();
    let go = (): void => undefined;
    const isReady = new Promise<void>((resolve) => {
      go = resolve;
    });
    scene.node.before = (route) => (route === "quote" ? isReady : Promise.resolve());
    const { form, page } = await openForm(scene, { isStrict: true });
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().isPending).toBe(true));
    for (let i = 0; i < 5; i++) {
      const queryClient = new QueryClient(EAGER);
      page.again(createElement(StrictMode, null, provide(scene, form.element, { queryClient })));
    }
    go();
    await vi.waitFor(() => expect(paid(scene)).toHaveLength(1));
    await vi.waitFor(async () => expect(await scene.storage.names("")).toHaveLength(2));
    expect(scene.signed()).toBe(1);
  });

  it("is not repeated by itself after a failure, whatever the QueryClient says of retries", async () => {
    const scene = openScene();
    let tries = 0;
    scene.node.before = async (route) => {
      if (route !== "quote") return;
      tries++;
      throw apiError("overloaded");
    };
    const { form } = await openForm(scene);
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().error).toMatchObject({ code: "sdk/api-error" }));
    expect([tries, scene.signed(), paid(scene)]).toEqual([1, 0, []]);
    expect(form.now().failureCount).toBe(1);
  });

  it("is sent once for two clicks, and `mutateAsync` says that the hook is busy", async () => {
    const scene = openScene();
    const { form } = await openForm(scene);
    const { mutate, mutateAsync } = form.now();
    mutate(PAYMENT);
    mutate(PAYMENT);
    await expect(mutateAsync(PAYMENT)).rejects.toMatchObject({ code: "react/busy" });
    await vi.waitFor(() => expect(form.now().isSuccess).toBe(true));
    expect([scene.signed(), paid(scene).length]).toEqual([1, 1]);
    mutate({ ...PAYMENT, amount: 600n });
    await vi.waitFor(() => expect(paid(scene)).toHaveLength(2));
  });

  it("that was signed is sent although the component is gone", async () => {
    const scene = openScene();
    let go = (): void => undefined;
    let isAborted = false;
    scene.node.before = (route, signal) => {
      if (route !== "submit") return Promise.resolve();
      signal?.addEventListener("abort", () => {
        isAborted = true;
      });
      return new Promise((resolve) => {
        go = resolve;
      });
    };
    const { form, page } = await openForm(scene);
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(scene.node.asked).toContain("submit"));
    page.leave();
    go();
    await vi.waitFor(() => expect(paid(scene)).toHaveLength(1));
    expect(isAborted).toBe(false);
  });

  it("is sent or fails at once, and never later, when the browser says that it is offline", async () => {
    const scene = openScene();
    onlineManager.setOnline(false);
    const { form } = await openForm(scene);
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().isSuccess).toBe(true));
    expect(form.results.some(({ isPaused }) => isPaused)).toBe(false);
  });

  it("whose outcome nobody knows is the same request when it is tried again, and no other can take its place", async () => {
    const scene = openScene();
    let isAnswered = false;
    const { submit } = scene.node.client;
    scene.node.lies = {
      submit: async (...args) => {
        scene.node.lies = {};
        const answer = await submit(...args);
        scene.node.lies = { submit: scene.node.client.submit };
        if (!isAnswered) throw unreachable();
        return answer;
      },
    };
    scene.node.before = async (route) => {
      if (route === "submit" && paid(scene).length > 0 && !isAnswered) throw unreachable();
    };
    const { form } = await openForm(scene);
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().error).toMatchObject({ code: "sdk/outcome-unknown" }), { timeout: 4_000 });
    expect(paid(scene)).toHaveLength(1);
    isAnswered = true;
    scene.node.lies = {};
    form.now().mutate({ ...PAYMENT, amount: 501n });
    await vi.waitFor(() => expect(form.now().error).toMatchObject({ code: "sdk/request-conflict" }));
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().isSuccess).toBe(true));
    expect([scene.signed(), paid(scene).length]).toEqual([1, 1]);
    expect(form.now().data?.hashes()).toEqual(paid(scene));
    form.now().mutate({ ...PAYMENT, amount: 501n });
    await vi.waitFor(() => expect(paid(scene)).toHaveLength(2));
  });

  it("whose first try the node acknowledged wrongly is not paid again by the next", async () => {
    const scene = openScene();
    const { submit } = scene.node.client;
    scene.node.lies = {
      submit: async (...args) => {
        scene.node.lies = {};
        await submit(...args);
        return { transactions: [{ id: `0x${"1".repeat(64)}`, status: "received", inclusion: null }] };
      },
    };
    const { form } = await openForm(scene);
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().error).toMatchObject({ code: "sdk/outcome-unknown" }));
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().isSuccess).toBe(true));
    expect([scene.signed(), paid(scene).length]).toEqual([1, 1]);
  });

  it("of many that was refused halfway goes on where it stopped", async () => {
    const scene = openScene();
    let isRefused = false;
    scene.node.before = async (route) => {
      if (route !== "submit" || isRefused || paid(scene).length !== 1) return;
      isRefused = true;
      throw apiError("rejected", { reason: { type: "poolFull" } });
    };
    const form = watch(() => usePayMany());
    await show(provide(scene, form.element));
    const payments = [100n, 200n, 300n].map((amount) => ({ to: 65, amount }));
    await vi.waitFor(() => expect(form.results.length).toBeGreaterThan(0));
    form.now().mutate({ payments });
    await vi.waitFor(() =>
      expect(form.now().error).toMatchObject({ code: "sdk/not-reached", details: { accepted: 1 } }),
    );
    form.now().mutate({ payments });
    await vi.waitFor(() => expect(form.now().isSuccess).toBe(true));
    const amounts = [...scene.node.transactions.values()].map(({ amount }) => amount);
    expect(amounts).toEqual(["100", "200", "300"]);
  });

  it("is another one with other parameters, once it is known what became of the first", async () => {
    const scene = openScene();
    scene.node.before = async (route) => {
      if (route === "submit" && scene.signed() === 1 && paid(scene).length === 1) throw unreachable();
    };
    const { submit } = scene.node.client;
    scene.node.lies = {
      submit: async (...args) => {
        scene.node.lies = {};
        await submit(...args);
        throw unreachable();
      },
    };
    const { form } = await openForm(scene);
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().error).toMatchObject({ code: "sdk/outcome-unknown" }), { timeout: 4_000 });
    for (const [id, view] of scene.node.transactions)
      scene.node.transactions.set(id, { ...view, status: "confirmed", inclusion: { block: 1, slot: 0 } });
    const list = watch(() => useRequests());
    await show(provide(scene, list.element));
    scene.node.before = async () => undefined;
    const account = scene.node.accounts.get(64) ?? expect.unreachable();
    scene.node.accounts.set(64, { ...account, nonce: 1 });
    // The provider has followed it: nobody has to say that the first is given up.
    await vi.waitFor(async () => {
      await form.now().mutateAsync({ ...PAYMENT, amount: 501n });
    });
    expect([scene.signed(), paid(scene).length]).toEqual([2, 2]);
  });

  it("is a new one after `reset`, which says that the first is given up", async () => {
    const scene = openScene();
    scene.node.before = async (route) => {
      if (route === "submit" && scene.signed() === 1) throw unreachable();
    };
    const { form } = await openForm(scene);
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().error).toMatchObject({ code: "sdk/outcome-unknown" }), { timeout: 4_000 });
    form.now().reset();
    form.now().mutate({ ...PAYMENT, amount: 501n });
    await vi.waitFor(() => expect(form.now().isSuccess).toBe(true));
    expect(scene.signed()).toBe(2);
  });
});

describe("a request", () => {
  usePage();

  const become = (scene: Scene, status: "confirmed" | "rejected") => {
    for (const [id, view] of scene.node.transactions) {
      const inclusion = status === "confirmed" ? { block: 1, slot: 0 } : null;
      scene.node.transactions.set(id, { ...view, status, inclusion, rejection: { type: "linkBroken" } });
    }
  };

  it("moves on as the stream tells, without being asked for again and again", async () => {
    const scene = openScene();
    const { form } = await openForm(scene);
    await vi.waitFor(() => expect(scene.node.open).toBe(1));
    scene.node.tell(CONNECTED);
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().progress).toMatchObject({ status: "received", isOver: false }));
    expect(form.now().progress.seenAtMs).toBeGreaterThan(Date.now() - 60_000);
    become(scene, "confirmed");
    const [id = null] = paid(scene);
    scene.node.tell(eventOf({ id }));
    await vi.waitFor(() => expect(form.now().progress.status).toBe("confirmed"));
    expect(scene.node.asked.filter((route) => route === "transaction").length).toBeLessThan(20);
    become(scene, "rejected");
    scene.node.tell(eventOf({ id }));
    await vi.waitFor(() =>
      expect(form.now().progress).toMatchObject({ status: "rejected", isOver: true, isFailed: true }),
    );
    expect(form.now().progress.error).toMatchObject({ code: "sdk/not-reached" });
  });

  it("goes on after a reload, and is sent again when the node has lost it", async () => {
    const scene = openScene();
    const { form, page } = await openForm(scene);
    form.now().mutate({ ...PAYMENT, requestId: "order-17" });
    await vi.waitFor(() => expect(form.now().isSuccess).toBe(true));
    const [id] = paid(scene);
    page.leave();
    scene.node.transactions.clear();
    const client = scene.reopened();
    const list = watch(() => useRequests());
    await show(createElement(StrictMode, null, provide({ client }, list.element)));
    await vi.waitFor(() =>
      expect(list.now().requests).toMatchObject([{ handle: { id: "order-17", kind: "transfer" } }]),
    );
    await vi.waitFor(() => expect(paid(scene)).toEqual([id]));
    await vi.waitFor(() => expect(list.now().requests[0]?.progress.status).toBe("received"));
    expect(list.now()).toMatchObject({ isLoading: false, error: null });
    expect(scene.signed()).toBe(1);
  });

  it("of another component is the same one, and is followed when nobody shows it", async () => {
    const scene = openScene();
    const { form } = await openForm(scene);
    form.now().mutate(PAYMENT);
    await vi.waitFor(() => expect(form.now().isSuccess).toBe(true));
    const handle = form.now().data;
    const other = watch(() => useHandle(handle));
    await show(provide(scene, other.element));
    await vi.waitFor(() => expect(other.now().status).toBe("received"));
    become(scene, "confirmed");
    await vi.waitFor(() => expect(other.now().status).toBe("confirmed"));
    const nothing = watch(() => useHandle(null));
    await show(provide(scene, nothing.element));
    await vi.waitFor(() => expect(nothing.now()).toMatchObject({ status: null, isOver: false, error: null }));
  });

  it("says so when the storage cannot be read", async () => {
    const scene = openScene({
      storage: {
        read: async () => "{}",
        write: async () => undefined,
        remove: async () => undefined,
        names: async () => ["damaged"],
        locked: (_, work) => work(),
      },
    });
    const list = watch(() => useRequests());
    await show(provide(scene, list.element));
    await vi.waitFor(() =>
      expect(list.now()).toMatchObject({ isLoading: false, error: { code: "sdk/bad-request-json" } }),
    );
  });
});
