import { describe, expect, test } from "@jest/globals";
import { type Agenda, createAgenda } from "./agenda.ts";
import { recruit } from "./people.ts";
import { type Agent, createTeam, type Request, type Team } from "./team.ts";

/** Opens a team: Ana serves 900, Beto 900 and 901, Caio 900. No agent is free yet. */
function openTeam() {
  const agenda = createAgenda();
  const [ana, beto, caio] = recruit(3).map((person): Agent => ({ person, freeSinceMs: null }));
  const team = createTeam([ana!, beto!, caio!], agenda);
  const served: (string | null)[][] = [];
  const ask = (name: string, given: Partial<Request> = {}) =>
    team.request(
      { queue: "900", except: null, sinceMs: agenda.nowMs(), untilMs: Number.POSITIVE_INFINITY, ...given },
      (agent) => served.push([name, agent?.person.login.split("@")[0] ?? null]),
    );
  return { agenda, team, ana: ana!, beto: beto!, caio: caio!, ask, served };
}
type Job = [atMs: number, job: () => void];
const run = (agenda: Agenda, jobs: readonly Job[]) => {
  for (const [atMs, job] of jobs) agenda.add(atMs, job);
  agenda.run();
};
const freeAll = (team: Team, agents: readonly Agent[]) => {
  for (const agent of agents) team.free(agent);
};

describe("a request for an agent", () => {
  test("a request gets the agent who has been free longest", () => {
    const { agenda, team, ana, beto, caio, ask, served } = openTeam();
    run(agenda, [
      [1, () => team.free(caio)],
      [2, () => freeAll(team, [ana, beto])],
      [3, () => ask("first")],
      [4, () => ask("second")],
    ]);
    expect(served).toEqual([
      ["first", "caio"],
      ["second", "ana"],
    ]);
  });

  test("a request gets only an agent of its queue, and never the excluded one", () => {
    const { agenda, team, ana, beto, caio, ask, served } = openTeam();
    run(agenda, [
      [1, () => freeAll(team, [ana, beto, caio])],
      [2, () => ask("not for beto", { queue: "901", except: beto })],
      [3, () => ask("second queue", { queue: "901" })],
      [4, () => ask("any", { queue: null, except: ana })],
    ]);
    expect(served).toEqual([
      ["second queue", "beto"],
      ["any", "caio"],
    ]);
  });

  test("requests are served in order of their waits, even if one joined the line later", () => {
    const { agenda, team, ana, beto, ask, served } = openTeam();
    run(agenda, [
      [5, () => ask("came second", { sinceMs: 5 })],
      [6, () => ask("came first", { sinceMs: 1 })],
      [7, () => team.free(ana)],
      [8, () => team.free(beto)],
    ]);
    expect(served).toEqual([
      ["came first", "ana"],
      ["came second", "beto"],
    ]);
  });

  test("a request ends without an agent when its time is over, even if one becomes free at that moment", () => {
    const { agenda, team, ana, ask, served } = openTeam();
    run(agenda, [
      [10, () => team.free(ana)],
      [1, () => ask("impatient", { untilMs: 10 })],
      [11, () => ask("next")],
    ]);
    expect(served).toEqual([
      ["impatient", null],
      ["next", "ana"],
    ]);
  });

  test("a request does not get a withdrawn agent", () => {
    const { agenda, team, ana, ask, served } = openTeam();
    const withdrawn: boolean[] = [];
    run(agenda, [
      [1, () => team.free(ana)],
      [2, () => withdrawn.push(team.withdraw(ana), team.withdraw(ana))],
      [3, () => ask("alone")],
    ]);
    expect([withdrawn, served]).toEqual([[true, false], []]);
  });
});
