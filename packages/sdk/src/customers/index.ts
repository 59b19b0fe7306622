export { type Customer, type CustomersParameters, findCustomers } from "./customer.ts";
export { MAX_CUSTOMER_LIST_CHARS, MAX_CUSTOMERS, parseCustomerList } from "./ids.ts";
export { type CustomerKeys, customerKeys, watchedCustomerKeys } from "./keys.ts";
export { type OpenCustomersParameters, type OpenedCustomers, openCustomers } from "./open.ts";
export { type SweepParameters, sweepCustomers, sweepStatus } from "./sweep.ts";
export type { SweepFeesOptions } from "./sweep-fees.ts";
export { type SweepReport, type SweepStatus, type SweptLine, sweepReportToCsv } from "./sweep-report.ts";
export { type CustomerEvent, type WatchParameters, watchCustomers } from "./watch.ts";
