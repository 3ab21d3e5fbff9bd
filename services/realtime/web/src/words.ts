import type { AgentState } from "./agents.ts";
import type { CallState } from "./calls.ts";
import type { Theme } from "./choices.ts";
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
  cards: Record<"waiting" | "longest" | "ongoing" | "free" | "serviceLevel" | "abandoned", string>;
  window: string;
  today: string;
  lastMinutes(minutes: number): string;
  queueColumns: Record<
    "queue" | "waiting" | "longest" | "free" | "serviceLevel" | "meanWait" | "offered" | "abandoned",
    string
  >;
  /** What each number means, in one sentence. */
  tips: Record<
    "waiting" | "longest" | "ongoing" | "free" | "serviceLevel" | "meanWait" | "offered" | "abandoned",
    string
  >;
  agentStates: Record<AgentState, string>;
  agentsPage: {
    columns: Record<
      "agent" | "state" | "since" | "reason" | "queues" | "taken" | "missed" | "meanTalk",
      string
    >;
    tips: Record<"taken" | "missed" | "meanTalk", string>;
    find: string;
    none: string;
    nobodyFound: string;
  };
  queues: string;
  noQueue: string;
  noQueues: string;
  nobodyWaits: string;
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
  columns: { state: string; from: string; to: string; queue: string; agent: string; age: string };
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
  rewind: {
    handle: string;
    handleTip: string;
    /** Beside the moment that is seen. */
    title: string;
    /** In place of "live". */
    light: string;
    backToLive: string;
    controls: string;
    moment: string;
    play: string;
    pause: string;
    back(seconds: number): string;
    forward(seconds: number): string;
    speed: string;
    slider: string;
    troubles: Record<"slow" | "future" | "unreadable", string>;
    nobodyWaited: string;
    noCalls: string;
    wholeCall: string;
  };
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
    ["r", "voltar no tempo"],
    ["espaço", "no passado: reproduzir ou pausar"],
    [", .", "no passado: 10 s para trás ou para a frente"],
    ["t", "mudar o tema"],
    ["v", "TV: grande, sem botões"],
    ["n", "mostrar ou ocultar números"],
    ["?", "esta ajuda"],
    ["Tab, Enter", "escolher e abrir uma linha"],
    ["Esc", "fechar, voltar ao vivo"],
  ],
  cards: {
    waiting: "Em espera",
    longest: "Maior espera",
    ongoing: "Em atendimento",
    free: "Livres",
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
    free: "Livres",
    serviceLevel: "NS",
    meanWait: "TME",
    offered: "Recebidas",
    abandoned: "Aband.",
  },
  tips: {
    waiting: "Quem está numa fila agora e ainda não foi atendido.",
    longest: "Há quanto tempo espera quem está esperando há mais tempo.",
    ongoing: "Ligações em atendimento agora.",
    free: "Agentes conectados que não estão em ligação, nem tocando, nem em pausa.",
    serviceLevel:
      "Atendidas dentro do prazo da fila, entre as atendidas e as abandonadas do período, sem as desistências rápidas.",
    meanWait: "Tempo médio de espera de quem foi atendido no período.",
    offered: "Quantas vezes alguém entrou na fila no período.",
    abandoned: "Quem desligou no período sem ser atendido, com as desistências rápidas.",
  },
  agentStates: {
    TALKING: "em ligação",
    RINGING: "tocando",
    FREE: "livre",
    PAUSED: "em pausa",
    LOGGED_OUT: "desconectado",
    UNKNOWN: "sem notícia",
  },
  agentsPage: {
    columns: {
      agent: "Agente",
      state: "Estado",
      since: "Há",
      reason: "Motivo",
      queues: "Filas",
      taken: "Atendidas",
      missed: "Não atendeu",
      meanTalk: "TMA",
    },
    tips: {
      taken: "Ligações que o agente atendeu no período.",
      missed: "Vezes no período em que o ramal tocou até o fim sem resposta.",
      meanTalk: "Tempo médio das conversas que terminaram no período.",
    },
    find: "Agente ou fila",
    none: "Nenhum agente ainda. Cada um aparece aqui quando entra numa fila, faz uma pausa ou recebe uma ligação.",
    nobodyFound: "Nenhum agente com este nome ou nesta fila.",
  },
  queues: "Filas",
  noQueue: "sem fila",
  noQueues: "Nenhuma ligação hoje ainda. Cada fila aparece aqui com a primeira que espera nela.",
  nobodyWaits: "Ninguém espera agora.",
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
  columns: { state: "Estado", from: "De", to: "Para", queue: "Fila", agent: "Agente", age: "Duração" },
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
  rewind: {
    handle: "voltar no tempo",
    handleTip: "Ver o painel como ele era em qualquer momento (r)",
    title: "Voltou no tempo:",
    light: "no passado",
    backToLive: "Voltar ao vivo (Esc)",
    controls: "Voltar no tempo",
    moment: "Data e hora",
    play: "Reproduzir",
    pause: "Pausar",
    back: (seconds) => `${seconds} s para trás`,
    forward: (seconds) => `${seconds} s para a frente`,
    speed: "Velocidade",
    slider: "Hora do dia",
    troubles: {
      slow: "O servidor está lento: o momento pedido ainda não chegou.",
      future: "Este momento ainda não aconteceu.",
      unreadable: "Este momento não pode ser lido agora. Tentando de novo…",
    },
    nobodyWaited: "Ninguém esperava neste momento.",
    noCalls: "Nenhuma ligação nas 25 horas antes deste momento.",
    wholeCall: "A ligação inteira, também o que veio depois do momento mostrado no painel.",
  },
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
    ["r", "rewind"],
    ["space", "in the past: play or pause"],
    [", .", "in the past: 10 s back or forward"],
    ["t", "change the theme"],
    ["v", "TV: large, no buttons"],
    ["n", "show or hide numbers"],
    ["?", "this help"],
    ["Tab, Enter", "choose and open a row"],
    ["Esc", "close, back to live"],
  ],
  cards: {
    waiting: "Waiting",
    longest: "Longest wait",
    ongoing: "In progress",
    free: "Free",
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
    free: "Free",
    serviceLevel: "SL",
    meanWait: "ASA",
    offered: "Offered",
    abandoned: "Aband.",
  },
  tips: {
    waiting: "Who is in a queue now and has not been answered.",
    longest: "For how long the one who has waited longest has been waiting.",
    ongoing: "Calls in progress now.",
    free: "Agents who are logged in and neither talking, nor ringing, nor paused.",
    serviceLevel:
      "Answered within the queue's limit, of those answered and abandoned in the window, without the short abandons.",
    meanWait: "The mean wait of those who were answered in the window.",
    offered: "How often somebody entered the queue in the window.",
    abandoned: "Who hung up without an answer in the window, with the short abandons.",
  },
  agentStates: {
    TALKING: "talking",
    RINGING: "ringing",
    FREE: "free",
    PAUSED: "paused",
    LOGGED_OUT: "logged out",
    UNKNOWN: "unknown",
  },
  agentsPage: {
    columns: {
      agent: "Agent",
      state: "State",
      since: "For",
      reason: "Reason",
      queues: "Queues",
      taken: "Taken",
      missed: "Missed",
      meanTalk: "AHT",
    },
    tips: {
      taken: "Calls the agent answered in the window.",
      missed: "How often in the window the phone rang to the end without an answer.",
      meanTalk: "The mean of the talks that ended in the window.",
    },
    find: "Agent or queue",
    none: "No agents yet. Each appears here with the first log-in, pause or call.",
    nobodyFound: "No agent of this name or in this queue.",
  },
  queues: "Queues",
  noQueue: "no queue",
  noQueues: "No call yet today. Each queue appears here with the first one that waits in it.",
  nobodyWaits: "Nobody is waiting now.",
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
  columns: { state: "State", from: "From", to: "To", queue: "Queue", agent: "Agent", age: "Duration" },
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
  rewind: {
    handle: "rewind",
    handleTip: "See the board as it was at any moment (r)",
    title: "Rewound to:",
    light: "in the past",
    backToLive: "Back to live (Esc)",
    controls: "Rewind",
    moment: "Date and time",
    play: "Play",
    pause: "Pause",
    back: (seconds) => `${seconds} s back`,
    forward: (seconds) => `${seconds} s forward`,
    speed: "Speed",
    slider: "Time of day",
    troubles: {
      slow: "The server is slow: the moment asked for has not come yet.",
      future: "This moment has not happened yet.",
      unreadable: "This moment cannot be read now. Trying again…",
    },
    nobodyWaited: "Nobody was waiting at this moment.",
    noCalls: "No call in the 25 hours before this moment.",
    wholeCall: "The whole call, also what came after the moment that the board shows.",
  },
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
