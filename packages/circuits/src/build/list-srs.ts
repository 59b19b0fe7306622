import { CairnError } from "@cairn/protocol";
import type { Srs } from "../bb.ts";
import type { CircuitsErrorCode } from "../errors.ts";

/** File of the list of keys in the sources of a circuit with children. */
export const KEY_LIST_FILE = "keys.nr";

const SRS_NAMES: Readonly<Record<Srs["kind"], string>> = { dev: "development", ignition: "Ignition" };
const KINDS = ["dev", "ignition"] as const satisfies readonly Srs["kind"][];

/**
 * How the source of a list of keys begins: with the SRS that the keys are over.
 *
 * @example listHeading("ignition") // "// Hashes of the verification keys of allowed children over the Ignition SRS"
 */
export function listHeading(kind: Srs["kind"]): string {
  return `// Hashes of the verification keys of allowed children over the ${SRS_NAMES[kind]} SRS`;
}

/**
 * The SRS that the keys of a list are over, from its source. Throws `circuits/wrong-key-list` when it names none.
 *
 * @example listSrs(keyListSource("merge1", keys, "dev")) // "dev"
 */
export function listSrs(source: string): Srs["kind"] {
  const kind = KINDS.find((known) => source.startsWith(listHeading(known)));
  if (kind === undefined) throw wrongKeyList("a list of keys does not say over which SRS they are");
  return kind;
}

/**
 * Throws `circuits/wrong-key-list` when a circuit accepts children over another SRS than `kind`: whoever can forge those
 * could forge every proof of its own.
 */
export function assertChildrenOver(
  kind: Srs["kind"],
  { name, childrenSrs }: { readonly name: string; readonly childrenSrs?: Srs["kind"] },
): void {
  if (childrenSrs === undefined || childrenSrs === kind) return;
  throw wrongKeyList(`${name} accepts children over the ${SRS_NAMES[childrenSrs]} SRS, not ${SRS_NAMES[kind]}`);
}

function wrongKeyList(reason: string): CairnError<CircuitsErrorCode> {
  return new CairnError<CircuitsErrorCode>("circuits/wrong-key-list", reason);
}
