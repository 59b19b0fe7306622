import { CairnError } from "@cairn/protocol";
import type { Srs } from "../bb.ts";
import type { CompiledProgram } from "../compile.ts";
import type { CircuitsErrorCode } from "../errors.ts";
import { INNER_CIRCUITS } from "./circuits.ts";
import { readRecordedKeys } from "./recorded-keys.ts";

/** The SRS by its name in the heads of lists. */
export const SRS_NAME: Readonly<Record<Srs["kind"], string>> = { dev: "development", ignition: "Ignition" };

/**
 * Throws `circuits/wrong-key-list` when a program accepts proofs over another SRS than its own key is made over. Anyone can
 * forge proofs over the development SRS: a batch circuit that accepts them would let anyone forge batches, whatever SRS its
 * own proofs are over.
 *
 * @example assertKeyList(program, "ignition");
 */
export function assertKeyList({ name, keyList }: Pick<CompiledProgram, "name" | "keyList">, kind: Srs["kind"]): void {
  if (keyList === null) return;
  const refuse = (reason: string): never => {
    throw new CairnError<CircuitsErrorCode>("circuits/wrong-key-list", `${name} over ${SRS_NAME[kind]}: ${reason}`);
  };
  if (!keyList.includes(` the ${SRS_NAME[kind]} SRS`)) refuse("its list of keys is for another SRS");
  const { dev } = readRecordedKeys();
  const known = INNER_CIRCUITS.find((circuit) => dev !== null && keyList.includes(dev[circuit].keyHash));
  if (kind === "ignition" && known !== undefined) refuse(`its list has the development key of ${known}`);
}
