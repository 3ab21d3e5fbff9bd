import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Addresses, Say } from "../stack.ts";
import type { Kind, ServiceHandle } from "./services.ts";

/** The addresses of a running gateway, for a person or a script. */
export type GatewayAddresses = Record<"webhook" | "dashboard" | "projector" | keyof Addresses, string>;

export function gatewayAddressesOf(
  addresses: Addresses,
  services: readonly ServiceHandle[],
): GatewayAddresses {
  const url = (kind: Kind) => services.find((service) => service.kind === kind)?.url ?? "";
  return {
    webhook: `${url("ingest")}/webhook`,
    dashboard: url("realtime"),
    projector: url("projector"),
    ...addresses,
  };
}

/** Writes the addresses to a file that only this user can read, because a given MongoDB URI may contain a password. */
export function writeAddresses(dir: string, report: GatewayAddresses): void {
  writeFileSync(join(dir, "addresses.json"), `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
}

export const removeAddresses = (dir: string): void => rmSync(join(dir, "addresses.json"), { force: true });

export function sayAddresses(report: GatewayAddresses, say: Say): void {
  const longest = Math.max(...Object.keys(report).map((name) => name.length));
  for (const [name, address] of Object.entries(report)) say(`  ${name.padEnd(longest)}  ${masked(address)}`);
}

/** Replaces user:password@ by ***@. */
const masked = (address: string) => address.replace(/\/\/[^/@]*@/, "//***@");
