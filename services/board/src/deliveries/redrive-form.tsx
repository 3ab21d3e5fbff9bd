import type { ComponentChildren } from "preact";
import { deliveries } from "./read-deliveries.ts";
import { adminToken, giveAdminToken, wrongToken } from "./redrive.ts";
import { deliveriesWords } from "./words.ts";

type Props = { label: string; busy: boolean; onRedrive(): void; children?: ComponentChildren };

/** A form that redrives. It asks for the admin token once per tab. */
export function RedriveForm({ label, busy, onRedrive, children }: Props) {
  const { noRights, adminTokenLabel, adminTokenWrong } = deliveriesWords;
  if (!deliveries.value?.redrive) return <p class="soft">{noRights}</p>;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement).get("token");
    if (given !== null) giveAdminToken(String(given).trim());
    onRedrive();
  };
  return (
    <form class="redrive" onSubmit={submit}>
      {adminToken.value === null && (
        <label>
          {adminTokenLabel}
          <input name="token" type="password" autocomplete="off" required />
        </label>
      )}
      {wrongToken.value && <p role="alert">{adminTokenWrong}</p>}
      <div class="buttons">
        <button type="submit" disabled={busy}>
          {label}
        </button>
        {children}
      </div>
    </form>
  );
}
