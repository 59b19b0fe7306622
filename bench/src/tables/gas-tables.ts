import type { BatchGas, BatchGasReport } from "../measure/batch-gas.ts";
import type { CallGas } from "../measure/call-gas.ts";
import { formatInteger, type Table } from "../table.ts";

const CALL_NAMES: Readonly<Record<keyof CallGas, string>> = {
  depositEth: "deposit of ETH",
  depositToken: "deposit of an ERC-20, approved before",
  depositTokenWithPermit: "deposit of an ERC-20 with permit",
  requestWithdraw: "request of a withdrawal",
  requestSetKey: "request of a new key",
  claim: "claim of ETH",
};

/** Gas of what users send. */
export function callGasTables(calls: CallGas): Table[] {
  return [
    {
      title: "L1 gas of users' transactions",
      notes: ["Gas of the second call, so that filling empty storage is not counted. The token is a plain ERC-20."],
      columns: ["transaction", "gas"],
      rows: Object.entries(CALL_NAMES).map(([call, name]) => [name, formatInteger(calls[call as keyof CallGas])]),
    },
  ];
}

/** Gas of batches and of paying them out. */
export function batchGasTables({ submissions, payments }: BatchGas): Table[] {
  return [submissionTable(submissions), perTransferTable(submissions), paymentTable(payments)];
}

/** All gas of a block of transfers, shared among them. */
export function gasPerTransfer(
  submissions: readonly BatchGasReport[],
): readonly { slots: number; gas: number; marginal: number }[] {
  return submissions.flatMap(({ slots, kind, gasUsed, dataZeroDiscount }) => {
    if (kind !== "transfers") return [];
    const empty = submissions.find((other) => other.slots === slots && other.kind === "empty");
    const gas = gasUsed + dataZeroDiscount;
    return [{ slots, gas: gas / slots, marginal: (gas - (empty?.gasUsed ?? 0)) / slots }];
  });
}

function submissionTable(submissions: readonly BatchGasReport[]): Table {
  const row = (name: string, of: (report: BatchGasReport) => number): string[] => [
    name,
    ...submissions.map((report) => formatInteger(of(report))),
  ];
  return {
    title: "L1 gas of a batch",
    notes: [
      "Real batches with real proofs on the deployed contracts; the parts come from the execution trace and sum to the gas of the receipt.",
      "Calldata costs 4 gas per zero byte and 16 per other; where the EIP-7623 floor is higher than the sum, it is paid instead.",
    ],
    columns: ["part", ...submissions.map(({ slots, kind }) => `${slots} ${kind}`)],
    rows: [
      row("transaction", ({ base }) => base),
      row("calldata: proof", ({ calldata }) => calldata.proof),
      row("calldata: published data", ({ calldata }) => calldata.data),
      row("calldata: queue records, payouts", ({ calldata }) => calldata.lists),
      row("calldata: header and encoding", ({ calldata }) => calldata.header),
      row("proof verification", ({ execution }) => execution.proof),
      row("binding of data and lists", ({ execution }) => execution.binding),
      row("question to the policy", ({ execution }) => execution.policy),
      row("storage", ({ execution }) => execution.storage),
      row("event", ({ execution }) => execution.event),
      row("submitter's reward", ({ execution }) => execution.reward),
      row("decoding, copying, checks", ({ execution }) => execution.rest),
      row("refunds", ({ difference }) => difference),
      row("gas used", ({ gasUsed }) => gasUsed),
      row("EIP-7623 floor", ({ floor }) => floor),
      row("calldata bytes", ({ calldataBytes }) => calldataBytes),
      row("published bytes", ({ publishedBytes }) => publishedBytes),
    ],
  };
}

function perTransferTable(submissions: readonly BatchGasReport[]): Table {
  return {
    title: "L1 gas per transfer",
    notes: [
      "A block with a transfer in every slot. Its data is priced as if no byte were zero, because the small account indices of this run would make it look too cheap.",
      "Marginal: what a transfer adds to an empty batch.",
    ],
    columns: ["slots", "all in", "marginal"],
    rows: gasPerTransfer(submissions).map(({ slots, gas, marginal }) => [
      String(slots),
      formatInteger(gas),
      formatInteger(marginal),
    ]),
  };
}

function paymentTable(payments: BatchGas["payments"]): Table {
  return {
    title: "L1 gas of payouts",
    notes: [
      "One transaction pays all payouts of a token to an existing recipient; the first of a batch (ETH) also creates the batch's payout counter.",
    ],
    columns: ["slots", "token", "payouts", "gas used", "per payout"],
    rows: payments.map(({ slots, token, payouts, gasUsed }) => [
      String(slots),
      token,
      String(payouts),
      formatInteger(gasUsed),
      formatInteger(gasUsed / payouts),
    ]),
  };
}
