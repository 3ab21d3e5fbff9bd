import { createErase } from "./erase.ts";
import { createEraseCommand } from "./options.ts";

const erase = createErase({
  out: (text) => void process.stdout.write(`${text}\n`),
  say: (line) => void process.stderr.write(`${line}\n`),
});
const exit = (code: number) => {
  process.exitCode = code;
};
process.once("SIGINT", () => process.exit(130));
await createEraseCommand({ env: process.env, erase, exit }).parseAsync();
