import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { FaultyCluster } from "./cluster.ts";

/**
 * Returns a function that looks up, in Linux's socket tables, whether a local port belongs to a connection of a node.
 */
export function portsOf({ dir }: FaultyCluster, node: string): (port: number) => boolean {
  const known = new Map<number, boolean>();
  const pid = readPid(join(dir, "pids.json"), node);
  return (port) => {
    const answer = known.get(port) ?? readPorts(pid).has(port);
    known.set(port, answer);
    return answer;
  };
}

function readPid(file: string, node: string): number {
  const pids: { name: string; pid: number }[] = JSON.parse(readFileSync(file, "utf8"));
  return pids.findLast(({ name }) => name === node)!.pid;
}

function readPorts(pid: number): Set<number> {
  const folder = `/proc/${pid}/fd`;
  const inodes = new Set(readdirSync(folder).map((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(folder, fd))?.[1]));
  const lines = ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, "utf8").trim().split("\n").slice(1),
  );
  const columns = lines.map((line) => line.trim().split(/\s+/));
  const own = columns.filter(([, , , , , , , , , inode]) => inodes.has(inode));
  return new Set(own.map(([, local]) => Number.parseInt(local!.split(":")[1]!, 16)));
}

/** Returns the target of a descriptor, empty if the descriptor was closed meanwhile. */
function linkOf(folder: string, fd: string): string {
  try {
    return readlinkSync(join(folder, fd));
  } catch {
    return "";
  }
}
