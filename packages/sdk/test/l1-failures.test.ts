import { toHeaderStruct } from "@cairn/contracts";
import { accountIndex, bytesToHex, isCairnError } from "@cairn/protocol";
import { proveExits } from "@cairn/restore";
import { type Account, BaseError, createClient, type Hex, http, type LocalAccount } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  cairnActions,
  isRetryable,
  keyFromSigner,
  memoryStorage,
  type PayoutList,
  providerSigner,
} from "../src/index.ts";
import { type L1Scene, startL1Scene, type TestClient } from "./l1-scene.ts";
import { mannered, type RpcQuestion, userRefuses } from "./rpc.ts";

const POOR = 7;
const WAIT = { timeout: 60_000 };
const KEY: Hex = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

const coded = (code: number, message: string) => Object.assign(new Error(message), { code });
/** How connections, nodes and wallets fail. */
const FAULTS: Readonly<Record<string, () => unknown>> = {
  "no connection": () => {
    throw new TypeError("fetch failed");
  },
  "an internal error": () => {
    throw coded(-32603, "Internal error");
  },
  "a limit": () => {
    throw coded(-32005, "limit exceeded");
  },
  "a wallet that lost its chain": () => {
    throw coded(4901, "Chain Disconnected");
  },
  "an object that is no error": () => Promise.reject({ code: -32000, message: "something" }),
  "an answer of another form": () => null,
};

describe("failures of L1, its RPC and wallets have a code of Cairn's, and viem's error as the cause", () => {
  let scene: L1Scene;
  let minedDeposit: Hex;
  let payouts: PayoutList;

  /** Every action that asks L1, and then what its handle asks. */
  const actions: Readonly<Record<string, (client: TestClient) => Promise<unknown>>> = {
    deposit: async (client) => followed(await client.deposit({ amount: 5n })),
    "deposit of a token": (client) => client.deposit({ amount: 5n, token: scene.token.id }),
    "deposit with a permit": (client) => client.deposit({ amount: 5n, token: scene.token.id, approval: "permit" }),
    setKey: (client) => client.setKey({ account: 64, force: true }),
    forceWithdraw: (client) => client.forceWithdraw({ account: 64, force: true }),
    claim: (client) => client.claim(),
    readClaimable: (client) => client.readClaimable({ token: scene.token.id }),
    freeze: (client) => client.freeze(),
    exit: (client) => client.exit({ proof: proveExits(scene.tree, [accountIndex(64)]) }),
    reclaim: (client) => client.reclaim({ l1Transaction: minedDeposit }),
    payOut: (client) => client.payOut({ list: payouts, places: [0] }),
    findToken: (client) => client.findToken(scene.token.address),
    describeToken: (client) => client.describeToken(scene.token.id),
  };

  async function followed(handle: Awaited<ReturnType<TestClient["deposit"]>>): Promise<void> {
    await expectTyped("wait", handle.wait({ for: "final", timeout: 50, pollMs: 10 }));
    await expectTyped("receipt", handle.receipt());
    await handle.status();
  }

  /** Methods that an action asks for when nothing fails. */
  async function methodsOf(action: (client: TestClient) => Promise<unknown>, kind: "local" | "wallet") {
    const methods = new Set<string>();
    const transport = mannered(scene.devnet.rpcUrl, (question, ask) => {
      methods.add(question.method);
      return ask(question);
    });
    await expectTyped("without a fault", action(scene.connect(2, { kind, transport })));
    return methods;
  }

  beforeAll(async () => {
    scene = await startL1Scene();
    await scene.devnet.mint(scene.token, scene.devnet.wallet(2).account.address, 1_000_000n);
    const handle = await scene.connect(3).deposit({ amount: 5n });
    await handle.wait({ for: "mined", ...WAIT });
    await scene.deposit(4, 9n);
    await scene.publish();
    const [payer = expect.unreachable()] = scene.tree.findByOwner(scene.person(4).owner);
    const { number, batch, dataCommitment } = await scene.publish(
      (send) => void send(payer, { amount: 9n, recipient: 0xc0ffeen }),
    );
    payouts = {
      batch: number,
      header: toHeaderStruct(batch.header),
      dataCommitment: bytesToHex(dataCommitment),
      payouts: batch.payouts,
    };
    minedDeposit = handle.hashes()[0] ?? expect.unreachable();
    await scene.client.setBalance({ address: scene.devnet.wallet(POOR).account.address, value: 0n });
  });
  afterAll(() => scene?.stop());

  describe.each(["local", "wallet"] as const)("with a %s account", (kind) => {
    it.each(Object.keys(actions))("%s: whatever fails, however", async (name) => {
      const action = actions[name] ?? expect.unreachable();
      const methods = await methodsOf(action, kind);
      expect(methods).toContain("eth_chainId");
      // An approval of which L1 says nothing is waited for: ten minutes.
      if (name === "deposit of a token") methods.delete("eth_sendRawTransaction");
      for (const method of methods) {
        for (const [fault, fail] of Object.entries(FAULTS)) {
          const transport = mannered(scene.devnet.rpcUrl, async (question: RpcQuestion, ask) =>
            question.method === method ? fail() : ask(question),
          );
          await expectTyped(`${method}: ${fault}`, action(scene.connect(2, { kind, transport })));
        }
      }
    });

    it("an account that cannot pay is refused by L1, and nothing is kept", async () => {
      const client = scene.connect(POOR, { kind });
      const refused = await failureOf(client.deposit({ amount: 5n, requestId: "poor" }));
      expect(refused).toMatchObject({
        code: "l1/transaction-refused",
        details: { refusal: "insufficientFunds" },
        cause: expect.any(BaseError),
      });
      expect(await client.requests()).toEqual([]);
    });

    it("an address without a rollup is named", async () => {
      const rollup = "0x00000000000000000000000000000000000000c0";
      const { account } = scene.connect(2, { kind });
      const client = createClient({ account, transport: http(scene.devnet.rpcUrl) }).extend(
        cairnActions({ rollup, node: null, storage: memoryStorage() }),
      );
      expect(await failureOf(client.deposit({ amount: 5n }))).toMatchObject({
        code: "l1/not-a-rollup",
        message: `no Cairn rollup answers at ${rollup}`,
        cause: expect.any(BaseError),
      });
    });
  });

  it("an L1 node that says only that a call reverts is believed: nothing is sent", async () => {
    const transport = mannered(scene.devnet.rpcUrl, async (question, ask) => {
      if (question.method === "eth_estimateGas") throw coded(3, "execution reverted");
      return ask(question);
    });
    expect(await failureOf(scene.connect(2, { transport }).deposit({ amount: 5n }))).toMatchObject({
      code: "l1/transaction-reverted",
      details: { reason: "no reason given" },
    });
  });

  it("an RPC that is down may be asked again, and its URL is not told", async () => {
    const transport = http("http://127.0.0.1:1/secret-key", { retryCount: 0 });
    const failure = await failureOf(scene.connect(2, { transport }).deposit({ amount: 5n }));
    expect(failure).toMatchObject({ code: "l1/unavailable", cause: expect.any(BaseError) });
    expect(isRetryable(failure)).toBe(true);
    expect(String(failure)).not.toContain("secret-key");
  });

  it("a wallet on another chain says on which, and which is wanted", async () => {
    let asked = 0;
    const transport = mannered(scene.devnet.rpcUrl, async (question, ask) =>
      question.method === "eth_chainId" && asked++ > 0 ? "0x1" : ask(question),
    );
    expect(await failureOf(scene.connect(2, { kind: "wallet", transport }).deposit({ amount: 5n }))).toMatchObject({
      code: "sdk/wrong-rollup",
      details: { chainId: 1, expected: 31_337 },
    });
  });

  it("a user who refuses a signature has refused: a permit, and the derivation of a key", async () => {
    const transport = mannered(scene.devnet.rpcUrl, async (question, ask) =>
      question.method === "eth_signTypedData_v4" ? userRefuses() : ask(question),
    );
    const client = scene.connect(2, { kind: "wallet", transport });
    const refused = { code: "sdk/wallet-refused", cause: expect.any(Error) };
    const permit = { amount: 500_000n, token: scene.token.id, approval: "permit" } as const;
    expect(await failureOf(client.deposit(permit))).toMatchObject(refused);
    const { domain } = await client.cairn.l1();
    const provider = { request: async () => userRefuses() };
    expect(await failureOf(keyFromSigner(domain, providerSigner(provider, client.account.address)))).toMatchObject(
      refused,
    );
    expect(await failureOf(keyFromSigner(domain, { signTypedData: async () => userRefuses() }))).toMatchObject(refused);
  });

  it("a local account that cannot sign, such as a lost hardware key, has sent nothing", async () => {
    const local = privateKeyToAccount(KEY);
    const account: LocalAccount = {
      ...local,
      signTransaction: () => Promise.reject(new TypeError("device is gone")),
    };
    const client = createClient({ account: account as Account, transport: http(scene.devnet.rpcUrl) }).extend(
      cairnActions({ rollup: scene.rollup.address, node: null, storage: memoryStorage() }),
    );
    expect(await failureOf(client.deposit({ amount: 5n }))).toMatchObject({
      code: "sdk/signer-failed",
      cause: expect.any(TypeError),
    });
    expect(await client.requests()).toEqual([]);
  });
});

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.unreachable("it should have failed"),
    (error: unknown) => error,
  );
}

/** Whether it succeeds is not the question. */
async function expectTyped(what: string, work: Promise<unknown>): Promise<void> {
  const error = await work.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (error === null) return;
  expect(isCairnError(error), `${what}: ${String(error)}`).toBe(true);
}
