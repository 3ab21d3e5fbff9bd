/** An agent of the simulated call centre, with the queues that the agent serves. */
export type Person = { login: string; extension: string; queues: readonly string[] };

const NAMES = [
  "ana",
  "beto",
  "caio",
  "duda",
  "elis",
  "fabio",
  "gabi",
  "hugo",
  "iara",
  "joao",
  "karina",
  "luis",
  "marta",
  "nilo",
  "olga",
  "paulo",
  "rita",
  "saulo",
  "tais",
  "ugo",
  "vera",
  "wagner",
  "yara",
  "zeca",
];

/** Returns the first `count` agents. All serve queue 900, and every second one also serves 901. */
export const recruit = (count: number): Person[] =>
  Array.from({ length: count }, (_, index) => ({
    login: `${nameOf(index)}@example.com`,
    extension: String(200 + index),
    queues: index % 2 === 0 ? ["900"] : ["900", "901"],
  }));

/** Returns the name of an agent. If there are more agents than names, names get a number: ana, …, zeca, ana2, …. */
function nameOf(index: number): string {
  const round = Math.floor(index / NAMES.length) + 1;
  return `${NAMES[index % NAMES.length]}${round === 1 ? "" : round}`;
}
