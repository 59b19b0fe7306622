import type { ReactElement, ReactNode } from "react";
import { Link, useParams } from "wouter";
import { Detail } from "../../data/detail.tsx";
import { Page } from "../../ui/layout.tsx";
import { Notice } from "../../ui/states.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { BlockStep } from "./block-step.tsx";
import { L1Step } from "./l1-step.tsx";
import { PaymentStep } from "./payment-step.tsx";
import { ProofStep } from "./proof-step.tsx";
import { SignatureStep } from "./signature-step.tsx";
import { StateStep } from "./state-step.tsx";
import { TEXTS } from "./texts.ts";
import { TrustStep } from "./trust-step.tsx";
import { type Example, useExample } from "./use-example.ts";
import { WordStep } from "./word-step.tsx";

/** The steps in order; their addresses are their numbers. */
const STEPS = [
  ["payment", PaymentStep],
  ["signature", SignatureStep],
  ["word", WordStep],
  ["block", BlockStep],
  ["state", StateStep],
  ["proof", ProofStep],
  ["l1", L1Step],
  ["trust", TrustStep],
] as const satisfies readonly (readonly [string, (props: { readonly example: Example }) => ReactNode])[];

/** What a ZK-rollup does, for somebody who has never seen one. */
export function LessonPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { step = "1" } = useParams();
  const query = useExample();
  const at = Math.max(0, Math.min(STEPS.length, Number.parseInt(step, 10) || 1) - 1);
  const [name, Step] = STEPS[at] ?? STEPS[0];
  if (query.data === null) {
    return (
      <Page title={texts.title}>
        <Notice title={texts.title} text={texts.none} />
      </Page>
    );
  }
  return (
    <Page
      title={texts.names[name]}
      lead={
        <p className="text-sm">
          {texts.step(String(at + 1), String(STEPS.length))} ·{" "}
          {at === 0 ? `${texts.title}. ${texts.lead}` : texts.title}
        </p>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
        <p className="max-w-prose">{texts[name]}</p>
        <Detail query={query}>{(example) => <Step example={example} />}</Detail>
      </div>
      <Steps at={at} />
    </Page>
  );
}

function Steps({ at }: { readonly at: number }): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <nav aria-label={texts.steps} className="flex flex-wrap items-center justify-between gap-4">
      <ol className="flex flex-wrap gap-1.5">
        {STEPS.map(([name], i) => (
          <li key={name}>
            <Link
              href={`/lesson/${i + 1}`}
              aria-current={i === at ? "step" : undefined}
              aria-label={`${i + 1}: ${texts.names[name]}`}
              className={`grid size-8 place-items-center rounded-sm border text-sm ${
                i === at ? "border-ink bg-ink text-surface" : "border-line bg-surface hover:bg-sunken"
              }`}
            >
              {i + 1}
            </Link>
          </li>
        ))}
      </ol>
      <div className="flex gap-2">
        {at > 0 && <Turn to={at} text={texts.back} />}
        {at < STEPS.length - 1 && <Turn to={at + 2} text={texts.next} isMain />}
      </div>
    </nav>
  );
}

function Turn({
  to,
  text,
  isMain = false,
}: {
  readonly to: number;
  readonly text: string;
  readonly isMain?: boolean;
}): ReactElement {
  return (
    <Link
      href={`/lesson/${to}`}
      className={`rounded-sm border px-3 py-1.5 text-sm ${
        isMain ? "border-accent bg-accent font-medium text-on-accent" : "border-line bg-surface hover:bg-sunken"
      }`}
    >
      {text}
    </Link>
  );
}
