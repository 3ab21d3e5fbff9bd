import { choose } from "../base/language.ts";

type NumberWords = {
  callsOf: string;
  noNumber: string;
  noCalls: string;
  totals: Record<"calls" | "answered" | "abandoned" | "talk" | "first" | "last" | "returned", string>;
  tips: Record<"answered" | "abandoned" | "talk" | "returned", string>;
  at: string;
  notReturned: string;
  returnedAt(time: string): string;
  outcome: string;
  gaveUp: string;
  shown(count: number, full: boolean): string;
  ofLatest(count: number): string;
  more: string;
  unreadable: string;
};

const PORTUGUESE: NumberWords = {
  callsOf: "Ligações de",
  noNumber:
    "Nenhum telefone escolhido. Abra uma ligação e clique no telefone dela, ou busque um telefone em Ligações (tecla /).",
  noCalls: "Nenhuma ligação deste telefone. A primeira aparece aqui automaticamente.",
  totals: {
    calls: "Ligações",
    answered: "Atendidas",
    abandoned: "Abandonos",
    talk: "Tempo de conversa",
    first: "Primeira",
    last: "Última",
    returned: "Último abandono",
  },
  tips: {
    answered:
      "Ligações em que alguém falou com esta pessoa: receptivas atendidas numa fila ou por um agente, ativas que chegaram a “Em atendimento”.",
    abandoned:
      "Passagens por filas de ligações receptivas que terminaram sem atendimento porque a pessoa desligou, incluindo os abandonos curtos.",
    talk: "Soma das conversas que já terminaram, sem as ligações internas.",
    returned: "Se alguém falou com esta pessoa depois que ela abandonou, não importa quem ligou.",
  },
  at: "Início",
  notReturned: "ainda não falou",
  returnedAt: (time) => `✓ falou depois: ${time}`,
  outcome: "Abandono",
  gaveUp: "abandonou",
  shown: (count, full) =>
    full ? `as ${count} mais recentes` : count === 1 ? "1 ligação" : `${count} ligações`,
  ofLatest: (count) => `das ${count} mais recentes`,
  more: "Mostrar mais antigas",
  unreadable: "Não foi possível ler as ligações. Tentando de novo…",
};

const ENGLISH: NumberWords = {
  callsOf: "Calls of",
  noNumber: "No number chosen. Open a call and click its number, or search for a number in Calls (key /).",
  noCalls: "No calls of this number. The first one appears here automatically.",
  totals: {
    calls: "Calls",
    answered: "Answered",
    abandoned: "Abandoned",
    talk: "Talk time",
    first: "First",
    last: "Last",
    returned: "Last abandon",
  },
  tips: {
    answered:
      "Calls in which this person was talked to: inbound ones answered in a queue or by an agent, outbound ones that reached “In progress”.",
    abandoned:
      "Visits to queues of inbound calls that ended without an answer because the caller hung up, short abandons included.",
    talk: "Sum of the talks that have ended, without internal calls.",
    returned: "Whether this person was talked to after the last abandon, no matter who called.",
  },
  at: "Began",
  notReturned: "not talked to since",
  returnedAt: (time) => `✓ talked to since: ${time}`,
  outcome: "Abandon",
  gaveUp: "abandoned",
  shown: (count, full) => (full ? `the latest ${count}` : count === 1 ? "1 call" : `${count} calls`),
  ofLatest: (count) => `of the latest ${count}`,
  more: "Show older calls",
  unreadable: "The calls cannot be read. Trying again…",
};

export const numberWords = choose(PORTUGUESE, ENGLISH);
