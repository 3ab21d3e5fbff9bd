import { Link } from "../base/elements/link.tsx";
import type { KnownPage, View } from "../base/route.ts";
import { rewound } from "../rewind/rewind.ts";
import { tv } from "../tv/tv.ts";

/** The number of rows that a list leaves out, and a link to them; nothing if the list is complete. */
export function MoreRows(props: {
  count: number;
  say: (count: number) => string;
  to: KnownPage;
  view?: View;
}) {
  const { count, say, to, view = {} } = props;
  if (count <= 0) return null;
  const text = say(count);
  // no link in the past, because the other pages show the present, nor on the TV, where it cannot be clicked
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
