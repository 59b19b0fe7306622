import { type FormEvent, type ReactElement, useState } from "react";
import { saveJson } from "../../base/save-file.ts";
import { useRollup } from "../../data/rollup.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Page } from "../../ui/layout.tsx";
import { DataTable } from "../../ui/table.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { Hex } from "../../ui/values.tsx";
import { rollupName, useKept } from "../kept/use-kept.ts";
import { readPayee } from "../paying/payee.ts";
import {
  type Contact,
  contactProblem,
  contactsFromText,
  contactsOf,
  contactsToJson,
  mergeContacts,
} from "./contacts.ts";
import { TEXTS } from "./texts.ts";

/** Names for those whom the user pays. */
export function ContactsPage(): ReactElement {
  const texts = useTexts(TEXTS);
  const { config } = useRollup();
  const kept = contactsOf(rollupName(config));
  const contacts = useKept(kept);
  const remove = (name: string) => kept.change((before) => before.filter((one) => one.name !== name));
  return (
    <Page title={texts.title} lead={texts.lead}>
      <AddContact contacts={contacts} add={(contact) => kept.change((before) => [...before, contact])} />
      <DataTable
        name={texts.list}
        rows={[...contacts].sort((a, b) => a.name.localeCompare(b.name))}
        keyOf={({ name }) => name}
        empty={texts.none}
        columns={[
          { name: texts.name, cell: ({ name }) => name },
          {
            name: texts.payee,
            cell: ({ payee }) => (payee.length > 10 ? <Hex value={payee} isWhole /> : payee),
          },
          {
            name: texts.remove,
            cell: ({ name }) => <Button onClick={() => remove(name)}>{texts.remove}</Button>,
          },
        ]}
      />
      <Files contacts={contacts} merge={(added) => kept.change((before) => mergeContacts(before, added))} />
    </Page>
  );
}

function AddContact({
  contacts,
  add,
}: {
  readonly contacts: readonly Contact[];
  readonly add: (contact: Contact) => boolean;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const { config } = useRollup();
  const [name, setName] = useState("");
  const [payee, setPayee] = useState("");
  const [problem, setProblem] = useState<keyof typeof texts.problems | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const contact = { name: name.trim(), payee: payee.trim() };
    const reading = readPayee(contact.payee, { chainId: BigInt(config.chainId), rollup: BigInt(config.rollup) });
    const isPayee = reading.type !== "problem" && reading.type !== "request";
    const wrong = isPayee ? contactProblem(contact, contacts) : "payee";
    if (wrong !== null) return setProblem(wrong);
    if (!add(contact)) return setProblem("notKept");
    setProblem(null);
    setName("");
    setPayee("");
  };
  const about = (which: "name" | "payee") =>
    problem !== null && (problem === "payee") === (which === "payee") ? texts.problems[problem] : null;
  return (
    <form onSubmit={submit} aria-label={texts.add} className="card grid gap-4 px-4 py-4 sm:grid-cols-2 sm:px-6">
      <TextField label={texts.name} value={name} onChange={setName} problem={about("name")} />
      <TextField label={texts.payee} value={payee} onChange={setPayee} problem={about("payee")} />
      <Button kind="primary" isSubmit isDisabled={name.trim() === "" || payee.trim() === ""}>
        {texts.add}
      </Button>
    </form>
  );
}

/** Saves contacts, and adds those of a file. */
function Files({
  contacts,
  merge,
}: {
  readonly contacts: readonly Contact[];
  readonly merge: (added: readonly Contact[]) => boolean;
}): ReactElement {
  const texts = useTexts(TEXTS);
  const [told, setTold] = useState<{ readonly text: string; readonly isProblem: boolean } | null>(null);
  const load = async (file: File): Promise<void> => {
    const added = contactsFromText(await file.text());
    if (added === null) return setTold({ text: texts.badFile, isProblem: true });
    const count = mergeContacts(contacts, added).length - contacts.length;
    if (!merge(added)) return setTold({ text: texts.problems.notKept, isProblem: true });
    setTold({ text: texts.added(String(count)), isProblem: false });
  };
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          onClick={() => saveJson("cairn-contacts.json", contactsToJson(contacts))}
          isDisabled={contacts.length === 0}
        >
          {texts.save}
        </Button>
        <label className="cursor-pointer rounded-sm border border-line bg-surface px-3 py-1.5 text-sm focus-within:outline-2 focus-within:outline-l1 hover:bg-sunken">
          {texts.load}
          <input
            type="file"
            accept="application/json,.json"
            className="sr-only"
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              if (file !== undefined) void load(file);
              target.value = "";
            }}
          />
        </label>
      </div>
      <p role="status" className={`text-sm ${told?.isProblem === true ? "text-refuted" : ""}`}>
        {told?.text}
      </p>
    </div>
  );
}
