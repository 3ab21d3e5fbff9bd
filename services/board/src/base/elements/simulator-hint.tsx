import { words } from "../../words.ts";

/**
 * Shows a developer how to fill an empty page. Only a development server marks its document, so users
 * never see the hint.
 */
export function SimulatorHint() {
  if (document.documentElement.dataset.server !== "development") return null;
  return (
    <p>
      {words.base.simulatorHint} <code>npx -y pnpm simulate</code>
    </p>
  );
}
