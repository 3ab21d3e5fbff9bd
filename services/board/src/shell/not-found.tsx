import { Link } from "../base/elements/link.tsx";
import { words } from "../base/words.ts";

/** In place of a page whose address does not exist. */
export function NotFound() {
  return (
    <div class="empty">
      <h1>{words.pages.unknown}</h1>
      <p>{words.unknownAddress}</p>
      <Link to="live">{words.pages.live}</Link>
    </div>
  );
}
