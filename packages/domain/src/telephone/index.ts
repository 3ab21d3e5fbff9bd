export type { ReadTelephone, Region, Telephone } from "./phone-number.ts";
