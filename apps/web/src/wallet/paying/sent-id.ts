import { isCairnError } from "@cairn/sdk";

/**
 * Id of the request that an action has sent. One of which nobody says what became of it counts as sent: it is signed, stored,
 * and sent again by itself, so that the form which sent it must not be pressed again.
 */
export async function sentId(sending: Promise<{ readonly id: string }>): Promise<string> {
  try {
    return (await sending).id;
  } catch (error) {
    if (!isCairnError(error, "sdk/outcome-unknown") || isAboutEarlier(error.details)) throw error;
    if (typeof error.details.id === "string") return error.details.id;
    throw error;
  }
}

/** Whether it says that an earlier payment has run after all, and nothing new was sent. */
export function isAboutEarlier(details: Readonly<Record<string, unknown>>): boolean {
  return "hasRun" in details;
}
