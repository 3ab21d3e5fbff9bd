import { query } from "../route.ts";

/** Where the key / leads. */
export const SEARCH_ID = "search";

/** What is searched for is part of the address; `go` leads to it, and label says what can be found. */
export function SearchBox({ label, go }: { label: string; go: (q: string) => void }) {
  const search = (event: SubmitEvent) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get("q");
    go(String(text).trim());
  };
  const clear = (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    if (value === "" && query.value !== "") go("");
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
          aria-label={label}
          placeholder={label}
          maxLength={256}
          onInput={clear}
        />
      </form>
    </search>
  );
}
