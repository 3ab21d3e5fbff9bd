export type { ReadTelephone, Region, Telephone } from "./phone-number.ts";
export { canBePerson, formatTelephone, maskDigits } from "./telephone-format.ts";
