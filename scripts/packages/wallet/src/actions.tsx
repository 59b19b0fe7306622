// #region deposit
// src/actions.tsx
import { type Progress, useDeposit, usePayRequest, useRequests, useWithdraw } from "@cairn/react";
import { formatAmount, parseAmount, parsePaymentRequest } from "@cairn/sdk";
import { type ReactNode, useState } from "react";

/** A field, a button, and what became of it. */
function Form(props: {
  name: string;
  does: (text: string) => void;
  state: { isPending: boolean; error: Error | null; progress: Progress };
  children?: (text: string) => ReactNode;
}) {
  const { name, does, state, children } = props;
  const { isPending, error, progress } = state;
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const submit = () => {
    try {
      setProblem("");
      does(text);
    } catch (error) {
      setProblem(String(error));
    }
  };
  return (
    <section aria-label={name}>
      <input placeholder={name} value={text} onChange={(event) => setText(event.target.value)} />
      {children?.(text)}
      <button type="button" disabled={isPending} onClick={submit}>
        {name}
      </button>
      <p>{progress.status}</p>
      <p role="alert">{problem || error?.message || progress.error?.message}</p>
    </section>
  );
}

/** From L1 to L2; the browser's wallet asks its user. */
export function Deposit() {
  const deposit = useDeposit();
  return <Form name="Deposit" does={(text) => deposit.mutate({ amount: parseAmount(text, 18) })} state={deposit} />;
}
// #endregion

// #region pay
/** Pays a request: a link, or the text of a QR code. */
export function Pay() {
  const pay = usePayRequest();
  return (
    <Form name="Pay" does={(request) => pay.mutate({ request, maxFee: parseAmount("0.001", 18) })} state={pay}>
      {(text) => <small>{amountOf(text)}</small>}
    </Form>
  );
}

/** What the user is about to pay, and to whom. */
function amountOf(text: string): string {
  try {
    const { request } = parsePaymentRequest(text);
    const amount = request.tokenId === 0 ? `${formatAmount(request.amount, 18)} ETH` : `${request.amount} units`;
    return `${amount} to account ${request.account}`;
  } catch {
    return "";
  }
}
// #endregion

// #region withdraw
/** From L2 to the owner's address on L1. */
export function Withdraw() {
  const withdraw = useWithdraw();
  return (
    <Form
      name="Withdraw"
      does={(text) => withdraw.mutate({ amount: text === "all" ? "all" : parseAmount(text, 18) })}
      state={withdraw}
    />
  );
}

/** What is on its way, also from before the last reload. */
export function Outbox() {
  const { requests, error } = useRequests();
  return (
    <ul aria-label="outbox">
      {requests
        .filter(({ progress }) => !progress.isOver)
        .map(({ handle, progress }) => (
          <li key={handle.id}>
            {handle.kind} {progress.status}
          </li>
        ))}
      {error && <li role="alert">{error.message}</li>}
    </ul>
  );
}
// #endregion
