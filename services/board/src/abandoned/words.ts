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
    times: "Quantas passagens por filas esta pessoa abandonou, com os abandonos curtos.",
    first: "Quando a primeira delas terminou.",
    last: "Quando a última delas terminou.",
    longest: "A maior das esperas conhecidas; “–” se nenhuma é conhecida.",
    talked:
      "Quando alguém falou com esta pessoa depois do último abandono: atendida numa fila ou por um agente, ou numa ligação ativa que chegou a “Em atendimento”.",
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
    times: "How many visits to queues this person abandoned, short abandons included.",
    first: "When the first of them ended.",
    last: "When the last of them ended.",
    longest: "The longest of the known waits; “–” if none is known.",
    talked:
      "When this person was talked to after the last abandon: answered in a queue or by an agent, or by an outbound call that reached “In progress”.",
  },
  people: (count, open, days) =>
    `${count === 1 ? "1 person" : `${count} people`} gave up in the last ${days} days, ${open} not talked to since`,
  anonymous: (count) =>
    `${count === 1 ? "1 abandon" : `${count} abandons`} from hidden or unreadable numbers: the person is unknown`,
  anonymousColumns: {
    from: "Number",
    queue: "Queue",
    at: "Gave up at",
    waited: "Waited",
    talked: "Talked to since, in the same call",
  },
  cut: (count) => `only the first ${count} are shown`,
  notYet: "not yet",
  none: (days) =>
    `Nobody gave up in the last ${days} days. A caller who hangs up in a queue without an answer appears here.`,
};

export const abandonedWords = choose(PORTUGUESE, ENGLISH);
