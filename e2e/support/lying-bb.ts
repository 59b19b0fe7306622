/**
 * Stands in for the prover binary: `lying-bb.ts LIE BB ARGUMENTS…`.
 *
 * - `flip`: proves, then changes one byte of the proof.
 * - `noise`: writes random bytes of a proof's length.
 * - `empty`: writes an empty proof.
 * - `nothing`: reports success and writes nothing.
 * - `fail`: reports failure.
 * - `die`: is killed, as when memory runs out.
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PROOF_BYTES = 8480;
const [lie = "", bb = "", ...args] = process.argv.slice(2);
const folder = args[args.indexOf("-o") + 1] ?? "";
const proofPath = join(folder, "proof");
const write = (proof: Uint8Array): void => {
  writeFileSync(proofPath, proof);
  writeFileSync(join(folder, "public_inputs"), new Uint8Array(32));
};

switch (lie) {
  case "flip": {
    process.exitCode = spawnSync(bb, args).status ?? 1;
    const proof = readFileSync(proofPath);
    const middle = Math.floor(proof.length / 2);
    proof.writeUInt8(proof.readUInt8(middle) ^ 1, middle);
    writeFileSync(proofPath, proof);
    break;
  }
  case "noise":
    write(randomBytes(PROOF_BYTES));
    break;
  case "empty":
    write(new Uint8Array());
    break;
  case "nothing":
    break;
  case "die":
    process.kill(process.pid, "SIGKILL");
    break;
  default:
    process.stderr.write("there is no memory left");
    process.exitCode = 1;
}
