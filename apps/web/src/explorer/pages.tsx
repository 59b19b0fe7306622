import { lazy, type ReactElement } from "react";
import { Route, Switch } from "wouter";
import { defineTexts } from "../base/locale.ts";
import { Page } from "../ui/layout.tsx";
import { NotFound } from "../ui/states.tsx";
import { useTexts } from "../ui/use-texts.ts";
import { HomePage } from "./home/home.tsx";

const TEXTS = defineTexts({ en: { title: "No such page" }, de: { title: "Diese Seite gibt es nicht" } });

const lists = {
  blocks: () => import("./blocks/blocks.tsx"),
  batches: () => import("./batches/batches.tsx"),
  queue: () => import("./queue/queue.tsx"),
  tokens: () => import("./tokens/tokens.tsx"),
};
const BlocksPage = lazy(() => lists.blocks().then(({ BlocksPage }) => ({ default: BlocksPage })));
const BatchesPage = lazy(() => lists.batches().then(({ BatchesPage }) => ({ default: BatchesPage })));
const QueuePage = lazy(() => lists.queue().then(({ QueuePage }) => ({ default: QueuePage })));
const QueueEntryPage = lazy(() => lists.queue().then(({ QueueEntryPage }) => ({ default: QueueEntryPage })));
const TokensPage = lazy(() => lists.tokens().then(({ TokensPage }) => ({ default: TokensPage })));
const TokenPage = lazy(() => lists.tokens().then(({ TokenPage }) => ({ default: TokenPage })));
const BlockPage = lazy(() => import("./blocks/block.tsx").then(({ BlockPage }) => ({ default: BlockPage })));
const BatchPage = lazy(() => import("./batches/batch.tsx").then(({ BatchPage }) => ({ default: BatchPage })));
const AccountPage = lazy(() => import("./accounts/account.tsx").then(({ AccountPage }) => ({ default: AccountPage })));
const LivenessPage = lazy(() =>
  import("./liveness/liveness.tsx").then(({ LivenessPage }) => ({ default: LivenessPage })),
);
const StatePage = lazy(() => import("./state/state.tsx").then(({ StatePage }) => ({ default: StatePage })));
const ProofsPage = lazy(() => import("./proofs/proofs.tsx").then(({ ProofsPage }) => ({ default: ProofsPage })));
const LessonPage = lazy(() => import("./lesson/lesson.tsx").then(({ LessonPage }) => ({ default: LessonPage })));
const OwnerPage = lazy(() => import("./owners/owner.tsx").then(({ OwnerPage }) => ({ default: OwnerPage })));
const PayoutPage = lazy(() => import("./payouts/payout.tsx").then(({ PayoutPage }) => ({ default: PayoutPage })));
const SearchPage = lazy(() => import("./search/search.tsx").then(({ SearchPage }) => ({ default: SearchPage })));
const ReferencePage = lazy(() =>
  import("./references/reference.tsx").then(({ ReferencePage }) => ({ default: ReferencePage })),
);
const TransactionPage = lazy(() =>
  import("./transactions/transaction.tsx").then(({ TransactionPage }) => ({ default: TransactionPage })),
);
const ReceiptFilePage = lazy(() =>
  import("./transactions/receipt-file.tsx").then(({ ReceiptFilePage }) => ({ default: ReceiptFilePage })),
);

/** Which page an address shows; all but the first are loaded when they are opened. */
export function Pages(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route path="/blocks" component={BlocksPage} />
      <Route path="/block/:number" component={BlockPage} />
      <Route path="/batches" component={BatchesPage} />
      <Route path="/liveness" component={LivenessPage} />
      <Route path="/state" component={StatePage} />
      <Route path="/proofs" component={ProofsPage} />
      <Route path="/lesson/:step?" component={LessonPage} />
      <Route path="/batch/:firstBlock" component={BatchPage} />
      <Route path="/transaction/:id" component={TransactionPage} />
      <Route path="/account/:index" component={AccountPage} />
      <Route path="/owner/:address" component={OwnerPage} />
      <Route path="/queue" component={QueuePage} />
      <Route path="/queue/:position" component={QueueEntryPage} />
      <Route path="/payout/:block/:position" component={PayoutPage} />
      <Route path="/tokens" component={TokensPage} />
      <Route path="/token/:id" component={TokenPage} />
      <Route path="/reference/:reference" component={ReferencePage} />
      <Route path="/search/:text" component={SearchPage} />
      <Route path="/receipt" component={ReceiptFilePage} />
      <Route>
        <Page title={texts.title}>
          <NotFound />
        </Page>
      </Route>
    </Switch>
  );
}
