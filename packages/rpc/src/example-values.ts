/** Values that the examples of the API share. */
import { referenceToHex, textReference } from "@cairn/protocol";

export const word = (digit: string) => `0x${digit.repeat(64)}`;
export const OWNER = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
export const OTHER = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc";
export const ROLLUP = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
export const REFERENCE = referenceToHex(textReference("invoice 17"));
export const KEY = "0x1af738417c1728f049dd2c2432f69d30d31f523024d900c167b05337ecf2f927";
export const ID = word("a");
export const L1_TRANSACTION = word("b");
export const CELL = `0x${"00".repeat(26)}`;
export const TIME = 1_764_500_000_000;
export const SECOND = TIME / 1000;
export const CURSOR = "aGlzdG9yeToxNzY0NTAwMDAwMDAwOjA6MTc";
