import type { CallState } from "./calls.ts";
import type { Theme } from "./choices.ts";
import type { PeriodName } from "./periods.ts";
import type { PageName } from "./route.ts";

/** Everything the page says; a language that lacks a word does not compile. */
export type Words = {
  pages: Record<PageName, string>;
  navigation: string;
  /** The other language, in itself. */
  otherLanguage: string;
  themes: Record<Theme, string>;
  theme: string;
  tv: string;
  help: string;
  helpTitle: string;
  keys: [keys: string, what: string][];
  cards: Record<"waiting" | "longest" | "ongoing" | "serviceLevel" | "abandoned", string>;
  window: string;
  today: string;
  lastMinutes(minutes: number): string;
  queueColumns: Record<
    "queue" | "waiting" | "longest" | "serviceLevel" | "meanWait" | "offered" | "abandoned",
    string
  >;
  /** What each number means, in one sentence. */
  tips: Record<
    "waiting" | "longest" | "ongoing" | "serviceLevel" | "meanWait" | "offered" | "abandoned",
    string
  >;
  queues: string;
  noQueue: string;
  noQueues: string;
  nobodyWaits: string;
  livePage: { moreQueues(count: number): string; moreWaiting(count: number): string };
  presumedLost: string;
  search: string;
  exportAs(format: string): string;
  exporting(count: number): string;
  exportFailed: string;
  nothingFound: string;
  abandonedColumns: Record<"from" | "queue" | "at" | "waited" | "returned", string>;
  abandonedToday(count: number, open: number, more: boolean): string;
  short: string;
  notReturned: string;
  nobodyGaveUp: string;
  all: string;
  states: Record<CallState, string>;
  columns: Record<"state" | "from" | "to" | "queue" | "agent" | "began" | "age", string>;
  callsPage: {
    periods: Record<PeriodName, string>;
    own: string;
    from: string;
    to: string;
    wrongOrder: string;
    /** How many are listed, and whether that is all of them. */
    count(count: number, progress: "reading" | "whole" | "cut"): string;
    emptyPeriod: string;
    showAll: string;
  };
  directions: Record<string, string>;
  /** What happened, by the type of an event; the rest are shown by their type. */
  happenings: Readonly<Record<string, string>>;
  /** "X" came before "Y". */
  cameBefore(early: string, late: string): string;
  body: string;
  copy: string;
  copied: string;
  showNumbers: string;
  hideNumbers: string;
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
  pages: {
    live: "Ao vivo",
    calls: "Ligações",
    agents: "Agentes",
    queues: "Filas",
    abandoned: "Abandonadas",
    deliveries: "Entregas",
    system: "Sistema",
    number: "Número",
  },
  navigation: "Páginas",
  otherLanguage: "English",
  themes: { auto: "Tema do sistema", light: "Tema claro", dark: "Tema escuro" },
  theme: "Mudar o tema",
  tv: "Para a TV na parede: grande, sem botões (Esc volta)",
  help: "Ajuda",
  helpTitle: "Teclado",
  keys: [
    ["g l", "ao vivo"],
    ["g c", "ligações"],
    ["g a", "agentes"],
    ["g f", "filas"],
    ["g b", "abandonadas"],
    ["g e", "entregas"],
    ["g s", "sistema"],
    ["/", "buscar"],
    ["t", "mudar o tema"],
    ["v", "TV: grande, sem botões"],
    ["n", "mostrar ou ocultar números"],
    ["?", "esta ajuda"],
    ["Tab, Enter", "escolher e abrir uma linha"],
    ["↑ ↓ PgUp PgDn Home End", "andar pelas ligações"],
    ["Esc", "fechar"],
  ],
  cards: {
    waiting: "Em espera",
    longest: "Maior espera",
    ongoing: "Em atendimento",
    serviceLevel: "Nível de serviço",
    abandoned: "Abandonadas",
  },
  window: "Período",
  today: "hoje",
  lastMinutes: (minutes) => `${minutes} min`,
  queueColumns: {
    queue: "Fila",
    waiting: "Espera",
    longest: "Maior",
    serviceLevel: "NS",
    meanWait: "TME",
    offered: "Recebidas",
    abandoned: "Aband.",
  },
  tips: {
    waiting: "Quem está numa fila agora e ainda não foi atendido.",
    longest: "Há quanto tempo espera quem está esperando há mais tempo.",
    ongoing: "Ligações em atendimento agora.",
    serviceLevel:
      "Atendidas dentro do prazo da fila, entre as atendidas e as abandonadas do período, sem as desistências rápidas.",
    meanWait: "Tempo médio de espera de quem foi atendido no período.",
    offered: "Quantas vezes alguém entrou na fila no período.",
    abandoned: "Quem desligou no período sem ser atendido, com as desistências rápidas.",
  },
  queues: "Filas",
  noQueue: "sem fila",
  noQueues: "Nenhuma ligação hoje ainda. Cada fila aparece aqui com a primeira que espera nela.",
  nobodyWaits: "Ninguém espera agora.",
  livePage: {
    moreQueues: (count) => `as mais urgentes primeiro; mais ${count.toLocaleString("pt-BR")} em “Filas”`,
    moreWaiting: (count) => `mais ${count.toLocaleString("pt-BR")} em espera há menos tempo`,
  },
  presumedLost: "sem notícia há 4 h",
  exportAs: (format) => `Exportar como ${format}`,
  exporting: (count) => `Exportando… ${count}`,
  exportFailed: "A exportação parou no meio: tente de novo.",
  search: "Número, call_id, código, agente ou fila",
  nothingFound:
    "Nada encontrado. A busca compara o texto inteiro: um número, um call_id, um código, um agente ou uma fila.",
  abandonedColumns: { from: "De", queue: "Fila", at: "Desistiu", waited: "Esperou", returned: "Retorno" },
  abandonedToday: (count, open, more) => `${more ? "as últimas " : ""}${count} de hoje, ${open} sem retorno`,
  short: "desistência rápida",
  notReturned: "sem retorno",
  nobodyGaveUp:
    "Ninguém desistiu hoje. Quem desligar sem ser atendido aparece aqui, até alguém falar com essa pessoa.",
  all: "Todas",
  states: {
    NEW: "Nova",
    STANDBY: "Roteando",
    WAITING: "Em espera",
    ONGOING: "Em atendimento",
    FINISHED: "Encerrada",
  },
  columns: {
    state: "Estado",
    from: "De",
    to: "Para",
    queue: "Fila",
    agent: "Agente",
    began: "Início",
    age: "Duração",
  },
  callsPage: {
    periods: { today: "hoje", last30: "30 min", yesterday: "ontem", last7: "7 dias", all: "tudo" },
    own: "de … até",
    from: "De",
    to: "até",
    wrongOrder: "O fim tem de vir depois do início.",
    count: (count, progress) => {
      const calls = count === 1 ? "1 ligação" : `${count.toLocaleString("pt-BR")} ligações`;
      if (progress === "reading") return `${calls}, lendo as demais…`;
      return progress === "cut" ? `as ${count.toLocaleString("pt-BR")} mais recentes` : calls;
    },
    emptyPeriod: "Nenhuma ligação neste período. A próxima aparece aqui sozinha.",
    showAll: "Ver todos os períodos",
  },
  directions: { inbound: "receptiva", outbound: "ativa", internal: "interna" },
  happenings: {
    "call.new": "Nova ligação",
    "call.standby": "Aguardando rota",
    "call.waiting": "Em espera",
    "call.ongoing": "Em atendimento",
    "call.on-going": "Em atendimento",
    "call.finished": "Encerrada",
    "call.overflow": "Transbordou da fila",
    "call.follow-me": "Siga-me",
    "call.queue-abandon": "Desistiu na fila",
    "call.recording-available": "Gravação disponível",
    "call.data-provided": "Dados informados",
    "call.cpf-provided": "CPF informado",
    "call.cnpj-provided": "CNPJ informado",
    "actor.entered": "Agente atendeu",
    "actor.left": "Agente saiu",
    "actor.ringing": "Tocando no agente",
    "actor.noanswer": "Agente não atendeu",
    "peer.ringing": "Tocando no ramal",
    "dialer.attempt": "Discador tentou",
    "dialer.success": "Discador completou",
    "dialer.failure": "Discador falhou",
    "dialer.expired": "Discagem expirou",
    "dialer.exceeded": "Tentativas esgotadas",
  },
  cameBefore: (early, late) => `“${early}” chegou antes de “${late}”.`,
  body: "Corpo recebido",
  copy: "Copiar",
  copied: "Copiado",
  showNumbers: "Mostrar números",
  hideNumbers: "Ocultar números",
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
  pages: {
    live: "Live",
    calls: "Calls",
    agents: "Agents",
    queues: "Queues",
    abandoned: "Abandoned",
    deliveries: "Deliveries",
    system: "System",
    number: "Number",
  },
  navigation: "Pages",
  otherLanguage: "Português",
  themes: { auto: "System theme", light: "Light theme", dark: "Dark theme" },
  theme: "Change the theme",
  tv: "For the TV on the wall: large, no buttons (Esc goes back)",
  help: "Help",
  helpTitle: "Keyboard",
  keys: [
    ["g l", "live"],
    ["g c", "calls"],
    ["g a", "agents"],
    ["g f", "queues"],
    ["g b", "abandoned"],
    ["g e", "deliveries"],
    ["g s", "system"],
    ["/", "search"],
    ["t", "change the theme"],
    ["v", "TV: large, no buttons"],
    ["n", "show or hide numbers"],
    ["?", "this help"],
    ["Tab, Enter", "choose and open a row"],
    ["↑ ↓ PgUp PgDn Home End", "move through the calls"],
    ["Esc", "close"],
  ],
  cards: {
    waiting: "Waiting",
    longest: "Longest wait",
    ongoing: "In progress",
    serviceLevel: "Service level",
    abandoned: "Abandoned",
  },
  window: "Window",
  today: "today",
  lastMinutes: (minutes) => `${minutes} min`,
  queueColumns: {
    queue: "Queue",
    waiting: "Waiting",
    longest: "Longest",
    serviceLevel: "SL",
    meanWait: "ASA",
    offered: "Offered",
    abandoned: "Aband.",
  },
  tips: {
    waiting: "Who is in a queue now and has not been answered.",
    longest: "For how long the one who has waited longest has been waiting.",
    ongoing: "Calls in progress now.",
    serviceLevel:
      "Answered within the queue's limit, of those answered and abandoned in the window, without the short abandons.",
    meanWait: "The mean wait of those who were answered in the window.",
    offered: "How often somebody entered the queue in the window.",
    abandoned: "Who hung up without an answer in the window, with the short abandons.",
  },
  queues: "Queues",
  noQueue: "no queue",
  noQueues: "No call yet today. Each queue appears here with the first one that waits in it.",
  nobodyWaits: "Nobody is waiting now.",
  livePage: {
    moreQueues: (count) => `the most urgent first; ${count.toLocaleString("en")} more in “Queues”`,
    moreWaiting: (count) => `${count.toLocaleString("en")} more have waited for less time`,
  },
  presumedLost: "no event for 4 h",
  exportAs: (format) => `Export as ${format}`,
  exporting: (count) => `Exporting… ${count}`,
  exportFailed: "The export broke off: try again.",
  search: "Number, call_id, code, agent or queue",
  nothingFound:
    "Nothing found. A search compares the whole text: a number, a call_id, a code, an agent or a queue.",
  abandonedColumns: {
    from: "From",
    queue: "Queue",
    at: "Gave up",
    waited: "Waited",
    returned: "Called back",
  },
  abandonedToday: (count, open, more) =>
    `${more ? "the latest " : ""}${count} of today, ${open} not called back`,
  short: "short abandon",
  notReturned: "not yet",
  nobodyGaveUp:
    "Nobody gave up today. Who hangs up without an answer appears here, until somebody has talked to them.",
  all: "All",
  states: {
    NEW: "New",
    STANDBY: "Routing",
    WAITING: "Waiting",
    ONGOING: "In progress",
    FINISHED: "Finished",
  },
  columns: {
    state: "State",
    from: "From",
    to: "To",
    queue: "Queue",
    agent: "Agent",
    began: "Began",
    age: "Duration",
  },
  callsPage: {
    periods: { today: "today", last30: "30 min", yesterday: "yesterday", last7: "7 days", all: "all" },
    own: "from … to",
    from: "From",
    to: "to",
    wrongOrder: "The end must come after the begin.",
    count: (count, progress) => {
      const calls = count === 1 ? "1 call" : `${count.toLocaleString("en")} calls`;
      if (progress === "reading") return `${calls}, reading the rest…`;
      return progress === "cut" ? `the latest ${count.toLocaleString("en")}` : calls;
    },
    emptyPeriod: "No call in this period. The next one appears here by itself.",
    showAll: "See all periods",
  },
  directions: { inbound: "inbound", outbound: "outbound", internal: "internal" },
  happenings: {
    "call.new": "New call",
    "call.standby": "Waiting for a route",
    "call.waiting": "Waiting",
    "call.ongoing": "In progress",
    "call.on-going": "In progress",
    "call.finished": "Finished",
    "call.overflow": "Overflowed from the queue",
    "call.follow-me": "Follow me",
    "call.queue-abandon": "Gave up in the queue",
    "call.recording-available": "Recording available",
    "call.data-provided": "Data provided",
    "call.cpf-provided": "CPF provided",
    "call.cnpj-provided": "CNPJ provided",
    "actor.entered": "Agent answered",
    "actor.left": "Agent left",
    "actor.ringing": "Agent's phone rings",
    "actor.noanswer": "Agent did not answer",
    "peer.ringing": "Extension rings",
    "dialer.attempt": "Dialer tried",
    "dialer.success": "Dialer got through",
    "dialer.failure": "Dialer failed",
    "dialer.expired": "Dialling expired",
    "dialer.exceeded": "No tries left",
  },
  cameBefore: (early, late) => `“${early}” came before “${late}”.`,
  body: "Body as received",
  copy: "Copy",
  copied: "Copied",
  showNumbers: "Show numbers",
  hideNumbers: "Hide numbers",
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

const CHOSEN = "language";

export const language = chooseLanguage(
  globalThis.localStorage?.getItem(CHOSEN) ?? globalThis.navigator?.language ?? "pt-BR",
);

/** Kept in this browser; everything is said anew. */
export function switchLanguage(): void {
  localStorage.setItem(CHOSEN, language === "pt-BR" ? "en" : "pt-BR");
  location.reload();
}

export const words = language === "pt-BR" ? pt : en;
