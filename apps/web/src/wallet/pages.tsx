import type { ReactElement } from "react";
import { Route, Switch } from "wouter";
import { defineTexts } from "../base/locale.ts";
import { Page } from "../ui/layout.tsx";
import { NotFound } from "../ui/states.tsx";
import { useTexts } from "../ui/use-texts.ts";
import { ROUTES } from "./routes.tsx";

const TEXTS = defineTexts({ en: { title: "No such page" }, de: { title: "Diese Seite gibt es nicht" } });

/** Which page an address shows. */
export function Pages(): ReactElement {
  const texts = useTexts(TEXTS);
  return (
    <Switch>
      {ROUTES.map(({ path, page }) => (
        <Route key={path} path={path} component={page} />
      ))}
      <Route>
        <Page title={texts.title}>
          <NotFound />
        </Page>
      </Route>
    </Switch>
  );
}
