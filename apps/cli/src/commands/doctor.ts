import { cacheDirOf } from "../checkout.ts";
import type { Context } from "../context.ts";
import { checkBuilds, checkDisk, checkKeys, checkL1, checkMachine, checkNode, type Finding } from "../health/checks.ts";
import { addExamples, addKeystoreOptions, addNetworkOptions, type Host } from "../host.ts";
import { toFailure } from "../output.ts";
import { cairnHome } from "../terminal.ts";

const MARKS = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

/** `cairn doctor`: checks everything that commands depend on, and says what to do. */
export function addDoctorCommand({ program, run }: Host): void {
  const command = program.command("doctor").description("check machine, builds, L1, contract, node and keys");
  addNetworkOptions(addKeystoreOptions(command));
  addExamples(command, "cairn doctor", "cairn doctor --json");
  run(command, async (context) => {
    const findings = await examine(context);
    const failed = findings.filter(({ result }) => result === "fail").length;
    const warned = findings.filter(({ result }) => result === "warn").length;
    const summary = failed === 0 ? "Nothing is broken" : `${failed} of ${findings.length} checks failed`;
    const lines = findings.flatMap(({ name, result, found, advice }) => [
      `${MARKS[result]}  ${name}: ${found}`,
      ...(advice === null ? [] : [`      → ${advice}`]),
    ]);
    const text = [...lines, "", warned === 0 ? `${summary}.` : `${summary}; ${warned} warnings.`].join("\n");
    return { data: { isHealthy: failed === 0, findings }, text, exitCode: failed === 0 ? 0 : 1 };
  });
}

async function examine(context: Context): Promise<Finding[]> {
  const { terminal, keystoreDir } = context;
  const cacheDir = cacheDirOf(terminal);
  const local = [
    ...checkMachine(),
    ...checkBuilds(cacheDir),
    ...checkDisk([cacheDir, cairnHome(terminal), keystoreDir]),
  ];
  const profile = profileFinding(context);
  if (profile.result === "fail") return [...local, profile];
  const { findings, l1 } = await checkL1(context);
  return [...local, profile, ...findings, ...(await checkNode(context, l1)), ...(await checkKeys(context))];
}

function profileFinding(context: Context): Finding {
  try {
    const { profile, profilePath } = context.network();
    const found =
      profile === null ? `no ${profilePath}` : `${profilePath}: ${profile.rollup} on chain ${profile.chainId}`;
    const advice = "Name L1, node and rollup by flags or variables, or let `cairn devnet` write a profile.";
    return {
      name: "profile",
      result: profile === null ? "warn" : "ok",
      found,
      advice: profile === null ? advice : null,
    };
  } catch (error) {
    const { message, hint } = toFailure(error);
    return { name: "profile", result: "fail", found: message, advice: hint };
  }
}
