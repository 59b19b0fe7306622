/**
 * Errors of the demo. A retry never helps: each is a defect of Cairn.
 *
 * - `demo/not-included`: the VM refused or deferred a statement of the story.
 * - `demo/difference`: node, reference model and L1 disagree; the message says about what.
 */
export type DemoErrorCode = "demo/not-included" | "demo/difference";
