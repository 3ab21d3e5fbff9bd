import { expect, test } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { findViolations } from "../support/browser/axe.ts";
import { useBoards } from "../support/browser/boards.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";

const suite = useBoards(
  {
    realtime: 2,
    env: { QUEUES: '{"900":{"name":"Vendas","serviceLevelSeconds":600}}', ACCOUNT_TIME_ZONE: zoneAtNoon() },
  },
  () => liveThrough(),
);
const { open } = suite;
const openAt = (ms: number, instance = 0, options: BrowserContextOptions = {}) =>
  open(`/?at=${new Date(ms).toISOString()}`, instance, options);

/** Sends one event, stamped this number of seconds ago. */
async function send(call_id: string, type: string, fields: object = {}, secondsAgo = 0): Promise<void> {
  const timestamp = new Date(Date.now() - secondsAgo * 1_000).toISOString();
  const their_number = `55119${call_id.length}7654321`;
  const { status } = await suite.gateway.post(
    JSON.stringify({ type, call_id, timestamp, their_number, queue: "900", ...fields }),
  );
  expect(status).toBe(200);
}

/**
 * The texts of a board. Its running times (waits, and the times of agents in their state) are separate, in
 * seconds.
 */
type Look = { cards: string[]; queues: string[]; waiting: string[]; agents: string[]; running: number[] };

const LOOK = `(() => {
  const texts = (selector, of = document) => [...of.querySelectorAll(selector)].map((each) => each.innerText.trim());
  const region = (name) => [...document.querySelectorAll("section")].find((each) => each.ariaLabel === name);
  const rows = (name, running) => [...region(name).querySelectorAll("tbody tr")].map((row) => {
    const cells = texts("th, td", row);
    return { running: cells.splice(running, 1)[0], rest: cells.join(" ") };
  });
  const seconds = (text) => text.split(":").reduce((all, part) => 60 * all + Number(part), 0);
  const [queues, waiting, cards] = [rows("Filas", 2), rows("Em espera", 0), texts(".card dd")];
  const agents = [...document.querySelectorAll(".agents-strip dd .agent")].map((each) => {
    const [time] = /[0-9:]+$/.exec(each.innerText.trim()) ?? ["–"];
    const state = each.closest("dd").previousElementSibling.innerText;
    return { running: time, rest: [state, each.innerText.trim().slice(0, -time.length)].join(" ") };
  });
  const running = [cards.splice(1, 1)[0], ...[...queues, ...waiting, ...agents].map((row) => row.running)];
  return {
    at: Date.now(),
    look: {
      cards, queues: queues.map(({ rest }) => rest), waiting: waiting.map(({ rest }) => rest), agents: agents.map(({ rest }) => rest),
      running: running.map((text) => text === "–" ? -1 : seconds(text)),
    },
  };
})()`;
const lookAt = (page: Page) => page.evaluate(LOOK) as Promise<{ at: number; look: Look }>;

/** The text of a queue such as `900 Vendas 2 …`, once for each waiting caller. */
const onceEach = (queue: string): string[] => {
  const [, waiting] = /^\d+(?: [A-Z]\w+)? (\d+)/.exec(queue) ?? [];
  return Array.from({ length: Number(waiting) }, () => queue);
};
/** The names of the queues at the beginning of the texts. */
const namesIn = (texts: string[]): string[] => texts.map((text) => text.split(" ")[0]!).sort();

const DATE = /\d\d\/\d\d\/\d{4}/;

/** The live boards that were seen, each with its time. */
const seen: { at: number; look: Look }[] = [];

/** Sends an hour's worth of events in some seconds, and records the live board after each step. */
async function liveThrough(): Promise<void> {
  const { page } = await open();
  const steps: [name: string, step: () => Promise<void>, cards: string[]][] = [
    [
      "two agents log in",
      async () => {
        for (const actor of ["ana@example.com", "beto@example.com"])
          await send("", "actor.logged-in", { call_id: undefined, actor }, 120);
      },
      ["0", "0", "2", "–", "0"],
    ],
    ["a caller waits", () => send("one", "call.waiting", {}, 75), ["1", "0", "2", "–", "0"]],
    [
      "another caller waits elsewhere",
      () => send("two", "call.waiting", { queue: "901" }, 40),
      ["2", "0", "2", "–", "0"],
    ],
    [
      "the first is answered",
      async () => {
        await send("one", "actor.entered", { actor: "ana@example.com" });
        await send("one", "call.ongoing");
      },
      ["1", "1", "1", "100 %", "0"],
    ],
    ["a third caller waits", () => send("three", "call.waiting", {}, 30), ["2", "1", "1", "100 %", "0"]],
    [
      "the second caller abandons",
      () => send("two", "call.queue-abandon", { queue: "901" }),
      ["1", "1", "1", "50 %", "1"],
    ],
    [
      "an agent takes a break",
      () => send("", "actor.paused", { call_id: undefined, actor: "beto@example.com", reason: "almoço" }, 8),
      ["1", "1", "0", "50 %", "1"],
    ],
    ["the talk ends", () => send("one", "call.finished"), ["1", "0", "1", "50 %", "1"]],
    [
      "an event arrives long after it happened",
      () => send("four", "call.waiting", { queue: "902" }, 600),
      ["2", "0", "1", "50 %", "1"],
    ],
    [
      "the third caller is transferred",
      async () => {
        await send("three", "call.ongoing");
        await send("three", "call.waiting", { queue: "901" });
      },
      ["2", "0", "1", "66 %", "1"],
    ],
  ];
  for (const [, step, cards] of steps) {
    await step();
    await eventually(async () => {
      const { at, look } = await lookAt(page);
      expect(look.cards).toEqual(cards);
      // a live board is notified of queues, waiting calls and agents separately, so this waits for all of
      // them
      expect(namesIn(look.waiting)).toEqual(namesIn(look.queues.flatMap(onceEach)));
      expect(look.agents.filter((agent) => agent.includes("livre"))).toHaveLength(Number(cards[2]));
      seen.push({ at, look });
    });
  }
  expect(seen).toHaveLength(steps.length);
  expect(seen.at(-1)!.look.agents).toEqual([
    expect.stringMatching(/em pausa 1 beto\s+almoço/),
    expect.stringMatching(/livre 1 ana/),
  ]);
}

async function expectSeen(page: Page, { look }: { look: Look }): Promise<void> {
  await eventually(async () => {
    const { running, ...rest } = (await lookAt(page)).look;
    const { running: ranThen, ...then } = look;
    expect(rest).toEqual(then);
    // the clock of a live board ticks once a second, on a busy machine somewhat later
    const off = running.map((seconds, n) => Math.abs(seconds - ranThen[n]!));
    expect(Math.max(...off)).toBeLessThanOrEqual(3);
  });
}

const isRewound = async (page: Page) => (await page.locator(".rewound").count()) === 1;
const heading = (page: Page) => page.locator(".rewind h1 time");
/** The moment that the page shows. */
const momentOf = async (page: Page) => Date.parse((await heading(page).getAttribute("datetime"))!);
const slider = (page: Page) => page.getByRole("slider");

test("the board of a past moment equals the live board of that moment, at every instance", async () => {
  const shown = await Promise.all([openAt(seen[0]!.at, 0), openAt(seen[0]!.at, 1)]);
  for (const [n, { page, problems }] of shown.entries()) {
    const turned = n === 0 ? seen : [seen.at(-1)!, seen[4]!];
    for (const moment of turned) {
      await page.goto(`${suite.gateway.realtime[n]!.url}/?at=${new Date(moment.at).toISOString()}`);
      await expectSeen(page, moment);
      expect(await momentOf(page)).toBe(moment.at);
    }
    expect(problems).toEqual([]);
  }
  expect(new Set(seen.map(({ look }) => JSON.stringify(look))).size).toBe(seen.length);
});

test("a board of the past is marked as such, and new events do not change it", async () => {
  const moment = seen[3]!;
  const { page } = await openAt(moment.at);
  await expectSeen(page, moment);
  expect(await page.title()).toBe("TeraVoz · no passado");
  expect(await page.getByRole("heading", { level: 1 }).allInnerTexts()).toEqual([
    expect.stringMatching(/^↺ Vendo o passado: \d\d\/\d\d \d\d:\d\d:\d\d$/),
  ]);
  expect(await page.getByText("● ao vivo").count()).toBe(0);
  expect(await page.locator("[aria-current]").count()).toBe(0);
  const live = await open();
  await send("five", "call.waiting", { queue: "903" });
  await eventually(async () => expect((await lookAt(live.page)).look.queues.join()).toContain("903"));
  await expectSeen(page, moment);
  await page.getByRole("region", { name: "Em espera" }).getByRole("row").last().click();
  const details = page.getByRole("complementary");
  await eventually(async () => expect(await details.locator(".timeline li").count()).toBeGreaterThan(0));
  expect(await details.innerText()).toContain("A ligação inteira");
});

test("Esc returns to live, Back returns to the past, and the URL can be shared", async () => {
  const moment = seen[4]!;
  const { page } = await openAt(moment.at);
  await expectSeen(page, moment);
  const { page: shared } = await open(page.url());
  await expectSeen(shared, moment);
  await page.keyboard.press("Escape");
  await eventually(async () => expect(await isRewound(page)).toBe(false));
  expect(page.url()).not.toContain("at=");
  expect(await page.getByRole("status").innerText()).toContain("ao vivo");
  await page.goBack();
  await expectSeen(page, moment);
  await page.getByRole("button", { name: "Voltar ao vivo" }).click();
  await eventually(async () => expect(await isRewound(page)).toBe(false));
});

test('the day of a past moment is named by its date, and "today" only means today', async () => {
  const yesterday = Date.now() - 24 * 3_600_000;
  const { page } = await openAt(yesterday);
  const names = page.locator(".card dt");
  const date = new RegExp(`^Abandonadas ${DATE.source}$`);
  await eventually(async () => expect(await names.last().innerText()).toMatch(date));
  expect(await page.getByRole("button", { name: DATE }).getAttribute("aria-pressed")).toBe("true");
  expect(await page.getByText("hoje").count()).toBe(0);
  await page.goto(new URL(`/?at=${new Date(seen[0]!.at).toISOString()}`, page.url()).href);
  await eventually(async () => expect(await names.last().innerText()).toBe("Abandonadas hoje"));
});

test("replay at 60× plays a minute a second, and ends in the live board", async () => {
  const { page, problems } = await openAt(Date.now() - 240_000);
  await eventually(async () => expect(await page.getByText("00:00").count()).toBe(1));
  const start = await momentOf(page);
  await page.getByRole("button", { name: "60×" }).click();
  // measured from before the start until after the read: a slow machine only makes the speed look lower
  const beganAt = performance.now();
  await page.getByRole("button", { name: "Reproduzir" }).click();
  const played = await eventually(async () => {
    const ms = (await momentOf(page)) - start;
    expect(ms).toBeGreaterThan(60_000);
    return ms;
  });
  expect(played / (performance.now() - beganAt)).toBeLessThan(90);
  await page.getByRole("button", { name: "Pausar" }).click();
  const stopped = () => page.getByLabel("Data e hora").inputValue();
  const paused = await stopped();
  await eventually(async () => expect(await momentOf(page)).toBeGreaterThan(start + 60_000));
  expect(await stopped()).toBe(paused);
  await page.getByRole("button", { name: "Reproduzir" }).click();
  await eventually(async () => expect(await isRewound(page)).toBe(false));
  await eventually(async () => expect(page.url()).not.toContain("at="));
  expect(problems).toEqual([]);
});

test("a moment can be typed, and a future one is refused", async () => {
  const { page } = await open();
  const now = Date.now();
  await page.getByRole("button", { name: "voltar no tempo" }).click();
  const entry = page.getByLabel("Data e hora");
  const begun = await entry.inputValue();
  expect(now - (await momentOf(page))).toBeGreaterThan(290_000);
  const localBefore = (seconds: number) =>
    new Date(Date.parse(`${begun}Z`) - seconds * 1_000).toISOString().slice(0, 19);
  await entry.fill(localBefore(3_600));
  await eventually(async () => expect(now - (await momentOf(page))).toBeGreaterThan(3_890_000));
  await eventually(async () =>
    expect(await page.getByText("Nenhuma ligação nas 25 horas antes").isVisible()).toBe(true),
  );
  await eventually(async () =>
    expect(Date.parse(new URL(page.url()).searchParams.get("at")!)).toBe(await momentOf(page)),
  );
  await entry.fill(localBefore(-3_600));
  await eventually(async () =>
    expect(await page.getByText("Este momento ainda não aconteceu.").isVisible()).toBe(true),
  );
  expect(now - (await momentOf(page))).toBeGreaterThan(3_890_000);
  expect(await slider(page).getAttribute("aria-valuetext")).toBe(await heading(page).innerText());
  const { page: future } = await openAt(now + 3_600_000);
  await eventually(async () =>
    expect(await future.getByText("Este momento ainda não aconteceu.").isVisible()).toBe(true),
  );
  expect(await future.locator(".card").count()).toBe(0);
});

test("every control of the past board can be used by keyboard", async () => {
  const { page } = await open();
  await eventually(async () => expect(await page.locator(".card").count()).toBe(6));
  await page.keyboard.press("r");
  const focused = () => page.evaluate("document.activeElement.type ?? document.activeElement.tagName");
  await eventually(async () => expect(await focused()).toBe("range"));
  const begun = await momentOf(page);
  const moved = (seconds: number, slackMs = 0) =>
    eventually(async () =>
      expect(Math.abs((await momentOf(page)) - begun - seconds * 1_000)).toBeLessThanOrEqual(slackMs),
    );
  await page.keyboard.press(",");
  await page.keyboard.press(",");
  await moved(-20);
  await page.keyboard.press(".");
  await moved(-10);
  // the slider moves in steps of ten seconds since the beginning of the day
  await page.keyboard.press("ArrowLeft");
  await moved(-20, 10_000);
  await eventually(async () =>
    expect(await slider(page).getAttribute("aria-valuetext")).toBe(await heading(page).innerText()),
  );
  await page.keyboard.press("Home");
  await eventually(async () => expect(await heading(page).innerText()).toMatch(/ 00:00:00$/));
  await page.keyboard.press(" ");
  await eventually(async () => expect(await heading(page).innerText()).toMatch(/ 00:00:0[1-9]$/));
  await page.keyboard.press(" ");
  expect(await page.getByRole("button", { name: "Reproduzir" }).count()).toBe(1);
  await page.keyboard.press("Escape");
  await eventually(async () => expect(await isRewound(page)).toBe(false));
  await eventually(async () =>
    expect(await page.evaluate("document.activeElement.ariaLabel")).toBe("voltar no tempo"),
  );
});

test("a slow server is reported, and the board keeps the last answered moment", async () => {
  const moment = seen[2]!;
  const { page } = await openAt(moment.at);
  await expectSeen(page, moment);
  suite.gateway.realtime[0]!.kill("SIGSTOP");
  try {
    await page.keyboard.press(",");
    await eventually(async () =>
      expect(await page.getByText("O servidor está lento").isVisible()).toBe(true),
    );
    expect(await momentOf(page)).toBe(moment.at);
    await expectSeen(page, moment);
  } finally {
    suite.gateway.realtime[0]!.kill("SIGCONT");
  }
  await eventually(async () => expect(await momentOf(page)).toBe(moment.at - 10_000));
  expect(await page.getByText("O servidor está lento").count()).toBe(0);
});

test("an erased call or agent disappears from the open board of the past", async () => {
  const moment = seen[2]!;
  const { page } = await openAt(moment.at);
  await expectSeen(page, moment);
  const erase = async (path: string) => {
    const asked = await fetch(`${suite.gateway.projector[0]!.url}${path}`, { method: "DELETE" });
    expect(asked.status).toBe(202);
  };
  await erase("/calls/one");
  await eventually(async () => expect((await lookAt(page)).look.waiting).toHaveLength(1));
  const named = page.locator(".agents-strip").getByText("beto", { exact: true });
  expect(await named.count()).toBe(1);
  await erase("/agents/beto@example.com");
  await eventually(async () => expect(await named.count()).toBe(0));
});

test("axe finds no violation on a board of the past, in light and dark", async () => {
  const { page } = await openAt(seen[4]!.at, 1);
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(1));
  expect(await findViolations(page)).toEqual([]);
});
