import { Link } from "../base/elements/link.tsx";
import { words } from "../words.ts";

/** Shown at an address that does not exist. */
export function NotFound() {
  return (
    <div class="empty">
      <h1>{words.base.pages.unknown}</h1>
      <p>{words.shell.unknownAddress}</p>
      <Link to="live">{words.base.pages.live}</Link>
    </div>
  );
}
