import { spawn } from "node:child_process";

/** How a program ended; `stdout` and `stderr` are empty unless captured. */
export type ProgramResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

/**
 * Runs a program to its end, `env` added to its environment; resolves with its exit code, 1 when a signal killed it. Its
 * stdin is closed.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  {
    cwd,
    capture = false,
    env = {},
  }: { readonly cwd: string; readonly capture?: boolean; readonly env?: Readonly<Record<string, string>> },
): Promise<ProgramResult> {
  const output = capture ? "pipe" : "inherit";
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", output, output] });
  const captured = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    captured.stdout += chunk;
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    captured.stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, ...captured }));
  });
}
