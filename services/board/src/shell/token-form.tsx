import { giveToken } from "../base/socket.ts";
import { words } from "../words.ts";

/** Asks for the token once per tab. The token is kept in sessionStorage and is sent in the handshake only. */
export function TokenForm({ wrong }: { wrong: boolean }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    giveToken(String(new FormData(form).get("token")).trim());
  };
  return (
    <main>
      <form class="token" onSubmit={submit}>
        <h1>{words.shell.tokenTitle}</h1>
        <p>{words.shell.tokenWhy}</p>
        <label>
          {words.shell.token}
          <input name="token" type="password" autocomplete="current-password" required />
        </label>
        {wrong && <p role="alert">{words.shell.tokenWrong}</p>}
        <button type="submit">{words.shell.enter}</button>
      </form>
    </main>
  );
}
