import { expect, test } from "@jest/globals";
import type { ServiceStatus } from "@teravoz/domain";
import { createLog } from "@teravoz/runtime";
import type { KafkaClient } from "../client/client.ts";
import { createStatusReporter, type StatusOptions } from "./status.ts";

type Report = Awaited<ReturnType<StatusOptions["health"]["report"]>>;

const ready: Report = { status: "ok", checks: {} };

/** Opens a reporter whose reports of health are answered by hand, and records the states and producers. */
function openReporter() {
  const states: string[] = [];
  const opened = { producers: 0 };
  const producer = {
    connect: async () => {},
    disconnect: async () => {},
    send: async ({ messages }: { messages: { value: Buffer }[] }) => {
      states.push(...messages.map(({ value }) => (JSON.parse(String(value)) as ServiceStatus).state));
      return [{ errorCode: 0 }];
    },
  };
  const open = () => {
    opened.producers++;
    return { producer: () => producer };
  };
  const reports: ((report: Report) => void)[] = [];
  const reporter = createStatusReporter({
    client: { open } as unknown as KafkaClient,
    codec: { encodeStatus: async (status) => Buffer.from(JSON.stringify(status)) },
    topics: { serviceStatus: "service-status" },
    health: { report: () => new Promise((resolve) => void reports.push(resolve)) },
    log: createLog("test", "silent"),
    config: { STATUS_INTERVAL_MS: 60_000 },
    self: { service: "projector", instance: "one", version: "1" },
  });
  return { reporter, reports, states, opened };
}

test("the status of the stop is sent after a status in progress, so that it is the last one", async () => {
  const { reporter, reports, states } = openReporter();
  reporter.start(() => ({}));
  const stopped = reporter.stop();
  await new Promise(setImmediate);
  reports[1]?.(ready);
  await new Promise(setImmediate);
  reports[0]!(ready);
  await new Promise(setImmediate);
  reports[1]!(ready);
  await stopped;
  expect(states).toEqual(["ready", "stopped"]);
});

test("a status that is still in progress when the stop has ended opens no connection", async () => {
  const { reporter, reports, states, opened } = openReporter();
  reporter.start(() => ({}));
  await reporter.stop();
  reports[0]?.(ready);
  await new Promise(setImmediate);
  reports[1]?.(ready);
  await new Promise(setImmediate);
  expect([states, opened.producers]).toEqual([[], 0]);
});
