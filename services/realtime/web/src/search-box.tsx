import { goCalls } from "./calls-view.ts";
import { query } from "./route.ts";
import { words } from "./words.ts";

/** Where the key / leads. */
export const SEARCH_ID = "search";

export function SearchBox() {
  const search = (event: SubmitEvent) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get("q");
    goCalls({ q: String(text).trim() });
  };
  const clear = (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    if (value === "" && query.value !== "") goCalls({ q: "" });
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
