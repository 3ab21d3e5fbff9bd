import type { Account } from "@teravoz/domain";

/**
 * Gives the id of the installation, "" until it has been read. It is read in the background, and again with each call until there is one,
 * because the projector makes it and the database may be away.
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
