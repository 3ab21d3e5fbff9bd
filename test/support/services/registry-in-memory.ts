import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "@teravoz/runtime";

type Memory = { ids: Map<string, number>; subjects: Map<string, Set<string>> };

/**
 * A registry in this process with the functions that the gateway needs. Equal texts have equal ids, from 1
 * on. `wipe` has the effect of a lost journal on the real one.
 */
export async function openRegistryInMemory() {
  const memory: Memory = { ids: new Map(), subjects: new Map() };
  const server = createServer((request, response) => void answer(memory, request, response));
  const port = await listen(server, "127.0.0.1", 0);
  const url = `http://127.0.0.1:${port}`;
  return {
    config: {
      SCHEMA_REGISTRY_URL: url,
      SCHEMA_REGISTRY_USERNAME: null,
      SCHEMA_REGISTRY_PASSWORD: null,
    },
    wipe: () => {
      memory.ids.clear();
      memory.subjects.clear();
    },
    /** Registers a schema as another team would. */
    register: (subject: string, schema: string): number => register(memory, subject, schema),
    subjects: (): string[] => [...memory.subjects.keys()],
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function register({ ids, subjects }: Memory, subject: string, schema: string): number {
  if (!ids.has(schema)) ids.set(schema, ids.size + 1);
  subjects.set(subject, (subjects.get(subject) ?? new Set()).add(schema));
  return ids.get(schema)!;
}

async function answer(memory: Memory, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const found = respond(memory, `${request.method} ${request.url}`, text === "" ? {} : JSON.parse(text));
  response.writeHead(found === null ? 404 : 200, { "Content-Type": "application/json" });
  response.end(JSON.stringify(found ?? { error_code: 40403, message: "not found" }));
}

/** The answer to a request, null if the name is unknown. */
function respond(memory: Memory, line: string, { schema = "" }: { schema?: string }): unknown {
  const { ids, subjects } = memory;
  const [, method, path, name = "", rest] = /^(\w+) \/(\w+)(?:\/([^/]+))?(\/.*)?$/.exec(line) ?? [];
  const subject = decodeURIComponent(name);
  if (path === "config") return method === "PUT" ? {} : { compatibilityLevel: "FULL_TRANSITIVE" };
  if (path === "schemas") {
    const [text] = [...ids].find(([, id]) => `/${id}` === rest) ?? [];
    return text === undefined ? null : { schema: text };
  }
  if (subject === "") return [...subjects.keys()];
  if (rest) return { id: register(memory, subject, schema) };
  return subjects.get(subject)?.has(schema) ? { id: ids.get(schema) } : null;
}
