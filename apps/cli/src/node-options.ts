import type { SettingInfo } from "@cairn/node";
import { type Command, Option } from "commander";

/** Adds a node's settings as options, as described by the node's own table. */
export function addSettingOptions(command: Command, settings: readonly SettingInfo[], group: string): void {
  for (const { flag, env, fallback, isRequired, isSwitch, isSecret, unit, text } of settings) {
    if (isSecret) continue;
    const notes = [env, ...(fallback === null ? [] : [`default ${fallback}`]), ...(isRequired ? ["required"] : [])];
    const value = unit === null ? "value" : unit.replaceAll(" ", "-");
    const form = isSwitch ? flag : `${flag} <${value}>`;
    command.addOption(new Option(form, `${text} (${notes.join(", ")})`).helpGroup(group));
  }
}

/** The given options, in the form of the node's own parser. */
export function settingArguments(command: Command, settings: readonly SettingInfo[]): string[] {
  const options: Readonly<Record<string, unknown>> = command.opts();
  return settings.flatMap(({ flag }) => {
    const value = options[attributeOf(flag)];
    if (value === true) return [flag];
    return typeof value === "string" ? [`${flag}=${value}`] : [];
  });
}

function attributeOf(flag: string): string {
  return new Option(`${flag} <value>`).attributeName();
}
