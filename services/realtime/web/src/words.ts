import type { CallState } from "./calls.ts";

/** Everything the page says; a language that lacks a word does not compile. */
export type Words = {
  calls: string;
  all: string;
  states: Record<CallState, string>;
  columns: { state: string; from: string; to: string; queue: string; agent: string; age: string };
  directions: Record<string, string>;
  showNumbers: string;
  hideNumbers: string;
  shown(count: number, full: boolean): string;
  live: string;
  connecting: string;
  reconnecting: string;
  lost: string;
  stale(since: string): string;
  empty: string;
  emptyHow: string;
  emptyState: string;
  call: string;
  events: string;
  direction: string;
  began: string;
  answered: string;
  ended: string;
  loading: string;
  unreadable: string;
  moreEvents: string;
  erased: string;
  close: string;
  tokenTitle: string;
  tokenWhy: string;
  tokenWrong: string;
  token: string;
  enter: string;
  filter: string;
};

const pt: Words = {
  calls: "Ligações",
  all: "Todas",
  states: {
    NEW: "Nova",
    STANDBY: "Roteando",
    WAITING: "Em espera",
    ONGOING: "Em atendimento",
    FINISHED: "Encerrada",
  },
  columns: { state: "Estado", from: "De", to: "Para", queue: "Fila", agent: "Agente", age: "Duração" },
  directions: { inbound: "receptiva", outbound: "ativa", internal: "interna" },
  showNumbers: "Mostrar números",
  hideNumbers: "Ocultar números",
  shown: (count, full) =>
    full ? `as ${count} mais recentes` : count === 1 ? "1 ligação" : `${count} ligações`,
  live: "ao vivo",
  connecting: "conectando",
  reconnecting: "reconectando",
  lost: "Sem dados do servidor.",
  stale: (since) => `Desatualizado há ${since}`,
  empty: "Nenhuma ligação ainda. Cada ligação da TeraVoz aparece aqui assim que o primeiro evento chega.",
  emptyHow: "Para ver como fica, rode no terminal:",
  emptyState: "Nenhuma ligação neste estado agora. A próxima aparece aqui sozinha.",
  call: "Ligação",
  events: "Eventos",
  direction: "Direção",
  began: "Início",
  answered: "Atendida",
  ended: "Fim",
  loading: "Carregando…",
  unreadable: "Não foi possível ler os eventos. Tentando de novo…",
  moreEvents: "Há mais eventos do que os mostrados aqui.",
  erased: "Esta ligação foi apagada.",
  close: "Fechar",
  tokenTitle: "Acesso ao painel",
  tokenWhy: "O servidor pede um token. Ele fica guardado só nesta aba, até ela ser fechada.",
  tokenWrong: "Este token não foi aceito.",
  token: "Token",
  enter: "Entrar",
  filter: "Filtrar por estado",
};

const en: Words = {
  calls: "Calls",
  all: "All",
  states: {
    NEW: "New",
    STANDBY: "Routing",
    WAITING: "Waiting",
    ONGOING: "In progress",
    FINISHED: "Finished",
  },
  columns: { state: "State", from: "From", to: "To", queue: "Queue", agent: "Agent", age: "Duration" },
  directions: { inbound: "inbound", outbound: "outbound", internal: "internal" },
  showNumbers: "Show numbers",
  hideNumbers: "Hide numbers",
  shown: (count, full) => (full ? `the latest ${count}` : count === 1 ? "1 call" : `${count} calls`),
  live: "live",
  connecting: "connecting",
  reconnecting: "reconnecting",
  lost: "No data from the server.",
  stale: (since) => `Stale for ${since}`,
  empty: "No calls yet. Each call of TeraVoz appears here as soon as its first event arrives.",
  emptyHow: "To see what that looks like, run in a terminal:",
  emptyState: "No call is in this state now. The next one appears here by itself.",
  call: "Call",
  events: "Events",
  direction: "Direction",
  began: "Began",
  answered: "Answered",
  ended: "Ended",
  loading: "Loading…",
  unreadable: "The events cannot be read. Trying again…",
  moreEvents: "There are more events than are shown here.",
  erased: "This call was erased.",
  close: "Close",
  tokenTitle: "Access to the board",
  tokenWhy: "The server asks for a token. It is kept for this tab only, until it is closed.",
  tokenWrong: "This token was not accepted.",
  token: "Token",
  enter: "Enter",
  filter: "Filter by state",
};

/** Portuguese for whoever reads it, English for everybody else. */
export const chooseLanguage = (language: string): "pt-BR" | "en" =>
  language.toLowerCase().startsWith("pt") ? "pt-BR" : "en";

export const language = chooseLanguage(globalThis.navigator?.language ?? "pt-BR");
export const words = language === "pt-BR" ? pt : en;
