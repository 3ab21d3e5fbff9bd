import { words } from "../../words.ts";

/** Tells a developer how to fill an empty page. A production server does not mark its document, and nobody sees this. */
export function SimulatorHint() {
  if (document.documentElement.dataset.server !== "development") return null;
  return (
    <p>
      {words.base.simulatorHint} <code>npx -y pnpm simulate</code>
    </p>
  );
}
