import { expect, test } from "@jest/globals";
import { createMetrics } from "./metrics.ts";

const all = () => createMetrics().registry.getMetricsAsJSON();

test("every metric's name begins with teravoz_", async () => {
  const names = (await all()).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !/^teravoz_[a-z0-9_]+$/.test(name))).toEqual([]);
});

test("times are in seconds, sizes are in bytes, and the names of counters end with _total", async () => {
  const metrics = await all();
  for (const { name, type } of metrics) {
    expect(name).not.toMatch(/_(ms|millis|milliseconds|micros|minutes|kb|kib|mb|mib|percent)(_|$)/);
    // the version is a label on a gauge that is 1
    if (String(type) === "counter") expect(name).toMatch(/_total$/);
  }
  const durations = metrics.filter(({ type, name }) => String(type) === "histogram" && !/records/.test(name));
  expect(durations.length).toBeGreaterThan(3);
  for (const { name } of durations) expect(name).toMatch(/_seconds$/);
});

test("each metric has a help text", async () => {
  for (const { help } of await all()) expect(help.length).toBeGreaterThan(5);
});

test("counted values are shown", async () => {
  const { events, publishSeconds, registry } = createMetrics();
  events.inc({ type: "call.new", outcome: "accepted" });
  publishSeconds.observe(0.004);
  const page = await registry.metrics();
  expect(page).toContain('teravoz_events_total{type="call.new",outcome="accepted"} 1');
  expect(page).toContain('teravoz_publish_duration_seconds_bucket{le="0.005"} 1');
  expect(page).toContain("teravoz_process_resident_memory_bytes");
});

test("two services in one process count separately", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.gaps.inc({ topic: "t" });
  expect((await one.gaps.get()).values).toHaveLength(1);
  expect((await other.gaps.get()).values).toHaveLength(0);
});
