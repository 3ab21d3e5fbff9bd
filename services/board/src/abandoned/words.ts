import { choose } from "../base/language.ts";

/** The words of the page of abandoned calls. */
type AbandonedWords = {
  columns: Record<"from" | "times" | "first" | "last" | "longest" | "talked", string>;
  /** The definition of each column. */
  tips: Record<"times" | "first" | "last" | "longest" | "talked", string>;
  people(count: number, open: number, days: number): string;
  anonymous(count: number): string;
  anonymousColumns: Record<"from" | "queue" | "at" | "waited" | "talked", string>;
  cut(count: number): string;
  notYet: string;
  none(days: number): string;
};

const PORTUGUESE: AbandonedWords = {
  columns: {
    from: "Telefone",
    times: "Vezes",
    first: "Primeira",
    last: "Última",
    longest: "Maior espera",
    talked: "Falou depois (ligou de novo / retornamos)",
  },
  tips: {
    times: "Quantas vezes esta pessoa abandonou uma fila, incluindo os abandonos curtos.",
    first: "Hora do primeiro abandono.",
    last: "Hora do último abandono.",
    longest: "A maior espera conhecida; “–” se nenhuma é conhecida.",
    talked:
      "Quando alguém falou com esta pessoa depois do último abandono: a pessoa foi atendida numa fila ou por um agente, ou uma ligação ativa para ela chegou a “Em atendimento”.",
  },
  people: (count, open, days) =>
    `${count === 1 ? "1 pessoa abandonou" : `${count} pessoas abandonaram`} nos últimos ${days} dias, ` +
    `${open === 1 ? "1 ainda não falou" : `${open} ainda não falaram`} com ninguém`,
  anonymous: (count) =>
    `${count === 1 ? "1 abandono" : `${count} abandonos`} de telefone oculto ou ilegível: não se sabe de quem`,
  anonymousColumns: {
    from: "Telefone",
    queue: "Fila",
    at: "Abandonou às",
    waited: "Esperou",
    talked: "Falou depois, na mesma ligação",
  },
  cut: (count) => `só os ${count} primeiros aparecem`,
  notYet: "ainda não",
  none: (days) =>
    `Ninguém abandonou nos últimos ${days} dias. Quem desligar numa fila sem ser atendido aparece aqui.`,
};

const ENGLISH: AbandonedWords = {
  columns: {
    from: "Number",
    times: "Times",
    first: "First",
    last: "Last",
    longest: "Longest wait",
    talked: "Talked to since",
  },
  tips: {
    times: "How many times this person abandoned a queue, short abandons included.",
    first: "Time of the first abandon.",
    last: "Time of the last abandon.",
    longest: "The longest known wait; “–” if no wait is known.",
    talked:
      "When this person was talked to after the last abandon: the person was answered in a queue or by an agent, or an outbound call to them reached “In progress”.",
  },
  people: (count, open, days) =>
    `${count === 1 ? "1 person" : `${count} people`} abandoned a queue in the last ${days} days, ${open} not talked to since`,
  anonymous: (count) =>
    `${count === 1 ? "1 abandon" : `${count} abandons`} from hidden or unreadable numbers: the person is unknown`,
  anonymousColumns: {
    from: "Number",
    queue: "Queue",
    at: "Abandoned at",
    waited: "Waited",
    talked: "Talked to since, in the same call",
  },
  cut: (count) => `only the first ${count} are shown`,
  notYet: "not yet",
  none: (days) =>
    `No caller abandoned a queue in the last ${days} days. Callers who hang up in a queue before an answer appear here.`,
};

export const abandonedWords = choose(PORTUGUESE, ENGLISH);
