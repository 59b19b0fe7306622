import type { ReactElement } from "react";
import { NoteFailures } from "../outbox/note-failures.tsx";
import { KeepLastState } from "./keep-last-state.tsx";

/** What is kept in the browser as long as there is a session, whichever page is shown. */
export function Keepers(): ReactElement {
  return (
    <>
      <NoteFailures />
      <KeepLastState />
    </>
  );
}
