/**
 * The pages of the board and the address of each, in the order of the navigation. The server answers each of these
 * addresses with the board's document, and every other one with a 404.
 */
export const PAGE_ADDRESSES = {
  live: "/",
  calls: "/calls",
  agents: "/agents",
  queues: "/queues",
  abandoned: "/abandoned",
  deliveries: "/deliveries",
  system: "/system",
  number: "/number",
} as const;

export type PageName = keyof typeof PAGE_ADDRESSES;
