import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, openScene, type Population, pay, populate, type Scene } from "../support/index.ts";

describe.each(["embedded", "server"] as const)("two nodes on one %s database", (database) => {
  let scene: Scene;
  let people: Population;

  beforeAll(async () => {
    scene = await openScene({ database });
    people = await populate(scene);
  });
  afterAll(() => scene?.stop());

  it("the second refuses to start, does not harm the first, and takes over at once when the first is killed", async () => {
    await pay(scene, people);
    // On a server, the state store's lock is not the only thing that keeps it out.
    const elsewhere = { CAIRN_DATA_DIR: join(scene.dir, "elsewhere") };
    const seconds = database === "server" ? [{}, elsewhere] : [{}];
    for (const change of seconds) {
      const second = scene.spawn(change);
      expect(await second.exited).toEqual({ code: 1, signal: null });
      expect(second.output()).toContain("node/already-running");
    }
    expect(people.node.isRunning()).toBe(true);
    await pay(scene, people);
    await people.node.kill();
    await scene.start();
    await audit(scene);
  });
});
