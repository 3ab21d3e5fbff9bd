import type { Fault } from "@teravoz/domain";
import type { z } from "zod/mini";
import { ROUTE_NAMES, ROUTES, type Route, type RouteName, type ServiceName } from "../src/index.ts";
import { ROUTE_EXAMPLES } from "./examples/routes.ts";
import { type Field, fieldsOf, schemaOf, typeOfParameter } from "./fields.ts";
import { describeAnswer } from "./shapes.ts";
import { blocks, code, codeBlock, json, list, paragraph } from "./text.ts";

/** An example of a route: the path of the request, its body, and bodies of answers by status. */
type Example = { path: string; body?: object; answers: Readonly<Record<string, unknown>> };

const SECTIONS: readonly [title: string, of: readonly ServiceName[]][] = [
  ["ingest", ["ingest"]],
  ["projector: the admin API", ["projector"]],
  ["projector and realtime", ["projector", "realtime"]],
  ["realtime", ["realtime"]],
  ["Every service", ["ingest", "projector", "realtime"]],
];

export const describeRoutes = (): string =>
  blocks(...SECTIONS.map(([title, of]) => blocks(`### ${title}`, ...groupsOf(of).map(describeRoute))));

type Group = [name: RouteName, ...others: RouteName[]];

/** The routes of exactly these services. Addresses of one route are one group. */
const groupsOf = (of: readonly ServiceName[]): Group[] => [
  ...(Map.groupBy(
    ROUTE_NAMES.filter((name) => String(ROUTES[name].of) === String(of)),
    (name): Route => ROUTES[name],
  ).values() as Iterable<Group>),
];

/** Addresses of one route are described once. */
function describeRoute([name, ...others]: Group): string {
  const route: Route = ROUTES[name];
  const example: Example = ROUTE_EXAMPLES[name];
  return blocks(
    `#### ${name}`,
    others.length > 0 ? paragraph(`The same as ${others.map(code).join(", ")}.`) : "",
    paragraph(route.doc),
    route.token ? paragraph(`Needs the token of the setting \`${route.token}\`, if it is set.`) : "",
    describeParameters(route),
    describeAnswers(route, example),
    codeBlock("", exampleOf(name, route, example)),
  );
}

function describeParameters({ path = {}, query }: Route): string {
  const inPath = Object.entries(path).map(([name, schema]) => {
    const read = schema.safeParse("");
    const fault = read.success ? [] : refusedWith(read.error.issues[0]!.message);
    const description = [schemaOf(schema, "input").description ?? "", ...fault].join(" ");
    return { term: `\`:${name}\``, type: "part of the path", description };
  });
  const fields = query ? fieldsOf(schemaOf(query, "input")) : [];
  const inQuery = fields.map((field) => ({
    term: `\`${field.name}\``,
    type: typeOfParameter(field),
    description: [field.schema.description ?? "", ...faultOf(query!, field)].join(" "),
  }));
  const entries = [...inPath, ...inQuery];
  return entries.length > 0 ? blocks("Its parameters:", list(entries)) : "";
}

/** The error for a wrong value, else for a value that is given twice. */
function faultOf(query: z.ZodMiniType, { name }: Field): string[] {
  for (const wrong of ["?", ["1", "1"]]) {
    const read = query.safeParse({ [name]: wrong });
    if (!read.success) return refusedWith(read.error.issues[0]!.message);
  }
  return [];
}

const refusedWith = (fault: string): string[] => [`Refused with ${code(fault)}.`];

function describeAnswers(route: Route, { answers }: Example): string {
  const statuses = Object.entries(route.answers);
  const entries = statuses.map(([status, { doc }]) => {
    const error = errorOf(answers[status]);
    return { term: status, description: error ? `${doc} Example: ${error}.` : doc };
  });
  const shapes = statuses.filter(([status, { body }]) => Number(status) < 400 && body);
  return blocks(
    "Its answers:",
    list(entries),
    ...shapes.map(([status, { body }]) => describeAnswer(`The body of a ${status}`, body!)),
  );
}

/** The faults of an error body, with the other keys of the body. */
function errorOf(body: unknown): string {
  if (typeof body !== "object" || body === null || !("errors" in body)) return "";
  const { status: _, errors, ...more } = body as { status: string; errors: Fault[] };
  const faults = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return [...faults, ...(Object.keys(more).length > 0 ? [JSON.stringify(more)] : [])].map(code).join(", ");
}

function exampleOf(name: RouteName, { token, answers }: Route, example: Example): string {
  const [method] = name.split(" ");
  const request = [
    `${method} ${example.path}`,
    ...(token ? ["Authorization: Bearer <token>"] : []),
    ...(example.body ? ["Content-Type: application/json", "", json(example.body)] : []),
  ];
  const [status] = Object.keys(answers);
  const body = example.answers[status!];
  return [...request, "", status, ...(body === undefined ? [] : [json(body)])].join("\n");
}
