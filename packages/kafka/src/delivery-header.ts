import type { IHeaders } from "kafkajs";

const NAME = "delivery_id";
/** Ours have 12 characters, those of redriven dead letters some 70: a longer one is none of ours. */
const MAX_LENGTH = 128;

/** The header with a delivery's id. */
export const deliveryHeader = (id: string | undefined): Record<string, string> =>
  id === undefined ? {} : { [NAME]: id };

/** The id in a record's headers; undefined where it has none. */
export function readDeliveryId(headers: IHeaders): string | undefined {
  const id = headers[NAME]?.toString();
  return id && id.length <= MAX_LENGTH ? id : undefined;
}
