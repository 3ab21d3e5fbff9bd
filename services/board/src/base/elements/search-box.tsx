import { query } from "../route.ts";

/** The `/` key moves the focus to the element with this id. */
export const SEARCH_ID = "search";

/**
 * The search field. The search text is part of the address: `go` opens the address with a new text. `label`
 * says what can be searched for.
 */
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
