export { fileDeadLetters } from "./file.ts";
export { watchLetters } from "./watch.ts";
