import type { CallState } from "./calls.ts";
import type { Theme } from "./choices.ts";
import type { DeliveryStatus, Letter } from "./delivery.ts";
import type { Outcome } from "./redrive.ts";
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
  deliveriesPage: {
    statuses: Record<DeliveryStatus, string>;
    /** What each means, in one sentence. */
    tips: Record<DeliveryStatus, string>;
    columns: Record<"received" | "status" | "event" | "key" | "answer" | "note", string>;
    facts: Record<"reason" | "letterStatus" | "firstSeen" | "lastSeen" | "copies", string>;
    /** What a dead letter was refused or parked for; the rest are shown as they are. */
    reasons: Readonly<Record<string, string>>;
    letterStatuses: Record<Letter["status"], string>;
    filter: string;
    search: string;
    lateBy(time: string): string;
    after(event: string): string;
    copies(count: number): string;
    shown(count: number, more: boolean): string;
    more: string;
    noMore: string;
    empty: string;
    nothing: string;
    nothingYet: string;
    ofCall(count: number): string;
    bodyUnreadable: string;
    noBody: string;
    binary: string;
    noRights: string;
    adminTokenLabel: string;
    adminTokenWrong: string;
    redriveOne: string;
    sending: string;
    outcomes: Record<Outcome, string>;
    redriveAll: {
      all: string;
      confirm(count: number): string;
      cancel: string;
      sending(done: number, of: number): string;
      unreadable: string;
      result(counts: Partial<Record<Outcome, number>>, left: number): string;
    };
  };
};

const sumOf = (counts: Partial<Record<Outcome, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

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
  deliveriesPage: {
    statuses: {
      new: "nova",
      redelivered: "repetida",
      late: "atrasada",
      "out-of-order": "fora de ordem",
      "unknown-type": "tipo desconhecido",
      refused: "recusada",
      parked: "parada",
    },
    tips: {
      new: "Chegou uma vez, a tempo e na ordem.",
      redelivered: "O mesmo evento chegou de novo: foi guardado uma vez só.",
      late: "Chegou mais de um minuto depois de acontecer.",
      "out-of-order": "Chegou depois de um evento que, na ligação, vem depois dele.",
      "unknown-type": "De um tipo que esta versão não conhece: guardada para depois.",
      refused: "Sem ligação nem agente a que pertença: guardada para depois.",
      parked: "Foi aceita, mas não pôde ser lida ou guardada.",
    },
    columns: {
      received: "Recebida",
      status: "Situação",
      event: "Evento",
      key: "Ligação ou agente",
      answer: "Resposta",
      note: "Detalhe",
    },
    facts: {
      reason: "Motivo",
      letterStatus: "Estado",
      firstSeen: "Primeira vez",
      lastSeen: "Última vez",
      copies: "Vezes",
    },
    reasons: {
      unprocessable: "tipo desconhecido, ou sem call_id",
      unstorable: "não pôde ser guardada",
      "not-avro": "não é um registro Avro",
      "unknown-schema": "de um esquema que o registro não tem",
      "foreign-schema": "de um esquema que não é nosso",
    },
    letterStatuses: { waiting: "esperando", redriven: "reprocessada", dropped: "descartada" },
    filter: "Filtrar por situação",
    search: "call_id ou agente",
    lateBy: (time) => `${time} depois`,
    after: (event) => `depois de “${event}”`,
    copies: (count) => `${count} vezes`,
    shown: (count, more) =>
      more ? `as ${count} mais recentes` : count === 1 ? "1 entrega" : `${count} entregas`,
    more: "Mostrar mais",
    noMore: "Para ver mais antigas, filtre por situação ou busque pelo call_id.",
    empty: "Nenhuma entrega ainda. Cada POST da TeraVoz aparece aqui, com a resposta que recebeu.",
    nothing: "Nenhuma entrega assim. A próxima aparece aqui sozinha.",
    nothingYet: "Nenhuma entrega assim entre as mais recentes.",
    ofCall: (count) => (count === 1 ? "1 entrega" : `${count} entregas`),
    bodyUnreadable: "Não foi possível ler o corpo. Abra de novo para tentar.",
    noBody: "O corpo não existe mais.",
    binary: "Não é texto: em base64.",
    noRights: "Para reprocessar, o realtime precisa de ADMIN_TOKEN.",
    adminTokenLabel: "Token de administração",
    adminTokenWrong: "Este token de administração não foi aceito.",
    redriveOne: "Reprocessar",
    sending: "Reprocessando…",
    outcomes: {
      sent: "✓ Enviada de novo. O evento aparece na lista assim que é guardado.",
      refused: "✕ Continua recusada:",
      dropped: "✕ Foi descartada: o corpo não existe mais.",
      gone: "✕ Não existe mais.",
      unavailable: "✕ Kafka ou MongoDB não responde agora. Tente de novo.",
      token: "✕ Este token de administração não foi aceito.",
      origin: "✕ O realtime não aceita pedidos desta origem.",
      failed: "✕ O servidor não respondeu como esperado. Tente de novo.",
    },
    redriveAll: {
      all: "Reprocessar todas",
      confirm: (count) => `Sim, reprocessar ${count}`,
      cancel: "Cancelar",
      sending: (done, of) => `${done} de ${of}`,
      unreadable: "Não foi possível ler a lista. Tente de novo.",
      result: ({ sent = 0, refused = 0, token = 0, ...rest }, left) =>
        [
          token > 0 && "✕ token de administração não aceito",
          `${sent} ${sent === 1 ? "enviada" : "enviadas"} de novo`,
          refused > 0 && `${refused} ${refused === 1 ? "recusada" : "recusadas"} outra vez`,
          sumOf(rest) + left > 0 && `${sumOf(rest) + left} não enviadas`,
        ]
          .filter(Boolean)
          .join(", "),
    },
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
    ["t", "change the theme"],
    ["v", "TV: large, no buttons"],
    ["n", "show or hide numbers"],
    ["?", "this help"],
    ["Tab, Enter", "choose and open a row"],
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
  deliveriesPage: {
    statuses: {
      new: "new",
      redelivered: "redelivered",
      late: "late",
      "out-of-order": "out of order",
      "unknown-type": "unknown type",
      refused: "refused",
      parked: "parked",
    },
    tips: {
      new: "Came once, in time and in order.",
      redelivered: "The same event came again: it is stored once.",
      late: "Came more than a minute after it happened.",
      "out-of-order": "Came after an event that stands behind it in the call.",
      "unknown-type": "Of a type that this release does not know: kept for later.",
      refused: "Without a call or an agent that it belongs to: kept for later.",
      parked: "Was accepted, and could not be read or stored.",
    },
    columns: {
      received: "Received",
      status: "Status",
      event: "Event",
      key: "Call or agent",
      answer: "Answer",
      note: "Details",
    },
    facts: {
      reason: "Reason",
      letterStatus: "State",
      firstSeen: "First seen",
      lastSeen: "Last seen",
      copies: "Times",
    },
    reasons: {
      unprocessable: "unknown type, or no call_id",
      unstorable: "could not be stored",
      "not-avro": "no Avro record",
      "unknown-schema": "of a schema that the registry does not have",
      "foreign-schema": "of a schema that is not ours",
    },
    letterStatuses: { waiting: "waiting", redriven: "redriven", dropped: "dropped" },
    filter: "Filter by status",
    search: "call_id or agent",
    lateBy: (time) => `${time} later`,
    after: (event) => `after “${event}”`,
    copies: (count) => `${count} times`,
    shown: (count, more) =>
      more ? `the latest ${count}` : count === 1 ? "1 delivery" : `${count} deliveries`,
    more: "Show more",
    noMore: "To see older ones, filter by status or search for the call_id.",
    empty: "No deliveries yet. Each POST of TeraVoz appears here, with the answer it got.",
    nothing: "No such delivery. The next one appears here by itself.",
    nothingYet: "No such delivery among the latest.",
    ofCall: (count) => (count === 1 ? "1 delivery" : `${count} deliveries`),
    bodyUnreadable: "The body cannot be read. Open it again to try.",
    noBody: "The body is gone.",
    binary: "This is no text: in base64.",
    noRights: "Redrive needs ADMIN_TOKEN on realtime.",
    adminTokenLabel: "Admin token",
    adminTokenWrong: "This admin token was not accepted.",
    redriveOne: "Redrive",
    sending: "Redriving…",
    outcomes: {
      sent: "✓ Sent again. The event appears in the list once it is stored.",
      refused: "✕ Still refused:",
      dropped: "✕ It was dropped: its body is gone.",
      gone: "✕ It is gone.",
      unavailable: "✕ Kafka or MongoDB does not answer now. Try again.",
      token: "✕ This admin token was not accepted.",
      origin: "✕ Realtime takes nothing from pages of this origin.",
      failed: "✕ The server did not answer as expected. Try again.",
    },
    redriveAll: {
      all: "Redrive all",
      confirm: (count) => `Yes, redrive ${count}`,
      cancel: "Cancel",
      sending: (done, of) => `${done} of ${of}`,
      unreadable: "The list cannot be read. Try again.",
      result: ({ sent = 0, refused = 0, token = 0, ...rest }, left) =>
        [
          token > 0 && "✕ admin token not accepted",
          `${sent} sent again`,
          refused > 0 && `${refused} refused again`,
          sumOf(rest) + left > 0 && `${sumOf(rest) + left} not sent`,
        ]
          .filter(Boolean)
          .join(", "),
    },
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
