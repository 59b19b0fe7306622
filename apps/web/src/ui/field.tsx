import { type InputHTMLAttributes, type ReactElement, type ReactNode, useId } from "react";

/** Style of everything that takes an input. */
export const CONTROL =
  "w-full rounded-sm border border-line bg-ground px-3 py-1.5 text-sm placeholder:text-soft aria-invalid:border-refuted";

/** What a control needs to belong to its {@link Field}. */
export interface ControlProps {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean | undefined;
}

/** What stands around a control. */
export interface FieldProps {
  readonly label: string;
  /** Said below it all the time. */
  readonly hint?: ReactNode;
  /** What is wrong with what it holds; null for nothing. */
  readonly problem?: string | null;
}

/**
 * A control with its label, a hint, and what is wrong with it; readers of the screen hear all three.
 *
 * @example <Field label="Amount">{(control) => <input {...control} className={CONTROL} />}</Field>
 */
export function Field({
  label,
  hint,
  problem = null,
  children,
}: FieldProps & { readonly children: (control: ControlProps) => ReactNode }): ReactElement {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, problem !== null && `${id}-problem`].filter(Boolean).join(" ");
  const control: ControlProps = {
    id,
    "aria-describedby": described === "" ? undefined : described,
    "aria-invalid": problem === null ? undefined : true,
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children(control)}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-xs text-soft">
          {hint}
        </p>
      )}
      {problem !== null && (
        <p id={`${id}-problem`} role="alert" className="text-xs text-refuted">
          {problem}
        </p>
      )}
    </div>
  );
}

/** A line of text. */
export function TextField({
  label,
  hint,
  problem,
  value,
  onChange,
  ...input
}: FieldProps & {
  readonly value: string;
  readonly onChange: (value: string) => void;
} & Pick<
    InputHTMLAttributes<HTMLInputElement>,
    "type" | "placeholder" | "autoComplete" | "inputMode" | "maxLength" | "disabled" | "required"
  >): ReactElement {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })} {...(problem === undefined ? {} : { problem })}>
      {(control) => (
        <input
          autoComplete="off"
          spellCheck={false}
          {...input}
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={CONTROL}
        />
      )}
    </Field>
  );
}

/** One of several. */
export function Select<Value extends string>({
  label,
  hint,
  problem,
  value,
  options,
  onChange,
}: FieldProps & {
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
}): ReactElement {
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })} {...(problem === undefined ? {} : { problem })}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen !== undefined) onChange(chosen.value);
          }}
          className={CONTROL}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
