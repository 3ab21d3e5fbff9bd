import { effect, signal } from "@preact/signals";
import { type Call, type Calls, MAX_ROWS, replaceAll } from "./calls.ts";
import { ask, changed, link } from "./live.ts";
import { createPaced } from "./paced.ts";
import { questionsOf } from "./questions.ts";
import { filter, page, query } from "./route.ts";

/** What was found, newest first; null until there is an answer. */
export const found = signal<Calls | null>(null);

const reading = createPaced(async () => {
  const asked = query.peek();
  if (asked === "" || page.peek() !== "calls") return true;
  const questions = questionsOf(asked, filter.peek());
  const answers = await Promise.all(
    questions.map((params) => ask<Call[]>("ListCalls", { params, limit: MAX_ROWS })),
  );
  if (answers.some((answer) => answer?.status !== "Ok")) return false;
  if (query.peek() === asked) found.value = replaceAll(answers.flatMap((answer) => answer!.data));
  return true;
});

effect(() => {
  query.value;
  filter.value;
  found.value = null;
});
effect(() => {
  changed.value;
  if (query.value !== "" && page.value === "calls" && link.value.status === "live") {
    filter.value;
    reading.trigger();
  }
});
