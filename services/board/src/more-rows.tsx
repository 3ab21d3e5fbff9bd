import { Link } from "./link.tsx";
import { rewound } from "./rewind.ts";
import type { PageName, View } from "./route.ts";
import { tv } from "./tv.ts";

/** Says how many rows a list leaves out and leads to them; nothing where it leaves out none. */
export function MoreRows(props: {
  count: number;
  say: (count: number) => string;
  to: PageName;
  view?: View;
}) {
  const { count, say, to, view = {} } = props;
  if (count <= 0) return null;
  const text = say(count);
  // the other pages are of now, and on the TV nobody presses anything
  const shown =
    rewound.value || tv.value ? (
      text
    ) : (
      <Link to={to} view={view} class="quiet">
        {text}
      </Link>
    );
  return <p class="more soft">{shown}</p>;
}
