import { runCli } from "../src/cli.ts";

/** What a command line printed, and its exit code. */
export interface Ran {
  readonly code: 0 | 1 | 2 | 3;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, without its environment. */
export async function runInTest(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  askSecret: ((question: string) => Promise<string>) | null = null,
): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const code = await runCli(args, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    env: { CAIRN_HOME: "/nonexistent", ...env },
    signal: new AbortController().signal,
    askSecret,
  });
  return { code, stdout, stderr };
}
