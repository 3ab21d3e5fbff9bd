export { storeDeadLetters } from "./store-dead-letters.ts";
export { watchDeadLetters } from "./watch.ts";
