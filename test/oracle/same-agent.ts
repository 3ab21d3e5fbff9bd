import { type Named, nameOf, type Step } from "./events.ts";

/** Returns whether both names mean one agent within a call. */
export type SameAgent = (a: Named, b: Named) => boolean;

const lower = (login: string | null): string | null => login?.toLowerCase() ?? null;

/**
 * Creates the comparison of names for one call. Logins are compared without case. A name that is only an extension
 * matches the agent who has that extension in an `actor.*` event of this call, and the agent who is named by it.
 */
export function sameAgentIn(steps: readonly Step[]): SameAgent {
  const hasExtension = ({ login, extension }: Named, wanted: string): boolean => {
    if (extension === wanted || login === wanted) return true;
    return steps.some(
      (step) =>
        step.type.startsWith("actor.") &&
        step.login !== null &&
        lower(step.login) === lower(login) &&
        step.extension === wanted,
    );
  };
  return (a, b) => {
    if (nameOf(a) === null || nameOf(b) === null) return false;
    if (a.login !== null && b.login !== null) return lower(a.login) === lower(b.login);
    return a.login === null ? hasExtension(b, a.extension!) : hasExtension(a, b.extension!);
  };
}
