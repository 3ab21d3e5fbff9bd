import { giveToken } from "../base/socket.ts";
import { words } from "../base/words.ts";

/** Asked once a tab: the token is kept in sessionStorage and goes nowhere but into the handshake. */
export function TokenForm({ wrong }: { wrong: boolean }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    giveToken(String(new FormData(form).get("token")).trim());
  };
  return (
    <main>
      <form class="token" onSubmit={submit}>
        <h1>{words.tokenTitle}</h1>
        <p>{words.tokenWhy}</p>
        <label>
          {words.token}
          <input name="token" type="password" autocomplete="current-password" required />
        </label>
        {wrong && <p role="alert">{words.tokenWrong}</p>}
        <button type="submit">{words.enter}</button>
      </form>
    </main>
  );
}
