import { addDemoCommand } from "../demo/command.ts";
import type { DevnetDeps } from "../devnet/deps.ts";
import type { Host } from "../host.ts";
import { addArchiveCommand } from "./archive.ts";
import { addBalanceCommand } from "./balance.ts";
import { addClaimCommand } from "./claim.ts";
import { addCompletionCommand } from "./completion.ts";
import { addCopyDatabaseCommand } from "./copy-database.ts";
import { addCustomersCommand } from "./customers.ts";
import { addDeployCommand } from "./deploy.ts";
import { addDepositCommand } from "./deposit.ts";
import { addDevnetCommand } from "./devnet.ts";
import { addDoctorCommand } from "./doctor.ts";
import { addExitCommand } from "./exit.ts";
import { addExitProofCommand } from "./exit-proof.ts";
import { addExplainCommand } from "./explain.ts";
import { addForceWithdrawCommand } from "./force-withdraw.ts";
import { addFreezeCommand } from "./freeze.ts";
import { addKeysCommand } from "./keys.ts";
import { addNodeCommand } from "./node.ts";
import { addOperatorCommand } from "./operator.ts";
import { addPayCommand } from "./pay.ts";
import { addPayoutCommand } from "./payout.ts";
import { addProverCommand } from "./prover.ts";
import { addReceiptCommand } from "./receipt.ts";
import { addReclaimCommand } from "./reclaim.ts";
import { addRegisterTokenCommand } from "./register-token.ts";
import { addRequestCommand } from "./request.ts";
import { addRestoreCommand } from "./restore.ts";
import { addSponsorCommand } from "./sponsor.ts";
import { addStatementCommand } from "./statement.ts";
import { addStatusCommand } from "./status.ts";
import { addSwapCommand } from "./swap.ts";
import { addTransferCommand } from "./transfer.ts";
import { addTxCommand } from "./tx.ts";
import { addVerifyDeploymentCommand } from "./verify-deployment.ts";
import { addWatchCommand } from "./watch.ts";
import { addWebhookCommand } from "./webhook.ts";
import { addWithdrawCommand } from "./withdraw.ts";

/** Replacements for what commands use, for tests. */
export interface CommandDeps {
  readonly devnet?: DevnetDeps;
}

/** Every command, in the order of the help. */
const COMMANDS: readonly ((host: Host, deps: CommandDeps) => void)[] = [
  addDevnetCommand,
  addNodeCommand,
  addProverCommand,
  addCopyDatabaseCommand,
  addDeployCommand,
  addOperatorCommand,
  addRegisterTokenCommand,
  addKeysCommand,
  addDepositCommand,
  addTransferCommand,
  addSponsorCommand,
  addPayoutCommand,
  addCustomersCommand,
  addRequestCommand,
  addWebhookCommand,
  addSwapCommand,
  addWithdrawCommand,
  addBalanceCommand,
  addStatementCommand,
  addTxCommand,
  addReceiptCommand,
  addStatusCommand,
  addDoctorCommand,
  addForceWithdrawCommand,
  addFreezeCommand,
  addRestoreCommand,
  addArchiveCommand,
  addExitProofCommand,
  addExitCommand,
  addReclaimCommand,
  addPayCommand,
  addClaimCommand,
  addWatchCommand,
  addVerifyDeploymentCommand,
  addExplainCommand,
  addCompletionCommand,
  addDemoCommand,
];

/** Adds every command to the host. */
export function addCommands(host: Host, deps: CommandDeps): void {
  for (const add of COMMANDS) add(host, deps);
}
