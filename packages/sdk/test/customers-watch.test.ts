import { bigintToAddress } from "@cairn/protocol";
import { bigintToWord } from "@cairn/rpc";
import { beforeEach, describe, expect, it } from "vitest";
import { watchCustomers } from "../src/customers/index.ts";
import type { NodeClient } from "../src/index.ts";
import { customersScene, KEYS, MAIN, OWNER } from "./customers-scene.ts";
import { BOB } from "./people.ts";

describe("customers", () => {
  const scene = customersScene();
  beforeEach(scene.begin);

  describe("are watched", () => {
    const entry = (change: object) => ({
      type: "entry",
      cursor: "c",
      atMs: 1,
      status: "confirmed",
      entry: { to: null, from: null, amount: "5", ...change },
    });
    const at = (account: number, owner = OWNER) => ({ account, owner });

    it("by one stream of the owner, each by their key", async () => {
      await scene.open(["anna", "ben"]);
      scene.put(90, { key: bigintToWord(9n) });
      const [anna = 0, ben = 0] = ["anna", "ben"].map((id) => scene.indexOf(id));
      const events = [
        { type: "connected", cursor: "b" },
        entry({ to: at(anna), from: at(65, bigintToAddress(BOB.owner)) }),
        entry({ to: at(90), from: at(65, bigintToAddress(BOB.owner)) }),
        entry({ to: at(MAIN), from: at(ben) }),
        entry({ to: at(anna, bigintToAddress(BOB.owner)) }),
      ];
      const asked: unknown[] = [];
      scene.node.lies = {
        stream: ((options: unknown) => {
          asked.push(options);
          return (async function* () {
            yield* events;
          })();
        }) as unknown as NodeClient["stream"],
      };
      const told: unknown[] = [];
      for await (const { customer, direction } of watchCustomers(scene.connect(), { keys: KEYS, cursor: "a" }))
        told.push([customer, direction]);
      expect(told).toEqual([
        [null, null],
        ["anna", "in"],
        [null, null],
        ["ben", "out"],
        [null, null],
      ]);
      expect(asked).toMatchObject([{ owner: OWNER.toLowerCase(), cursor: "a" }]);
    });

    it("also when an index becomes another customer's, until L1 has it", async () => {
      await scene.open(["anna", "ben"]);
      const [anna = 0, ben = 0] = ["anna", "ben"].map((id) => scene.indexOf(id));
      const swap = () => {
        const [a, b] = [scene.node.accounts.get(anna), scene.node.accounts.get(ben)];
        scene.put(anna, { ...b, index: anna });
        scene.put(ben, { ...a, index: ben });
      };
      scene.node.lies = {
        stream: (() =>
          (async function* () {
            yield entry({ to: at(anna) });
            swap();
            yield entry({ to: at(anna) });
            yield { ...entry({ to: at(anna) }), status: "proven" };
            swap();
            yield entry({ to: at(anna) });
          })()) as unknown as NodeClient["stream"],
      };
      const told: unknown[] = [];
      for await (const { customer } of watchCustomers(scene.connect(), { keys: KEYS })) told.push(customer);
      expect(told).toEqual(["anna", "ben", "ben", "ben"]);
    });
  });
});
