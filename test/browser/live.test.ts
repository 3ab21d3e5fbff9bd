import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { findViolations } from "../support/browser/axe.ts";
import { useBoards } from "../support/browser/boards.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";

const suite = useBoards({
  realtime: 2,
  env: { QUEUES: '{"900":{"name":"Vendas","serviceLevelSeconds":40}}', ACCOUNT_TIME_ZONE: zoneAtNoon() },
});
const { open } = suite;

let calls = 0;
/**
 * Sends events of one call, the last one `secondsAgo`, each a second after the previous one. Returns its
 * call_id.
 */
async function send(
  secondsAgo: number,
  ...events: ({ type: string } & Record<string, unknown>)[]
): Promise<string> {
  const call_id = `board-${++calls}`;
  const beganAt = Date.now() - (secondsAgo + events.length - 1) * 1_000;
  for (const [n, event] of events.entries()) {
    const timestamp = new Date(beganAt + n * 1_000).toISOString();
    const { status } = await suite.gateway.post(
      JSON.stringify({ call_id, timestamp, their_number: "5511987654321", ...event }),
    );
    expect(status).toBe(200);
  }
  return call_id;
}
const waiting = { type: "call.waiting", queue: "900" };

const card = (page: Page, name: string) => page.locator(".card", { hasText: name }).locator("dd");
const rowOf = (page: Page, region: string, text: string) =>
  page.getByRole("region", { name: region }).getByRole("row").filter({ hasText: text });
const textsOf = async (page: Page) =>
  Object.fromEntries(
    await Promise.all(
      ["Em espera", "Em atendimento", "Livres", "Nível de serviço", "Abandonadas hoje"].map(
        async (name) => [name, await card(page, name).innerText()] as const,
      ),
    ),
  );

test("without any call, the page explains what it will show and how to try it", async () => {
  const { page, problems } = await open();
  await eventually(async () => expect(await page.getByText("npx -y pnpm simulate").isVisible()).toBe(true));
  expect(await page.getByText("Ninguém está esperando agora.").isVisible()).toBe(true);
  expect(await page.title()).toBe("TeraVoz · Ao vivo");
  expect(problems).toEqual([]);
});

test("boards of two instances show the same numbers while calls arrive, wait, are answered and are abandoned", async () => {
  const boardsOpen = await Promise.all([open("/", 0), open("/", 1)]);
  await send(90, waiting);
  await send(35, { type: "call.waiting", queue: "901" });
  await send(0, waiting, { type: "actor.entered", actor: "ana@example.com" }, { type: "call.ongoing" });
  await send(0, waiting, { type: "call.ongoing" }, { type: "call.finished" });
  await send(0, waiting, ...Array.from({ length: 8 }, () => ({ type: "call.data-provided" })), {
    type: "call.queue-abandon",
  });
  for (const { page, problems } of boardsOpen) {
    await eventually(async () =>
      expect(await textsOf(page)).toEqual({
        "Em espera": "2",
        "Em atendimento": "1",
        Livres: "–",
        "Nível de serviço": "66 %",
        "Abandonadas hoje": "1",
      }),
    );
    // times tick once a second, and the rows arrive separately from the cards
    await eventually(async () => {
      const vendas = await rowOf(page, "Filas", "Vendas").innerText();
      expect(vendas.split(/\s+/)).toEqual([
        "900",
        "Vendas",
        "1",
        // a minute and a half, and the time of a busy machine until here
        expect.stringMatching(/^(01:[3-5]\d|0[2-4]:\d\d)$/),
        "–",
        "66",
        "%",
        "00:01",
        "4",
        "1",
      ]);
      const waiters = await page.getByRole("region", { name: "Em espera" }).getByRole("row").allInnerTexts();
      expect(waiters.slice(1).map((row) => row.split(/\s+/).slice(1).join(" "))).toEqual([
        "900 Vendas +55 11 9****-4321",
        "901 +55 11 9****-4321",
      ]);
    });
    expect(problems).toEqual([]);
  }
});

test("the numbers cover today or the last half hour, and the URL keeps the choice", async () => {
  await send(40 * 60, waiting, { type: "call.finished" });
  const { page } = await open();
  const gaveUp = (name: string) => card(page, name).innerText();
  await eventually(async () => expect(await gaveUp("Abandonadas hoje")).toBe("2"));
  await page.getByRole("button", { name: "30 min" }).click();
  await eventually(async () => expect(await gaveUp("Abandonadas (30 min)")).toBe("1"));
  expect(page.url()).toContain("?minutes=30");
  await page.reload();
  await eventually(async () => expect(await gaveUp("Abandonadas (30 min)")).toBe("1"));
});

test("a wait beyond the service level is red, one close to it is amber, and the times tick", async () => {
  const { page } = await open();
  await eventually(async () => expect(await rowOf(page, "Filas", "900").locator(".over").count()).toBe(1));
  const longest = card(page, "Maior espera");
  const before = await longest.innerText();
  await eventually(async () => expect(await longest.innerText()).not.toBe(before));
  expect(await page.locator(".card.over").count()).toBe(1);
  await send(31, { type: "call.waiting", queue: "900", code: "near" });
  await eventually(async () =>
    expect(await page.getByRole("region", { name: "Em espera" }).locator(".near").count()).toBe(1),
  );
});

const COUNT_TONES = `window.tones = 0;
const { start } = OscillatorNode.prototype;
OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };`;

test("with sound on, a queue that exceeds its service level rings once; with sound off, the page is silent", async () => {
  const { page, problems } = await open("/", 0, {}, COUNT_TONES);
  await eventually(async () => expect(await page.locator(".card:not(.outbound)").count()).toBe(6));
  const tones = () => page.evaluate("window.tones");
  await send(21, { type: "call.waiting", queue: "silent" });
  await eventually(async () => expect(await rowOf(page, "Filas", "silent").locator(".over").count()).toBe(1));
  expect(await tones()).toBe(0);
  await page.keyboard.press("o");
  expect(await tones()).toBe(2);
  await send(18, { type: "call.waiting", queue: "heard" });
  await eventually(async () => expect(await rowOf(page, "Filas", "heard").locator(".over").count()).toBe(1));
  await eventually(async () => expect(await tones()).toBe(4));
  await page.getByRole("button", { name: "Som quando" }).click();
  await send(21, { type: "call.waiting", queue: "silent again" });
  await eventually(async () =>
    expect(await rowOf(page, "Filas", "silent again").locator(".over").count()).toBe(1),
  );
  expect(await tones()).toBe(4);
  expect(problems).toEqual([]);
});

test("a browser whose clock is three hours fast or slow shows the same times", async () => {
  const wrong = (hours: number) => `const now = Date.now; Date.now = () => now() + ${hours * 3_600_000};`;
  const boardsOpen = await Promise.all([open(), open("/", 0, {}, wrong(3)), open("/", 0, {}, wrong(-3))]);
  const secondsOn = async (page: Page) => {
    const [minutes, seconds] = (await card(page, "Maior espera").innerText()).split(":").map(Number);
    return minutes! * 60 + seconds!;
  };
  await eventually(async () => {
    const seconds = await Promise.all(boardsOpen.map(({ page }) => secondsOn(page)));
    expect(Math.max(...seconds) - Math.min(...seconds)).toBeLessThanOrEqual(1);
  });
});

test("a board that lost its server turns grey and shows since when, and shows the missed changes after its return", async () => {
  const { page } = await open();
  await eventually(async () => expect(await page.getByRole("status").innerText()).toContain("ao vivo"));
  const [realtime] = suite.gateway.realtime;
  const before = Number(await card(page, "Abandonadas hoje").innerText());
  realtime!.kill("SIGKILL");
  await eventually(async () => expect(await page.locator(".page.stale").count()).toBe(1));
  expect(await page.getByText(/Desatualizado há \d\d:\d\d/).isVisible()).toBe(true);
  await send(0, waiting, { type: "call.finished" });
  await realtime!.start();
  await realtime!.ready();
  await eventually(async () => expect(await page.locator(".page.stale").count()).toBe(0), 30_000);
  await eventually(async () =>
    expect(await card(page, "Abandonadas hoje").innerText()).toBe(String(before + 1)),
  );
});

test("outbound calls have a separate card, and are in no number, row or list of inbound calls", async () => {
  const { page } = await open();
  await eventually(async () => expect(await card(page, "Em espera").count()).toBe(1));
  const before = await textsOf(page);
  const outbound = { direction: "outbound" };
  await send(30, { ...waiting, queue: "outbound", ...outbound });
  await send(30, { type: "call.new", ...outbound }, { type: "call.ongoing", ...outbound });
  const shown = card(page, "Ativas hoje");
  await eventually(async () =>
    expect(await shown.innerText()).toMatch(/2 realizadas\s+1 conectadas\s+0 perdidas/),
  );
  expect(await textsOf(page)).toEqual(before);
  expect(await page.getByText("outbound").count()).toBe(0);
});

const TIME = /^\d\d:\d\d:\d\d$/;

test("an abandoned caller has one row until someone talks to them, and anonymous callers are listed separately", async () => {
  const their_number = "5511912340001";
  const gaveUp = [
    ...Array.from({ length: 8 }, () => ({ type: "call.data-provided" })),
    { type: "call.queue-abandon" },
  ];
  const from = (events: { type: string }[]) => events.map((event) => ({ ...event, their_number }));
  await send(60, ...from([waiting, ...gaveUp]));
  await send(50, ...[waiting, ...gaveUp].map((event) => ({ ...event, their_number: "anonymous" })));
  const { page, problems } = await open("/abandoned");
  const row = page.getByRole("row").filter({ hasText: "0001" });
  await eventually(async () =>
    expect(
      (await row.innerText())
        .split(/\t|\n/)
        .map((text) => text.trim())
        .slice(1),
    ).toEqual(["1", expect.stringMatching(TIME), expect.stringMatching(TIME), "00:09", "ainda não"]),
  );
  const anonymous = page.locator("table.anonymous tbody tr");
  await eventually(async () => expect(await anonymous.innerText()).toContain("anonymous\t900"));
  await row.click();
  await eventually(async () => expect(await page.locator(".timeline li").count()).toBe(10));
  await send(20, ...from([waiting, ...gaveUp]));
  await eventually(async () => expect((await row.innerText()).split("\t")[1]).toBe("2"));
  expect(await row.count()).toBe(1);
  const outbound = { direction: "outbound" };
  await send(
    0,
    ...from([{ type: "call.new" }, { type: "call.ongoing" }]).map((event) => ({ ...event, ...outbound })),
  );
  await eventually(async () => expect(await row.innerText()).toMatch(/✓ \d\d:\d\d:\d\d/));
  expect(problems).toEqual([]);
});

test("an open call follows its events, even after it has left its list", async () => {
  const call_id = await send(0, waiting);
  const { page } = await open();
  await page.getByRole("region", { name: "Em espera" }).locator(`[data-call="${call_id}"]`).click();
  const details = page.getByRole("complementary");
  await eventually(async () => expect(await details.innerText()).toContain(call_id));
  await suite.gateway.post(
    JSON.stringify({ type: "call.ongoing", call_id, timestamp: new Date().toISOString() }),
  );
  await eventually(async () => expect(await details.locator(".timeline li").count()).toBe(2));
  await suite.gateway.post(
    JSON.stringify({ type: "call.finished", call_id, timestamp: new Date().toISOString() }),
  );
  await eventually(async () => expect(await details.innerText()).toContain("Encerrada"));
});

test("every board shows an agent log in, ring, talk, pause and log out", async () => {
  const presence = (secondsAgo: number, type: string, more: object = {}) => {
    const timestamp = new Date(Date.now() - secondsAgo * 1_000).toISOString();
    return suite.gateway.post(
      JSON.stringify({ type, timestamp, actor: "nina@example.com", queue: "900", ...more }),
    );
  };
  const [live, listed] = [await open("/", 0), await open("/agents", 1)];
  const strip = live.page.getByRole("region", { name: "Agentes" });
  const row = listed.page.getByRole("row").filter({ hasText: "nina@example.com" });
  const shows = async (state: string, more: Record<string, unknown> = {}) =>
    eventually(async () => {
      const [, stated, since, reason, queues, taken, missed] = (await row.innerText()).split("\t");
      expect(stated).toContain(state);
      expect(since).toMatch(/^\d\d:\d\d$/);
      expect({ reason, queues, taken, missed }).toMatchObject(more);
    });
  await presence(300, "actor.logged-in");
  await presence(300, "actor.logged-in", { queue: "901" });
  await shows("livre", { queues: "900, 901" });
  await eventually(async () => expect(await strip.innerText()).toMatch(/livre[^×]*nina/));
  await eventually(async () => expect(await card(live.page, "Livres").innerText()).not.toBe("–"));
  const call_id = await send(4, waiting, { type: "actor.ringing", actor: "nina@example.com", queue: "900" });
  await shows("tocando");
  const go = (type: string) => presence(0, type, { call_id });
  await go("actor.entered");
  await shows("em ligação");
  await eventually(async () => expect(await strip.innerText()).toMatch(/em ligação[^○]*nina/));
  await row.focus();
  await listed.page.keyboard.press("Enter");
  await eventually(async () =>
    expect(await listed.page.getByRole("complementary").innerText()).toContain(call_id),
  );
  await listed.page.keyboard.press("Escape");
  await strip.getByRole("link", { name: "nina" }).click();
  await eventually(async () =>
    expect(await live.page.getByRole("complementary").innerText()).toContain(call_id),
  );
  const cut = `[...document.querySelectorAll(".live-page section")].filter((each) => each.scrollWidth > each.clientWidth)
    .map((each) => [each.ariaLabel, each.scrollWidth, each.clientWidth])`;
  expect(await live.page.evaluate(cut)).toEqual([]);
  await live.page.keyboard.press("Escape");
  await go("actor.left");
  const talks = (await row.innerText()).split("\t")[5];
  await presence(0, "actor.paused", { reason: "almoço" });
  await shows("livre", { queues: "900 (em pausa), 901", taken: talks });
  await presence(0, "actor.paused", { queue: "901", reason: "almoço" });
  await shows("em pausa", { reason: "almoço" });
  await presence(0, "actor.logged-out");
  await presence(0, "actor.logged-out", { queue: "901" });
  await shows("desconectado", { queues: "–" });
  await eventually(async () => expect(await strip.innerText()).toMatch(/desconectado\s+1/));
  await listed.page.getByRole("searchbox").fill("unknown");
  await eventually(async () =>
    expect(await listed.page.getByText("Nenhum agente com este nome").isVisible()).toBe(true),
  );
  expect(listed.page.url()).toContain("#q=unknown");
  expect([...live.problems, ...listed.problems]).toEqual([]);
});

test("a call is found by its number, code, agent or call_id, and the search can be shared", async () => {
  const named = { their_number: "5521933334444", code: "order 77", actor: "zeca@example.com" };
  const life = ["call.new", "call.waiting", "actor.entered", "actor.left", "call.finished"];
  const call_id = await send(0, ...life.map((type) => ({ type, ...named })));
  const { page, problems } = await open("/calls");
  const rows = page.locator("tbody tr");
  await eventually(async () => expect(await rows.count()).toBeGreaterThan(1));
  const search = async (text: string) => {
    await page.keyboard.press("/");
    await eventually(async () => expect(await page.getByRole("searchbox").isVisible()).toBe(true));
    await page.getByRole("searchbox").fill(text);
    await page.keyboard.press("Enter");
  };
  for (const text of ["(21) 93333-4444", "5521933334444", "order 77", "zeca@example.com", call_id]) {
    await search(text);
    await eventually(async () =>
      expect(await rows.allInnerTexts()).toEqual([
        expect.stringMatching(/Encerrada.*\+55 21 9\*{4}-4444.*zeca@example\.com/s),
      ]),
    );
  }
  const shared = await open(page.url());
  await eventually(async () => expect(await shared.page.locator("tbody tr").count()).toBe(1));
  await search("unknown");
  await eventually(async () => expect(await page.getByText("Nada encontrado.").isVisible()).toBe(true));
  await page.getByRole("searchbox").fill("");
  await eventually(async () => expect(await rows.count()).toBeGreaterThan(1));
  expect(problems).toEqual([]);
});

test("an export has all shown calls, with masked numbers while the page masks them and exact ones otherwise", async () => {
  const { page, problems } = await open("/calls");
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(1));
  const save = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name }).click(),
    ]);
    return readFile((await download.path())!, "utf8");
  };
  expect(await save("NDJSON")).not.toContain("5511987654321");
  await page.keyboard.press("n");
  const lines = (await save("NDJSON")).trimEnd().split("\n");
  const exported = lines
    .map((line) => JSON.parse(line))
    .map((row) => [
      row.aggregate_id,
      row.state,
      row.counted_as === "outbound" ? row.to : row.from,
      row.events,
    ]);
  const stored = (await suite.gateway.calls()).map((call) => [
    call.aggregate_id,
    call.state,
    call.their_number,
    call.events,
  ]);
  expect(exported.sort()).toEqual(stored.sort());
  const csv = await save("CSV");
  expect(csv.startsWith("\ufeffaggregate_id;state;")).toBe(true);
  expect(csv.trimEnd().split("\r\n")).toHaveLength(stored.length + 1);
  expect(problems).toEqual([]);
});

/** Waits until the page is connected and has every answer. */
const isRead = (page: Page) =>
  eventually(async () => {
    expect(await page.getByRole("status").innerText()).toContain("ao vivo");
    expect(await page.getByText("Carregando").count()).toBe(0);
  });

test("markup in any field is shown as text, on every page", async () => {
  const evil = `<img src=x onerror="alert(1)"><script>alert(2)</script>`;
  const fields = {
    code: evil,
    queue: evil,
    actor: evil,
    their_number: evil,
    our_number: evil,
    direction: evil,
  };
  const call_id = await send(0, { type: "call.waiting", ...fields, data: evil, [evil]: evil });
  await send(0, { type: "call.waiting", ...fields }, { type: "call.queue-abandon", ...fields });
  await send(0, { type: "actor.paused", ...fields, reason: evil });
  const past = Date.now();
  const { page, problems } = await open();
  const shows = async (path: string, least: number) => {
    await page.goto(new URL(path, page.url()).href);
    if (least === 0) await isRead(page);
    await eventually(async () =>
      expect(await page.getByText("onerror").count()).toBeGreaterThanOrEqual(least),
    );
    expect({ path, made: await page.locator("#page img, #page script").count() }).toEqual({ path, made: 0 });
  };
  await shows("/", 3);
  await shows("/agents", 1);
  await shows("/queues", 1);
  await shows(`/queues?queue=${encodeURIComponent(evil)}`, 2);
  await shows("/abandoned", 1);
  await shows(`/calls#q=${encodeURIComponent(evil)}`, 0);
  await shows(`/number#q=${encodeURIComponent(evil)}`, 0);
  await shows("/system", 0);
  await shows("/calls", 2);
  await page.locator(`tr[data-call="${call_id}"]`).click();
  await eventually(async () => expect(await page.locator("pre", { hasText: "onerror" }).count()).toBe(1));
  expect(await page.getByRole("complementary").innerText()).toContain(call_id);
  expect(await page.locator("#page img, #page script").count()).toBe(0);
  // a younger moment counts as the present
  await sleep(Math.max(0, past + 1_500 - Date.now()));
  await shows(`/?at=${new Date(past).toISOString()}`, 3);
  expect(problems).toEqual([]);
});

test("everything can be reached by keyboard, and the help explains how", async () => {
  const { page } = await open();
  await eventually(async () => expect(await page.locator(".card:not(.outbound)").count()).toBe(6));
  await page.keyboard.press("?");
  expect(await page.getByRole("dialog").innerText()).toContain("g c");
  await page.keyboard.press("Escape");
  await eventually(async () => expect(await page.getByRole("dialog").count()).toBe(0));
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await eventually(async () => expect(new URL(page.url()).pathname).toBe("/calls"));
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(0));
  await page.locator("tbody tr").first().focus();
  await page.keyboard.press("Enter");
  await eventually(async () => expect(await page.getByRole("complementary").count()).toBe(1));
  await page.keyboard.press("Escape");
  await eventually(async () => expect(await page.getByRole("complementary").count()).toBe(0));
  await page.goBack();
  await eventually(async () => expect(await page.locator(".card:not(.outbound)").count()).toBe(6));
});

test("only the card of a wait beyond the service level blinks, five times, and not with reduced motion", async () => {
  await send(90, waiting);
  const moving = (page: Page) =>
    page.evaluate(`document.getAnimations().map(({ animationName, effect }) =>
      [animationName, effect.target.closest(".card").innerText.split("\\n")[0], effect.getTiming().iterations])`);
  const { page } = await open("/", 0, { reducedMotion: "no-preference" });
  await eventually(async () => expect(await moving(page)).toEqual([["blink", "Maior espera", 5]]));
  // to the end of the fifth blink
  await page.evaluate("for (const each of document.getAnimations()) each.currentTime = 4_900");
  await eventually(async () => expect(await moving(page)).toEqual([]));
  const still = await open("/", 0, { reducedMotion: "reduce" });
  await still.page.locator(".card.over").waitFor();
  expect(await moving(still.page)).toEqual([]);
});

/** A script that collects the wake locks of the browser. */
const KEEP_LOCKS = `{
  const ask = navigator.wakeLock.request.bind(navigator.wakeLock);
  globalThis.locks = [];
  navigator.wakeLock.request = async (type) => {
    const lock = await ask(type);
    locks.push(lock);
    return lock;
  };
}`;

test("TV mode enlarges everything, keeps the screen on and hides all buttons until Esc", async () => {
  const { page, problems } = await open("/?tv", 0, {}, KEEP_LOCKS);
  const held = () => page.evaluate("locks.filter(({ released }) => !released).length");
  await eventually(async () => expect(await held()).toBe(1));
  await eventually(async () => expect(await page.locator(".card:not(.outbound)").count()).toBe(6));
  const buttons = page.getByRole("button");
  const height = async () => (await card(page, "Em espera").boundingBox())!.height;
  expect(await buttons.count()).toBe(0);
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  const onTv = await height();
  await page.keyboard.press("Escape");
  await eventually(async () => expect(await buttons.count()).toBeGreaterThan(3));
  expect(onTv).toBeGreaterThan(1.4 * (await height()));
  await eventually(async () => expect(await held()).toBe(0));
  expect(page.url()).not.toContain("tv");
  expect(problems).toEqual([]);
});

test("text in TV mode has a contrast of 7:1, in light and dark", async () => {
  await send(60, waiting);
  await send(33, waiting);
  for (const [n, type] of ["actor.ringing", "actor.paused", "actor.logged-in"].entries())
    await send(0, { type, actor: `tv-${n}@example.com`, reason: "almoço" });
  const past = new Date(Date.now() - 1_000).toISOString();
  const { page } = await open();
  for (const path of ["/?tv", "/queues?tv", "/agents?tv", `/?at=${past}&tv`]) {
    await page.goto(new URL(path, page.url()).href);
    await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(2));
    const violations = await findViolations(page, ["color-contrast-enhanced"]);
    expect({ path, violations }).toEqual({ path, violations: [] });
  }
});

test("axe finds no violation on any page, in light and dark", async () => {
  const { page } = await open();
  for (const path of ["/", "/calls", "/agents", "/abandoned"]) {
    await page.goto(new URL(path, page.url()).href);
    await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(0));
    if (path === "/calls") await page.locator("tbody tr").first().click();
    const violations = await findViolations(page);
    expect({ path, violations }).toEqual({ path, violations: [] });
  }
});
