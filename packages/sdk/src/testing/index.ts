export { at, camtProblems, type ReadElement, readXml } from "./camt-rules.ts";
