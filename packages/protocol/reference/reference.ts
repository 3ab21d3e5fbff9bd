import { describeCommands, describeErrors, describePushes } from "./commands.ts";
import { describeRoutes } from "./routes.ts";
import { describeShapes } from "./shapes.ts";
import { blocks, codeBlock, paragraph } from "./text.ts";

/** The text of docs/api.md. */
export const writeReference = (): string =>
  `${blocks(
    "# API",
    paragraph(
      "Every route, command and message, with its parameters, answers and errors. This file is generated from the schemas in `packages/protocol/src`: change them, then run `pnpm docs:api`.",
    ),
    "## HTTP",
    ...HTTP.map((text) => paragraph(text)),
    codeBlock("", '{"status":"error","errors":[{"path":"","message":"no such path"}]}'),
    describeRoutes(),
    "## Socket",
    ...SOCKET.map((text) => paragraph(text)),
    "### Commands",
    paragraph(
      "A parameter that is null or an empty text counts as left out, unless it is required. Unknown parameters are refused.",
    ),
    describeCommands(),
    "### Messages",
    "The server sends these on its own. A client may ignore those that it does not know.",
    describePushes(),
    "### Errors",
    describeErrors(),
    "## Shapes",
    paragraph(
      "A time is ISO 8601 in UTC with milliseconds: `2026-11-25T10:42:07.000Z`. A field whose name ends in `_ms` or `Ms` is in milliseconds. A client should ignore fields that it does not know: a later release may add some.",
    ),
    describeShapes(),
  )}\n`;

const HTTP = [
  "A token is the Bearer token, the password of Basic authentication or the parameter `token` of the query. Paths must match exactly.",
  "Every error has the shape of [Problem](#problem). Every service may also answer 400 (`the path cannot be decoded`), 404 (`no such path`), 405 (`Allow` names the methods) and 500 (`internal error`, which the service logs). A route with GET answers HEAD too.",
];

const SOCKET = [
  "realtime serves socket.io on `/socket.io/` (clients of version 2, 3 and 4) and plain WebSocket on every other path. The token of `DASHBOARD_TOKEN` is sent as socket.io's `auth.token`, or as in HTTP. A connection is refused with 401 without the token, with 403 if the page's origin may not connect, and with 503 if too many clients connect at once or, with the header `x-only-if-ready: 1`, if the instance is not ready.",
  'Over plain WebSocket a command is a text frame `{"event","data"}`, and every message of the server is a text frame `{"data","event","status"}`. Over socket.io a command is an event of its name with `data` as its argument; the answer is an event of the same name, or goes to the acknowledgement if there is one. A message is at most 64 KiB.',
  "The commands of one socket are answered in their order.",
];
