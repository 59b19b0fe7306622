import { isCairnError } from "@cairn/protocol";
import { createPublicClient, createWalletClient, custom, defineChain, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import type { VerifierArtefact } from "./artefact.ts";
import type { CompiledContract } from "./compiled.ts";
import {
  assertVerifiersAllowed,
  DEFAULT_ROLLUP_2_PARAMETERS,
  DEV_CHAIN_IDS,
  deployRollup,
  L1_CAPACITY,
  rollupConstructorArguments,
} from "./deploy.ts";
import { srsOfBytecode, verifierContract } from "./srs.ts";

const CEREMONY_POINT = "7f260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1";

function contract(name: string, bytecode: Hex): CompiledContract {
  return { name, inputHash: "", abi: [], bytecode, runtimeCode: bytecode, immutables: [] };
}

function verifier(srs: "dev" | "ignition", bytecode: Hex): VerifierArtefact {
  return { ...contract(verifierContract("solo16", srs), bytecode), circuit: "solo16", srs };
}

const devVerifier = verifier("dev", "0x6001");
const ignitionVerifier = verifier("ignition", `0x60${CEREMONY_POINT}`);
const mislabelled = verifier("ignition", "0x6001");

function codeOf(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return isCairnError(error) ? error.code : "untyped";
  }
}

/** A chain that answers its id and records all other requests. */
function fakeChain(id: number, walletId = id) {
  const requests: string[] = [];
  const transport = (chainId: number) =>
    custom({
      request: async ({ method }: { method: string }) => {
        requests.push(method);
        return method === "eth_chainId" ? chainId : null;
      },
    });
  const chain = defineChain({
    id,
    name: "fake",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [] } },
  });
  const account = privateKeyToAccount(`0x${"1".repeat(64)}`);
  return {
    requests,
    publicClient: createPublicClient({ chain, transport: transport(id) }),
    walletClient: createWalletClient({ account, chain, transport: transport(walletId) }),
  };
}

describe("verifiers over the dev SRS", () => {
  it("are recognised by their own constants", () => {
    expect(srsOfBytecode(devVerifier.bytecode)).toBe("dev");
    expect(srsOfBytecode(ignitionVerifier.bytecode)).toBe("ignition");
  });

  it("are allowed on development chains only", () => {
    for (const chainId of DEV_CHAIN_IDS)
      expect(codeOf(() => assertVerifiersAllowed(chainId, [devVerifier]))).toBeNull();
    for (const chainId of [1, 11155111, 17000, 10, 0]) {
      const refused = "contracts/dev-verifier-refused";
      expect(codeOf(() => assertVerifiersAllowed(chainId, [devVerifier]))).toBe(refused);
      expect(codeOf(() => assertVerifiersAllowed(chainId, [ignitionVerifier, devVerifier]))).toBe(refused);
      expect(codeOf(() => assertVerifiersAllowed(chainId, [mislabelled]))).toBe(refused);
      expect(codeOf(() => assertVerifiersAllowed(chainId, [ignitionVerifier]))).toBeNull();
    }
  });

  it("are refused by the deployer before it sends anything", async () => {
    const { publicClient, walletClient, requests } = fakeChain(1);
    const deployment = deployRollup({
      publicClient,
      walletClient,
      rollup: contract("Rollup", "0x6001"),
      fixedOperator: null,
      verifiers: [{ circuit: "solo16", contract: devVerifier }],
    });
    await expect(deployment).rejects.toMatchObject({ code: "contracts/dev-verifier-refused" });
    expect(new Set(requests)).toEqual(new Set(["eth_chainId"]));
  });
});

describe("deployRollup", () => {
  it("refuses a wallet on another chain than the reader", async () => {
    const { publicClient, walletClient } = fakeChain(31337, 1);
    const deployment = deployRollup({
      publicClient,
      walletClient,
      rollup: contract("Rollup", "0x6001"),
      fixedOperator: null,
      verifiers: [{ circuit: "solo16", contract: devVerifier }],
    });
    await expect(deployment).rejects.toMatchObject({ code: "contracts/wrong-chain" });
  });
});

describe("arguments of the constructor", () => {
  it("name each circuit with exactly its room for L1 operations", () => {
    expect(L1_CAPACITY).toEqual({ solo16: 4, solo64: 16, solo256: 64, batch: 512, pair: 512 });
    const verifier = { address: `0x${"11".repeat(20)}`, codeHash: `0x${"22".repeat(32)}` } as const;
    const verifiers = [{ circuit: "batch", ...verifier }] as const;
    const [given] = rollupConstructorArguments(DEFAULT_ROLLUP_2_PARAMETERS, null, verifiers);
    expect(given.circuits).toEqual([
      { circuitType: 3, l1Capacity: 512, verifier: verifier.address, verifierCodeHash: verifier.codeHash },
    ]);
    expect(given).toMatchObject({ returnDelay: 3600n, operatorIdleDelay: 21_600n, inclusionDelay: 86_400n });
    expect(BigInt(given.policy) + BigInt(given.policyCodeHash)).toBe(0n);
  });
});
