export { type CamtFormat, statementToCamt053 } from "./camt.ts";
export { type AmountFormat, statementToCsv, statementToJson } from "./formats.ts";
export type { Movement, MovementType, StatementStatus } from "./movements.ts";
export { readStatement, type Statement, type StatementNode, type StatementParameters } from "./statement.ts";
