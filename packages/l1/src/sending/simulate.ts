import { type Address, type Hex, isHex, toHex } from "viem";
import type { L1Reader } from "../connection.ts";

/** A transaction that is only simulated; without `to` it creates a contract. */
export interface SimulatedTransaction {
  readonly from: Address;
  readonly to?: Address;
  readonly data: Hex;
  readonly value?: bigint;
  /** Gas limit; as much as the L1 node allows without. */
  readonly gas?: bigint;
}

/** Code and nonces that accounts have while a transaction is simulated. */
export type SimulatedAccounts = Readonly<Record<Address, { readonly code?: Hex; readonly nonce?: number }>>;

/**
 * Gas that a transaction would use in the next block. `eth_estimateGas` answers more: a limit, which includes what inner
 * calls must leave unused and what is refunded at the end. Uses `eth_simulateV1`, else `debug_traceCall`; null if the L1
 * node has neither, or the transaction would fail.
 *
 * @example await simulateGas(reader, { from, to: rollup.address, data }) // 138006n
 */
export async function simulateGas(
  reader: L1Reader,
  { from, to, data, value = 0n, gas }: SimulatedTransaction,
  accounts: SimulatedAccounts = {},
): Promise<bigint | null> {
  const call = {
    from,
    data,
    value: toHex(value),
    ...(to === undefined ? {} : { to }),
    ...(gas === undefined ? {} : { gas: toHex(gas) }),
  };
  const stateOverrides = Object.fromEntries(
    Object.entries(accounts).map(([address, { nonce, ...rest }]) => [
      address,
      { ...rest, ...(nonce === undefined ? {} : { nonce: toHex(nonce) }) },
    ]),
  );
  // A figure for people: whether the transaction works is asked in a way that every L1 node knows.
  return (await simulated(reader, call, stateOverrides)) ?? (await traced(reader, call, stateOverrides));
}

async function simulated(reader: L1Reader, call: object, stateOverrides: object): Promise<bigint | null> {
  const question = { blockStateCalls: [{ stateOverrides, calls: [call] }] };
  const answer = await ask(reader, "eth_simulateV1", [question, "latest"]);
  const [result] = listOf(propertyOf(listOf(answer)[0], "calls"));
  return propertyOf(result, "status") === "0x1" ? gasOf(result) : null;
}

async function traced(reader: L1Reader, call: object, stateOverrides: object): Promise<bigint | null> {
  const answer = await ask(reader, "debug_traceCall", [call, "latest", { tracer: "callTracer", stateOverrides }]);
  return propertyOf(answer, "error") === undefined ? gasOf(answer) : null;
}

async function ask(reader: L1Reader, method: string, params: readonly unknown[]): Promise<unknown> {
  const question = { method, params };
  return reader
    .request<{ Parameters: readonly unknown[]; ReturnType: unknown }>(question, { retryCount: 0 })
    .catch(() => null);
}

function gasOf(result: unknown): bigint | null {
  const gas = propertyOf(result, "gasUsed");
  return isHex(gas) ? BigInt(gas) : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
