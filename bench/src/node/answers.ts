import type { Fault } from "./traffic.ts";

/** What the node answered to a submission. */
export type Verdict =
  | { readonly type: "accepted"; readonly id: string; readonly status: string }
  /** A refusal that the request asked for. */
  | { readonly type: "refused" }
  /** The node has too much to do; the request may be sent again. */
  | { readonly type: "overloaded" }
  /** Neither what the request deserves nor a sign of load. */
  | { readonly type: "wrong"; readonly answer: string };

/** The refusal that each fault must get: HTTP status, error code, and the reason of a rejection. */
export const REFUSALS: Readonly<
  Record<Fault, { readonly http: number; readonly code: string; readonly reason?: string }>
> = {
  badSignature: { http: 422, code: "rejected", reason: "badSignature" },
  nonceTooLow: { http: 422, code: "rejected", reason: "nonceTooLow" },
  nonceTooFar: { http: 422, code: "rejected", reason: "nonceTooFar" },
  insufficientBalance: { http: 422, code: "rejected", reason: "insufficientBalance" },
  malformed: { http: 400, code: "bad-request" },
};

interface Body {
  readonly transactions?: readonly { readonly id?: string; readonly status?: string }[];
  readonly error?: { readonly code?: string; readonly details?: { readonly reason?: { readonly type?: string } } };
}

/** Sets an answer beside what the request deserves. */
export function judge(
  request: { readonly id: string | null; readonly fault: Fault | null },
  http: number,
  text: string,
): Verdict {
  const wrong: Verdict = { type: "wrong", answer: `${request.fault ?? "transfer"}: ${http} ${text.slice(0, 300)}` };
  if (http === 429 && text.includes('"overloaded"')) return { type: "overloaded" };
  let body: Body;
  try {
    body = JSON.parse(text);
  } catch {
    return wrong;
  }
  if (request.fault === null) {
    const [transaction] = body.transactions ?? [];
    const isRight = http === 200 && transaction?.id !== undefined && transaction.id === request.id;
    return isRight ? { type: "accepted", id: transaction.id, status: transaction.status ?? "" } : wrong;
  }
  const expected = REFUSALS[request.fault];
  const isRight =
    http === expected.http &&
    body.error?.code === expected.code &&
    (expected.reason === undefined || body.error.details?.reason?.type === expected.reason);
  return isRight ? { type: "refused" } : wrong;
}
