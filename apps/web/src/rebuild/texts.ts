import { defineTexts } from "../base/locale.ts";

/** Of the rebuilding of the state. */
export const TEXTS = defineTexts({
  en: {
    start: "Rebuild the state",
    again: "Bring it up to date",
    cancel: "Cancel",
    retry: "Try again",
    noL1: "No connection to L1 is set, so nothing can be rebuilt. Name an RPC in the settings.",
    before:
      "Your browser reads every batch from L1, replays it, and compares root and history with the contract. No node is asked. It can be cancelled, and goes on after a reload.",
    beginning: "Beginning …",
    batches: (batch: string, of: string) => `Batch ${batch} of ${of}`,
    batchesOnly: (batch: string) => `Batch ${batch}`,
    perSecond: (count: string) => `${count} transactions per second`,
    left: (duration: string) => `about ${duration} left`,
    sums: (done: string, of: string) => `Adding up the balances: account ${done} of ${of}`,
    progress: "Progress",
    failed: "The state could not be rebuilt.",
    blobHint: "This batch is in a blob. Name a beacon API below, or an archive.",
    sources: "Where else to read",
    sourcesHint: "Beside your RPC of L1. Whatever they say is compared with the contract, so they need not be trusted.",
    beacon: "Beacon API",
    beaconHint:
      "Has the blobs of the last 18 days or so. Needed when batches are in blobs. It has to allow pages of other hosts (CORS).",
    archive: "Archive on a web server",
    archiveHint: "A file of batches that somebody keeps, for what L1 no longer has. Likewise (CORS).",
    file: "Archive from a file",
    save: "Use these",
    kept: "This browser keeps the batches that it has read, and checks them again next time.",
    notKept: "This browser keeps nothing, or another tab is reading: after a reload it begins again.",
  },
  de: {
    start: "Zustand nachbauen",
    again: "Auf den neuesten Stand bringen",
    cancel: "Abbrechen",
    retry: "Noch einmal",
    noL1: "Es ist keine Verbindung zu L1 eingestellt, also kann nichts nachgebaut werden. Nennen Sie einen RPC in den Einstellungen.",
    before:
      "Ihr Browser liest jeden Batch von L1, spielt ihn nach und vergleicht Wurzel und Verlauf mit dem Vertrag. Kein Knoten wird gefragt. Sie können abbrechen, und nach einem Neuladen geht es weiter.",
    beginning: "Beginnt …",
    batches: (batch: string, of: string) => `Batch ${batch} von ${of}`,
    batchesOnly: (batch: string) => `Batch ${batch}`,
    perSecond: (count: string) => `${count} Transaktionen je Sekunde`,
    left: (duration: string) => `noch etwa ${duration}`,
    sums: (done: string, of: string) => `Guthaben werden addiert: Konto ${done} von ${of}`,
    progress: "Fortschritt",
    failed: "Der Zustand konnte nicht nachgebaut werden.",
    blobHint: "Dieser Batch liegt in einem Blob. Nennen Sie unten eine Beacon-API oder ein Archiv.",
    sources: "Wo noch gelesen wird",
    sourcesHint:
      "Neben Ihrem RPC von L1. Was sie sagen, wird mit dem Vertrag verglichen; man muss ihnen also nicht trauen.",
    beacon: "Beacon-API",
    beaconHint:
      "Hat die Blobs von etwa 18 Tagen. Nötig, wenn Batches in Blobs liegen. Sie muss Seiten anderer Hosts erlauben (CORS).",
    archive: "Archiv auf einem Webserver",
    archiveHint: "Eine Datei mit Batches, die jemand aufbewahrt, für das, was L1 nicht mehr hat. Ebenso (CORS).",
    file: "Archiv aus einer Datei",
    save: "Diese nehmen",
    kept: "Dieser Browser behält die gelesenen Batches und prüft sie beim nächsten Mal wieder.",
    notKept:
      "Dieser Browser behält nichts, oder ein anderer Tab liest gerade: Nach einem Neuladen beginnt er von vorn.",
  },
});
