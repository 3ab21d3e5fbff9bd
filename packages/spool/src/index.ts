export { type Disk, disk, type Lock, type SpoolFile } from "./disk.ts";
export { MAX_RECORD_BYTES, type Spooled } from "./record.ts";
export { openSpool, type Spool, type SpoolLimits, type SpoolOptions } from "./spool.ts";
