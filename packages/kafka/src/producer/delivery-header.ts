import type { IHeaders } from "kafkajs";

const NAME = "delivery_id";
/**
 * The maximum length of an id. Ours have 12 characters, those of redriven dead letters about 70. A longer id is not
 * ours.
 */
const MAX_LENGTH = 128;

/** Returns the header with the id of a delivery. */
export const deliveryHeader = (id: string | undefined): Record<string, string> =>
  id === undefined ? {} : { [NAME]: id };

/** Returns the delivery id in a record's headers, or undefined if it has none. */
export function readDeliveryId(headers: IHeaders): string | undefined {
  const id = headers[NAME]?.toString();
  return id && id.length <= MAX_LENGTH ? id : undefined;
}
