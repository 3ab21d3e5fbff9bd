import type { Account } from "@teravoz/domain";

/**
 * Returns a function that gives the id of the installation, "" until it has been read. The id is read in the
 * background, and again with each call until it exists, because the projector creates it and the database may be
 * unreachable.
 */
export function followInstallation({ findInstallation }: Pick<Account, "findInstallation">): () => string {
  let id = "";
  let isReading = false;
  const read = async () => {
    isReading = true;
    id = (await findInstallation().catch(() => null)) ?? "";
    isReading = false;
  };
  const current = () => {
    if (id === "" && !isReading) void read();
    return id;
  };
  current();
  return current;
}
