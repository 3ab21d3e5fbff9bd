export { fileDeadLetters } from "./file.ts";
export { addDeadLetterRoutes, type DeadLetterPorts } from "./routes.ts";
export { watchWaiting } from "./watch.ts";
