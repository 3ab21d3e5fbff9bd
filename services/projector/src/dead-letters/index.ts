export { fileDeadLetters } from "./file.ts";
export { watchWaiting } from "./watch.ts";
