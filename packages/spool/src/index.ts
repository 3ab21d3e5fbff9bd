export { type Disk, disk, type SpoolFile } from "./disk.ts";
export type { Lock } from "./lock.ts";
export { MAX_RECORD_BYTES, type Spooled } from "./record.ts";
export { openSpool, type Spool, type SpoolLimits, type SpoolOptions } from "./spool.ts";
