import { type FlowStep, flows } from "@teravoz/domain";
import { Command } from "commander";
import { io, type Socket } from "socket.io-client";
import { firstToken, readAddresses } from "./addresses.ts";
import { type CallEventBody, writeCall } from "./call-centre/bodies.ts";
import { createSender } from "./send.ts";

type SmokeOptions = { url: string; dashboard: string; token?: string; dashboardToken?: string };
type Envelope<T> = { data: T; event: string; status: string };
type Row = { aggregate_id: string; state: string };
type Step = <T>(what: string, job: () => Promise<T>) => Promise<T>;

/** The time limit for all steps. A healthy gateway needs well under a second, one that has just started some more. */
const LIMIT_MS = 30_000;
/** The time between two checks if no DataChanged arrives. */
const LOOK_EVERY_MS = 1_000;

const options = createCommand().parse().opts<SmokeOptions>();
process.exitCode = await smoke(options);

function createCommand(): Command {
  const { webhook, dashboard } = readAddresses();
  const { WEBHOOK_TOKEN, DASHBOARD_TOKEN } = process.env;
  return new Command("smoke")
    .description(
      "Sends one call of seven events through all services and checks it as a client of the dashboard. Exits with 1 if a step fails.",
    )
    .option("--url <url>", "address of the webhook", webhook)
    .option("--dashboard <url>", "address of the socket.io server", dashboard)
    .option("--token <token>", "token of the webhook (default: $WEBHOOK_TOKEN)", firstToken(WEBHOOK_TOKEN))
    .option(
      "--dashboard-token <token>",
      "token of the dashboard (default: $DASHBOARD_TOKEN)",
      firstToken(DASHBOARD_TOKEN),
    );
}

async function smoke(options: SmokeOptions): Promise<number> {
  const deadline = Date.now() + LIMIT_MS;
  const step: Step = (what, job) => runStep(what, job, deadline);
  const socket = io(options.dashboard, { auth: { token: options.dashboardToken }, autoConnect: false });
  try {
    await watchOneCall(socket, options, step);
    say("all steps passed");
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    socket.disconnect();
  }
}

async function watchOneCall(socket: Socket, options: SmokeOptions, step: Step): Promise<void> {
  const events = writeSmokeCall(flows.delegated);
  const call_id = events[0]?.call_id ?? "";
  const changes = countChanges(socket);
  await step(`connected to ${options.dashboard}`, () => connect(socket));
  await step(`${events.length} events of call ${call_id} answered with 200`, () => postAll(options, events));
  await step("notified by DataChanged that something changed", () =>
    until(socket, async () => changes() > 0),
  );
  await step("the call is FINISHED in ListCalls", () =>
    until(socket, async () => (await listCalls(socket, call_id))[0]?.state === "FINISHED"),
  );
  await step(`ListCallEvents has its ${events.length} events, body by body`, () =>
    until(socket, async () => {
      const stored = await ask<{ event: unknown }[]>(socket, "ListCallEvents", { call_id });
      const bodies = stored.map(({ event }) => JSON.stringify(event));
      return events.every(({ body }) => bodies.includes(body)) && bodies.length === events.length;
    }),
  );
}

/** Writes a call that happened during the last half second. */
function writeSmokeCall(steps: readonly FlowStep[]): CallEventBody[] {
  const seed = Date.now() % 1_000_000_000;
  const timing = { startAt: new Date(Date.now() - 500), beginsMs: 0, pauseMs: 50 };
  return writeCall({
    flow: "delegated",
    steps,
    seed,
    sequence: seed % 10_000,
    oldSpelling: false,
    ...timing,
  });
}

async function runStep<T>(what: string, job: () => Promise<T>, deadline: number): Promise<T> {
  const begun = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const expired = () => reject(new Error(`timed out after ${LIMIT_MS / 1000} s`));
    timer = setTimeout(expired, Math.max(0, deadline - Date.now()));
  });
  try {
    const result = await Promise.race([job(), late]);
    say(`✓ ${what} (${Math.round(performance.now() - begun)} ms)`);
    return result;
  } catch (error) {
    throw new Error(`✗ failed: ${what}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Connects the socket. Rejects at the first error with advice, because a user wants an answer, not endless retries. */
function connect(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("Welcome", () => resolve());
    socket.once("connect_error", (error) =>
      reject(
        new Error(
          `${error.message}: start the gateway with \`npx -y pnpm start\`, and set DASHBOARD_TOKEN if it requires a token`,
        ),
      ),
    );
    socket.connect();
  });
}

async function postAll({ url, token }: SmokeOptions, events: readonly CallEventBody[]): Promise<void> {
  const sender = createSender({ url, token, connections: 1 });
  try {
    for (const { body, type } of events) {
      const { status } = await sender.post(body);
      if (status !== 200) throw new Error(`${type} was answered with ${status}`);
    }
  } finally {
    sender.close();
  }
}

function countChanges(socket: Socket): () => number {
  let count = 0;
  socket.on("DataChanged", () => {
    count += 1;
  });
  return () => count;
}

/** Checks at once, and again after each DataChanged. Ends with its step. */
async function until(socket: Socket, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      socket.once("DataChanged", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function listCalls(socket: Socket, aggregate_id: string): Promise<Row[]> {
  return ask(socket, "ListCalls", { params: { aggregate_id } });
}

async function ask<T>(socket: Socket, event: string, data: unknown): Promise<T> {
  const answer: Envelope<T> = await socket.timeout(LIMIT_MS).emitWithAck(event, data);
  if (answer.status !== "Ok") throw new Error(`${event} was answered with ${answer.status}`);
  return answer.data;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
