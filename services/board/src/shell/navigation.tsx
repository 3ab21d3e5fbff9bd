import { useEffect, useRef } from "preact/hooks";
import { Link } from "../base/elements/link.tsx";
import { type KnownPage, PAGES, page } from "../base/route.ts";
import { isAhead, rewound } from "../rewind/rewind.ts";
import { words } from "../words.ts";

/** The pages about the gateway itself, for troubleshooting. Their links are smaller and set apart. */
const QUIET: readonly KnownPage[] = ["deliveries", "system"];

/** The links to the pages. */
export function Navigation() {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // on a phone the bar is wider than the screen
    bar.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [page.value]);
  return (
    <nav class="pages" aria-label={words.shell.navigation} ref={bar}>
      {PAGES.map((name) => (
        <PageLink key={name} name={name} />
      ))}
    </nav>
  );
}

function PageLink({ name }: { name: KnownPage }) {
  // the rewound live page is not the current one: its link leads back to the present
  const current = page.value === name && !rewound.value && !isAhead.value;
  const label = words.base.pages[name];
  return (
    <Link to={name} current={current ? "page" : undefined} class={QUIET.includes(name) ? "aside" : ""}>
      {current ? <h1>{label}</h1> : label}
    </Link>
  );
}
