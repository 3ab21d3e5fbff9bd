import type * as domain from "@teravoz/domain/call";

/** A call as it is sent. The stored call has its visits in `legs`, which the sent one keeps as an alias for one release. */
export type Call = Omit<domain.Call, "legs"> & {
  visits: domain.Call["legs"];
  /** The same list as `visits`. It is absent if the client declined it. */
  legs?: domain.Call["legs"];
};
