import { isCairnError } from "@cairn/protocol";
import { createPublicClient, createWalletClient, custom, defineChain, type Hex, keccak256 } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { srsOfBytecode, type VerifierArtefact, verifierName } from "./artefact.ts";
import { assertVerifiersAllowed, DEFAULT_ROLLUP_PARAMETERS, DEV_CHAIN_IDS, deployRollup } from "./deploy.ts";

const CEREMONY_POINT = "7f260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1";

function verifier(srs: "dev" | "ignition", bytecode: Hex): VerifierArtefact {
  const runtimeCodeHash = keccak256(bytecode);
  return { name: verifierName(16, srs), slots: 16, srs, bytecode, runtimeCodeHash, abi: [], inputHash: "" };
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
      rollup: { name: "Rollup", inputHash: "", abi: [], bytecode: "0x6001" },
      verifiers: [devVerifier],
      parameters: { ...DEFAULT_ROLLUP_PARAMETERS, operator: null },
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
      rollup: { name: "Rollup", inputHash: "", abi: [], bytecode: "0x6001" },
      verifiers: [devVerifier],
      parameters: { ...DEFAULT_ROLLUP_PARAMETERS, operator: null },
    });
    await expect(deployment).rejects.toMatchObject({ code: "contracts/wrong-chain" });
  });
});
