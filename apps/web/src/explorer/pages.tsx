import { lazy, type ReactElement } from "react";
import { Route, Switch } from "wouter";
import { defineTexts } from "../base/locale.ts";
import { Page } from "../ui/layout.tsx";
import { NotFound } from "../ui/states.tsx";
import { useTexts } from "../ui/use-texts.ts";
import { HomePage } from "./home/home.tsx";

const TEXTS = defineTexts({ en: { title: "No such page" }, de: { title: "Diese Seite gibt es nicht" } });

const BlocksPage = lazy(() => import("./blocks/blocks.tsx").then((part) => ({ default: part.BlocksPage })));

/** Which page an address shows; all but the first are loaded when they are opened. */
export function Pages(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route path="/blocks" component={BlocksPage} />
      <Route>
        <Page title={texts.title}>
          <NotFound />
        </Page>
      </Route>
    </Switch>
  );
}
