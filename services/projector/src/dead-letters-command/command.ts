import { createActions } from "./actions.ts";
import { createDeadLettersCommand } from "./options.ts";

const actions = createActions({
  out: (text) => void process.stdout.write(`${text}\n`),
  say: (line) => void process.stderr.write(`${line}\n`),
});
const exit = (code: number) => {
  process.exitCode = code;
};
await createDeadLettersCommand({ env: process.env, actions, exit }).parseAsync();
