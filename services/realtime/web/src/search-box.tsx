import { filter, go, query } from "./route.ts";
import { words } from "./words.ts";

/** Where the key / leads. */
export const SEARCH_ID = "search";

export function SearchBox() {
  const search = (event: SubmitEvent) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get("q");
    go("calls", { state: filter.value, q: String(text).trim() });
  };
  const clear = (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    if (value === "" && query.value !== "") go("calls", { state: filter.value });
  };
  return (
    <search>
      <form onSubmit={search}>
        <input
          id={SEARCH_ID}
          name="q"
          type="search"
          key={query.value}
          defaultValue={query.value}
          aria-label={words.search}
          placeholder={words.search}
          maxLength={256}
          onInput={clear}
        />
      </form>
    </search>
  );
}
