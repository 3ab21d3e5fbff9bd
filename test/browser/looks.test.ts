import { expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { findViolations } from "../support/browser/axe.ts";
import { useMemoryBoards } from "../support/browser/boards.ts";
import { ALIKE, FULL_ENV, fillBoard } from "../support/browser/full-board.ts";
import { eventually } from "../support/eventually.ts";
import { zoneAtNoon } from "../support/noon.ts";

/** A board before the first call of a day, on a production server. */
const unused = useMemoryBoards({ isDevelopment: false });
const suite = useMemoryBoards({ env: { ...FULL_ENV, ACCOUNT_TIME_ZONE: zoneAtNoon() } }, (realtime) =>
  fillBoard(realtime),
);

const SMALL = { width: 1366, height: 768 };
const LARGE = { width: 1920, height: 1080 };
const QUEUES = 10;
const WAITERS = 12;
const AGENTS = 40;

const region = (page: Page, name: string) => page.getByRole("region", { name });
const rowsOf = (page: Page, name: string) => region(page, name).locator("tbody tr");

/** Opens the live page and waits for all its numbers. */
async function openLive(path: string, viewport: { width: number; height: number }): Promise<Page> {
  const { page } = await suite.open(path, 0, { viewport });
  await eventually(async () => {
    expect(await rowsOf(page, "Filas").count()).toBe(QUEUES);
    expect(await rowsOf(page, "Em espera").count()).toBeGreaterThan(0);
    expect(await region(page, "Agentes").innerText()).toContain("livre");
  });
  return page;
}

/**
 * A script that finds visible texts outside the screen or their panel, and figures that are wider than their
 * place.
 */
const CUT = `(() => {
  const isIn = (one, other) => one.left >= other.left - 1 && one.right <= other.right + 1 && one.top >= other.top - 1 && one.bottom <= other.bottom + 1;
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const places = [...document.querySelectorAll(".card, .live-page :is(th, td), .more, .agents-strip :is(dt, .agent, p)")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }));
  const outside = places.filter((each) => {
    const place = each.getBoundingClientRect();
    const panel = each.closest("section, dl").getBoundingClientRect();
    return !isIn(place, screen) || !isIn(place, panel);
  });
  const narrow = [...document.querySelectorAll(".card, .card *, thead th, .figure, .number")].filter((each) => each.scrollWidth > each.clientWidth + 1);
  return [...outside, ...narrow].map((each) => each.innerText);
})()`;

const cardRows = (page: Page) =>
  page.evaluate(
    `new Set([...document.querySelectorAll(".card")].map((each) => each.getBoundingClientRect().top)).size`,
  );

/** The number that the page shows as omitted, as in `mais 3 em espera`, or 0 if it omits nothing. */
const leftOut = async (page: Page, name: string): Promise<number> => {
  const more = region(page, name).locator(".more");
  return (await more.count()) === 0 ? 0 : Number(/\d+/.exec(await more.innerText())?.[0]);
};

test.each([SMALL, LARGE])(
  "TV mode at $width x $height shows six cards in one row and all queues, and cuts nothing",
  async (viewport) => {
    const page = await openLive("/?tv", viewport);
    await eventually(async () => expect(await page.evaluate(CUT)).toEqual([]));
    expect(await page.locator(".card").count()).toBe(6);
    expect(await cardRows(page)).toBe(1);
    const waiting = await rowsOf(page, "Em espera").count();
    expect(waiting).toBeGreaterThanOrEqual(QUEUES - 1);
    expect(waiting + (await leftOut(page, "Em espera"))).toBe(WAITERS);
  },
);

test.each([SMALL, LARGE])(
  "TV mode at $width x $height has room for a seventh card and for a wait of hours",
  async (viewport) => {
    const page = await openLive("/?tv", viewport);
    await page.evaluate(`{
      const cards = document.querySelector(".cards");
      const seventh = cards.lastElementChild.cloneNode(true);
      seventh.querySelector("dt").textContent = "Ativas";
      cards.append(seventh);
      cards.children[1].querySelector("dd").textContent = "1:02:03";
    }`);
    expect(await cardRows(page)).toBe(1);
    expect(await page.evaluate(CUT)).toEqual([]);
  },
);

test("TV mode counts agents, and names them only if there is room for every row beside the names", async () => {
  const page = await openLive("/?tv", SMALL);
  const strip = region(page, "Agentes");
  const counted = async () => {
    const texts = await strip
      .locator("p span:has(> .agent-state), dt")
      .filter({ visible: true })
      .allInnerTexts();
    return texts.reduce((sum, text) => sum + Number(/\d+$/.exec(text.trim())?.[0]), 0);
  };
  const names = strip.locator(".agent").filter({ visible: true });
  await eventually(async () => expect(await names.count()).toBe(0));
  expect(await counted()).toBe(AGENTS);
  await page.setViewportSize(LARGE);
  await eventually(async () => expect(await names.count()).toBe(AGENTS));
  expect(await counted()).toBe(AGENTS);
  await page.setViewportSize(SMALL);
  await eventually(async () => expect(await names.count()).toBe(0));
});

test("if TV mode has too little room for all queues, it shows the most urgent ones and counts the rest", async () => {
  const { page } = await suite.open("/?tv", 0, { viewport: { width: 1366, height: 600 } });
  await eventually(async () => {
    const shown = await rowsOf(page, "Filas").count();
    expect(shown).toBeGreaterThan(2);
    expect(shown + (await leftOut(page, "Filas"))).toBe(QUEUES);
    expect(await leftOut(page, "Filas")).toBeGreaterThan(1);
  });
  // the caller with the longest wait is in this queue
  expect(await rowsOf(page, "Filas").first().innerText()).toContain("900");
  expect(await page.evaluate(CUT)).toEqual([]);
});

test.each([SMALL, LARGE])(
  "TV mode at $width x $height shows all queues on the page of queues",
  async (viewport) => {
    const { page } = await suite.open("/queues?tv", 0, { viewport });
    const rows = page.locator(".day-table tbody tr");
    await eventually(async () => expect(await rows.count()).toBe(QUEUES + 1));
    const hidden = await page
      .locator(".day-table")
      .evaluate((each) =>
        Math.max(each.scrollWidth - each.clientWidth, each.scrollHeight - each.clientHeight),
      );
    // enlarged lengths are rounded
    expect(hidden).toBeLessThanOrEqual(1);
    const { y, height } = (await rows.last().boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(viewport.height);
  },
);

test("at 1366 x 768 ten queues and forty agents are visible without scrolling", async () => {
  const page = await openLive("/", SMALL);
  const whole = `[...document.querySelectorAll("html, .queues, .agents-strip")].map((each) =>
    [each.scrollHeight - each.clientHeight, each.scrollWidth - each.clientWidth])`;
  expect(await page.evaluate(whole)).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  expect(await cardRows(page)).toBe(1);
});

test("at 1366 x 768 beside an open call the cards stay in one row and no column is cut", async () => {
  const page = await openLive("/#call=waiting-0", SMALL);
  await eventually(async () => expect(await page.locator(".timeline li").count()).toBe(1));
  const wide = `[...document.querySelectorAll(".live-page section")].map((each) => each.scrollWidth - each.clientWidth)`;
  expect(await page.evaluate(wide)).toEqual([0, 0, 0]);
  expect(await cardRows(page)).toBe(1);
});

/** The readable end of an agent's name. The whole name is a tooltip. */
const readableEnd = (page: Page, place: string, agent: string) =>
  page.evaluate(`(() => {
    const named = [...document.querySelectorAll(${JSON.stringify(`${place} [title^="`)} + ${JSON.stringify(agent)} + '"]')][0];
    const texts = document.createTreeWalker(named, NodeFilter.SHOW_TEXT);
    const name = ${JSON.stringify(agent.replace(/@.*/, ""))};
    let end = "";
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(node);
      const room = node.parentElement.getBoundingClientRect();
      const isWhole = range.getBoundingClientRect().right <= room.right + 1 && room.right <= named.getBoundingClientRect().right + 1;
      if (isWhole && name.endsWith(node.textContent)) end = node.textContent;
    }
    return end;
  })()`);

test.each([
  ["/", ".agents-strip"],
  ["/agents", "tbody"],
  ["/calls", "tbody"],
])(
  "agents whose long names begin alike differ in the visible end of their names on %s",
  async (path, place) => {
    const { page } = await suite.open(path, 0, { viewport: SMALL });
    for (const agent of ALIKE)
      await eventually(async () => {
        const end = await readableEnd(page, place, agent);
        expect(end).toMatch(/^.{6,}$/);
        expect(ALIKE.filter((other) => other.replace(/@.*/, "").endsWith(String(end)))).toEqual([agent]);
      });
  },
);

test("the waiting list has column heads and the queue of each caller", async () => {
  const page = await openLive("/", SMALL);
  const heads = region(page, "Em espera").getByRole("columnheader");
  expect(await heads.allInnerTexts()).toEqual(["Espera", "Fila", "De"]);
  for (const head of await heads.all()) expect((await head.boundingBox())!.height).toBeGreaterThan(20);
  expect((await rowsOf(page, "Em espera").first().innerText()).split(/\t/).slice(1)).toEqual([
    "900 Vendas",
    "+55 11 9****-5677",
  ]);
});

test.each(["/", "/calls", "/agents", "/queues", "/deliveries", "/system"])(
  "before the first call %s explains what will appear, and a production server mentions no command",
  async (path) => {
    const { page, problems } = await unused.open(path);
    await eventually(async () =>
      expect(await page.locator(".empty").filter({ visible: true }).first().innerText()).toContain("aqui"),
    );
    expect(await page.getByText("simulate").count()).toBe(0);
    expect(problems).toEqual([]);
  },
);

test("an unknown address shows a page that reports it and links to the board", async () => {
  const { page } = await suite.open("/callz");
  await eventually(async () =>
    expect(await page.getByRole("heading", { level: 1 }).allInnerTexts()).toEqual(["Página não encontrada"]),
  );
  expect(await page.title()).toBe("TeraVoz · Página não encontrada");
  expect(await findViolations(page)).toEqual([]);
  await page.locator("main").getByRole("link", { name: "Ao vivo" }).click();
  await eventually(async () => expect(await page.locator(".card").count()).toBe(6));
  expect(new URL(page.url()).pathname).toBe("/");
});

test("the board of a future moment is refused at once, and opens when the moment has passed", async () => {
  const at = (ms: number) => `/?at=${new Date(Date.now() + ms).toISOString()}`;
  const { page } = await suite.open(at(86_400_000));
  await eventually(async () =>
    expect(await page.getByRole("heading", { level: 1 }).allInnerTexts()).toEqual([
      "Este momento ainda não aconteceu.",
    ]),
  );
  expect(await page.getByText("Carregando").count()).toBe(0);
  expect(await page.locator(".rewound, .card").count()).toBe(0);
  expect(await findViolations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await eventually(async () => expect(await page.locator(".card").count()).toBe(6));
  expect(page.url()).not.toContain("at=");
  await page.goto(new URL(at(10_000), page.url()).href);
  await eventually(async () =>
    expect(await page.getByText("Este momento ainda não aconteceu.").isVisible()).toBe(true),
  );
  await eventually(async () => expect(await page.locator(".rewound .card").count()).toBe(6));
});

test("a printed live page has its date and time, and cuts no column", async () => {
  const page = await openLive("/", SMALL);
  const printed = page.locator(".on-paper");
  expect(await printed.isVisible()).toBe(false);
  await page.emulateMedia({ media: "print" });
  // A4 landscape without its margins
  await page.setViewportSize({ width: 1_046, height: 718 });
  expect(await printed.innerText()).toMatch(/^\d\d\/\d\d\/\d{4}, \d\d:\d\d:\d\d GMT/);
  expect(await printed.isVisible()).toBe(true);
  expect(await page.getByRole("button").count()).toBe(0);
  const wide = `[...document.querySelectorAll(".live-page section")].filter((each) => each.scrollWidth > each.clientWidth)
    .map((each) => each.ariaLabel)`;
  expect(await page.evaluate(wide)).toEqual([]);
});

test.each([
  ["light", SMALL, "light"],
  ["dark", { width: 390, height: 844 }, "dark"],
] as const)(
  "a page whose server is cut off turns grey with full contrast, shows since when, and is live again afterwards, in %s",
  async (_, viewport, colorScheme) => {
    const { page } = await suite.open("/", 0, { viewport, colorScheme });
    const light = page.locator(".light");
    await eventually(async () => expect(await page.locator(".card").count()).toBe(6));
    await eventually(async () => expect(await light.innerText()).toBe("● ao vivo"));
    suite.realtime.gateway.stale(Date.now() - 63_000);
    await eventually(async () => expect(await light.innerText()).toBe("○ desatualizado"));
    expect(await page.locator(".notice").innerText()).toMatch(
      /^O servidor não está recebendo atualizações\. Desatualizado há 01:0\d$/,
    );
    expect(await page.locator(".page.stale").count()).toBe(1);
    expect(await findViolations(page)).toEqual([]);
    suite.realtime.gateway.fresh();
    await eventually(async () => expect(await light.innerText()).toBe("● ao vivo"));
    expect(await page.locator(".notice, .page.stale").count()).toBe(0);
  },
);

test("a page whose words load after it has connected shows its calls", async () => {
  const { page } = await suite.open("about:blank");
  const connected = new Promise<void>((resolve) => {
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => void (String(payload).startsWith("40") && resolve())),
    );
  });
  await page.route("**/assets/words-pt-*", async (route) => {
    await connected;
    await route.continue();
  });
  await page.goto(`${suite.realtime.url}/calls`);
  await eventually(async () => expect(await page.locator("tbody tr").count()).toBeGreaterThan(0), 20_000);
});
