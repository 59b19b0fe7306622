import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import { bigintToBytes, bytesToHex, concatBytes } from "@cairn/protocol";

/** A development chain, called through plain JSON-RPC. */
export interface TestChain {
  readonly deploy: (bytecode: string) => Promise<string>;
  readonly call: (to: string, data: string) => Promise<string>;
  readonly estimateGas: (to: string, data: string) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** A compiled contract, hex without 0x. */
export interface Bytecode {
  readonly creation: string;
  readonly runtime: string;
}

const require = createRequire(import.meta.url);
const POLL_MS = 20;

export async function startChain(): Promise<TestChain> {
  const child = spawn(anvilPath(), ["--host", "127.0.0.1", "--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const address = /Listening on (127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(code));
  });
  const request = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { result, error } = (await response.json()) as {
      result?: unknown;
      error?: { message: string; data?: string };
    };
    if (error !== undefined) throw Object.assign(new TypeError(error.message), { data: error.data });
    return result;
  };
  const [from] = (await request("eth_accounts", [])) as string[];
  return {
    async deploy(bytecode) {
      const hash = await request("eth_sendTransaction", [{ from, data: `0x${bytecode}`, gas: "0x1c9c380" }]);
      for (;;) {
        const receipt = (await request("eth_getTransactionReceipt", [hash])) as { contractAddress: string } | null;
        if (receipt !== null) return receipt.contractAddress;
        await setTimeout(POLL_MS);
      }
    },
    call: async (to, data) => (await request("eth_call", [{ from, to, data }])) as string,
    estimateGas: async (to, data) => Number(await request("eth_estimateGas", [{ from, to, data }])),
    async stop() {
      child.kill();
      await exited;
    },
  };
}

/** Compiles one Solidity file with the settings of the contracts package. */
export function compileSolidity(source: string, contractName: string): Bytecode {
  const solc = require("solc") as { compile: (input: string) => string };
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources: { "Verifier.sol": { content: source } },
        settings: {
          optimizer: { enabled: true, runs: 1 },
          evmVersion: "cancun",
          outputSelection: { "*": { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] } },
        },
      }),
    ),
  ) as {
    readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
    readonly contracts?: Record<string, Record<string, { evm: Record<string, { object: string }> }>>;
  };
  const evm = output.contracts?.["Verifier.sol"]?.[contractName]?.evm;
  const creation = evm?.bytecode?.object ?? "";
  if (creation === "") throw new TypeError(output.errors?.map((error) => error.formattedMessage).join("\n"));
  return { creation, runtime: evm?.deployedBytecode?.object ?? "" };
}

/** Calldata of `verify(bytes,bytes32[])`. */
export function verifyCalldata(proof: Uint8Array, publicInputs: readonly bigint[]): string {
  const word = (value: bigint | number): Uint8Array => bigintToBytes(BigInt(value), 32);
  const padded = new Uint8Array(Math.ceil(proof.length / 32) * 32);
  padded.set(proof);
  return bytesToHex(
    concatBytes(
      Uint8Array.of(0xea, 0x50, 0xd0, 0xe4),
      word(64),
      word(96 + padded.length),
      word(proof.length),
      padded,
      word(publicInputs.length),
      ...publicInputs.map(word),
    ),
  );
}

function anvilPath(): string {
  const cpu = process.arch === "arm64" ? "arm64" : "amd64";
  const manifest = require.resolve("@foundry-rs/anvil/package.json");
  return createRequire(manifest).resolve(`@foundry-rs/anvil-${process.platform}-${cpu}/bin/anvil`);
}

/** Whether an error of {@link TestChain.call} is the contract's refusal. */
export function isRevert(error: unknown): boolean {
  return error instanceof TypeError && "data" in error && error.data !== undefined;
}
