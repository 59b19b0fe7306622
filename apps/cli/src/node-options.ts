import type { SettingInfo } from "@cairn/node";
import { type Command, Option } from "commander";

/** Adds a node's settings as options; which ones there are and what they mean, the node's own table says. */
export function addSettingOptions(command: Command, settings: readonly SettingInfo[], group: string): void {
  for (const { flag, env, fallback, isRequired, isSwitch, isSecret, unit, text } of settings) {
    if (isSecret) continue;
    const notes = [env, ...(fallback === null ? [] : [`default ${fallback}`]), ...(isRequired ? ["required"] : [])];
    const value = unit === null ? "value" : unit.replaceAll(" ", "-");
    const form = isSwitch ? flag : `${flag} <${value}>`;
    command.addOption(new Option(form, `${text} (${notes.join(", ")})`).helpGroup(group));
  }
}

/** The options that were given, as the node's own parser takes them. */
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
