import { Link } from "../base/elements/link.tsx";
import type { PageName, View } from "../base/route.ts";
import { rewound } from "../rewind/rewind.ts";
import { tv } from "../tv/tv.ts";

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
