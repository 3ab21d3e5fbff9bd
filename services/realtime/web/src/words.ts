import type { AgentState } from "./agents.ts";
import type { CallState } from "./calls.ts";
import type { Theme } from "./choices.ts";
import type { Chart, Line } from "./day-charts.ts";
import type { DeliveryStatus, Letter } from "./delivery.ts";
import type { PeriodName } from "./periods.ts";
import type { Column } from "./queue-sort.ts";
import type { Outcome } from "./redrive.ts";
import type { PageName } from "./route.ts";
import type { Standing } from "./system-report.ts";
import type { Urgency } from "./urgency.ts";

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
  /** "X" came before "Y", by so much where that is known. */
  cameBefore(early: string, late: string, by: string | null): string;
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
  queuesPage: {
    today: string;
    allQueues: string;
    dayOf(queue: string): string;
    wholeDay: string;
    columns: Record<Column, string>;
    columnTips: Record<Column, string>;
    titles: Record<Chart["name"], string>;
    /** What each chart counts, in one sentence. */
    tips: Record<Chart["name"], string>;
    lines: Record<Line["name"], string>;
    threshold(value: string): string;
    /** What a drawing is called for whoever cannot see it. */
    picture(title: string): string;
    asTable: string;
    from: string;
    unknown: string;
    unreadable: string;
    noPlot: string;
    reload: string;
  };
  numberPage: {
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
    seeAll: string;
    unreadable: string;
  };
  callNotes: {
    /** The first event there is, in words. */
    noBeginning(first: string): string;
    answeredWithoutWait: string;
    waitedWithoutAnswer: string;
    quiet(length: string): string;
  };
  systemPage: {
    /** All is well, look, something is wrong. */
    verdicts: Record<Urgency, string>;
    deaf: string;
    missing(service: string): string;
    unready(name: string, why: string): string;
    silent(name: string, since: string): string;
    tolerated(name: string, why: string): string;
    spool(name: string, count: string, age: string): string;
    lag(count: string, age: string): string;
    lagUnknown(reason: string): string;
    unavailable(count: string): string;
    cards: Record<"events" | "lag" | "accepted" | "refused" | "sockets", string>;
    tips: Record<"events" | "lag" | "accepted" | "refused" | "sockets", string>;
    lastHour(most: string): string;
    instances: string;
    instanceColumns: Record<"service" | "instance" | "state" | "since" | "hands" | "version", string>;
    /** What a service is for. */
    jobs: Readonly<Record<string, string>>;
    standings: Record<Standing, string>;
    nobody: string;
    nobodyYet: string;
    isTolerated: string;
    partitions(count: number): string;
    sockets(count: number): string;
    spooled(count: string): string;
    lags: string;
    lagColumns: Record<"topic" | "records" | "worst" | "waited", string>;
    worst(partition: number, count: string): string;
    lagUnknownHere: string;
    refused: string;
    refusedColumns: Record<"status" | "why" | "count" | "last", string>;
    /** Why the webhook answers so, by status. */
    reasons: Readonly<Record<number, string>>;
    nothingRefused: string;
    nothingCame: string;
  };
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

const MISSING_PT: Readonly<Record<string, string>> = {
  ingest: "a TeraVoz não é atendida",
  projector: "nada é gravado, o painel fica parado",
  realtime: "ninguém é avisado do que muda",
};
const MISSING_EN: Readonly<Record<string, string>> = {
  ingest: "TeraVoz is not answered",
  projector: "nothing is stored, the board stands still",
  realtime: "nobody is told of changes",
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
    ["r", "voltar no tempo"],
    ["espaço", "no passado: reproduzir ou pausar"],
    [", .", "no passado: 10 s para trás ou para a frente"],
    ["t", "mudar o tema"],
    ["v", "TV: grande, sem botões"],
    ["n", "mostrar ou ocultar números"],
    ["?", "esta ajuda"],
    ["Tab, Enter", "escolher e abrir uma linha"],
    ["↑ ↓ PgUp PgDn Home End", "andar pelas ligações"],
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
  cameBefore: (early, late, by) => `“${early}” chegou antes de “${late}”${by ? ` (${by})` : ""}.`,
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
  queuesPage: {
    today: "Filas, hoje",
    allQueues: "Todas as filas",
    dayOf: (queue) => `Fila ${queue}`,
    wholeDay: "hoje, por quartos de hora",
    columns: {
      offered: "Recebidas",
      answered: "Atendidas",
      abandoned: "Abandonadas",
      short: "Rápidas",
      overflowed: "Transbord.",
      service_level: "NS",
      mean_wait_ms: "TME",
      p90_wait_ms: "Espera p90",
      mean_talk_ms: "TMA",
      waiting: "Esperando",
      waiting_since: "Maior espera",
    },
    columnTips: {
      offered: "Quantas vezes alguém entrou na fila hoje.",
      answered: "Atendidas cuja passagem pela fila terminou hoje.",
      abandoned: "Quem desligou hoje sem ser atendido, com as desistências rápidas.",
      short:
        "Desistências dentro do prazo curto da fila: fazem parte das abandonadas e não contam no nível de serviço.",
      overflowed: "Saíram da fila sem atendimento, para outra fila ou outro destino.",
      service_level:
        "Atendidas dentro do prazo da fila, entre as atendidas e as abandonadas de hoje, sem as desistências rápidas.",
      mean_wait_ms: "Tempo médio de espera de quem foi atendido hoje.",
      p90_wait_ms: "Nove em cada dez dos atendidos hoje esperaram no máximo isto.",
      mean_talk_ms: "Tempo médio de atendimento: do atendimento até o agente sair ou a ligação terminar.",
      waiting: "Quem está na fila agora e ainda não foi atendido.",
      waiting_since: "Há quanto tempo espera quem está esperando há mais tempo.",
    },
    titles: { calls: "Ligações", level: "Nível de serviço", waits: "Espera de quem foi atendido" },
    tips: {
      calls:
        "Recebidas no quarto de hora em que entraram na fila, atendidas e abandonadas naquele em que saíram dela.",
      level: "Atendidas dentro do prazo, entre as atendidas e as abandonadas, sem as desistências rápidas.",
      waits: "Espera média (TME) e a de nove em cada dez (p90) de quem foi atendido.",
    },
    lines: {
      offered: "Recebidas",
      answered: "Atendidas",
      abandoned: "Abandonadas",
      service_level: "NS",
      mean_wait_ms: "TME",
      p90_wait_ms: "p90",
    },
    threshold: (value) => `meta ${value}`,
    picture: (title) => `Gráfico: ${title}. Os mesmos números estão na tabela abaixo dele.`,
    asTable: "Ver como tabela",
    from: "A partir de",
    unknown: "Nenhuma ligação nesta fila hoje. Os gráficos aparecem com a primeira que esperar nela.",
    unreadable: "Não foi possível ler os números do dia. Tentando de novo…",
    noPlot: "Os gráficos não puderam ser carregados: o servidor pode ter sido atualizado.",
    reload: "Recarregar a página",
  },
  numberPage: {
    callsOf: "Ligações de",
    noNumber:
      "Nenhum número escolhido. Abra uma ligação e clique no número dela, ou busque um número em Ligações (tecla /).",
    noCalls: "Nenhuma ligação deste número. A primeira aparece aqui sozinha.",
    totals: {
      calls: "Ligações",
      answered: "Atendidas",
      abandoned: "Desistências",
      talk: "Em conversa",
      first: "Primeira",
      last: "Última",
      returned: "Última desistência",
    },
    tips: {
      answered: "Ligações em que alguém falou com esta pessoa.",
      abandoned: "Quantas vezes saiu de uma fila sem ser atendida, com as desistências rápidas.",
      talk: "Soma dos atendimentos que já terminaram.",
      returned: "Se alguém falou com esta pessoa depois que ela desistiu, não importa quem ligou.",
    },
    at: "Início",
    notReturned: "sem retorno",
    returnedAt: (time) => `✓ retorno ${time}`,
    outcome: "Desistência",
    gaveUp: "desistiu",
    shown: (count, full) =>
      full ? `as ${count} mais recentes` : count === 1 ? "1 ligação" : `${count} ligações`,
    ofLatest: (count) => `das ${count} mais recentes`,
    more: "Mostrar mais antigas",
    seeAll: "Ver tudo deste número",
    unreadable: "Não foi possível ler as ligações. Tentando de novo…",
  },
  callNotes: {
    noBeginning: (first) => `O começo não chegou: o primeiro evento é “${first}”.`,
    answeredWithoutWait: "Atendida numa fila sem um “Em espera” antes: não conta nos números da fila.",
    waitedWithoutAnswer: "O agente saiu sem que “Agente atendeu” ou “Em atendimento” tenha chegado.",
    quiet: (length) => `${length} sem nenhum evento.`,
  },
  systemPage: {
    verdicts: { calm: "Tudo certo", near: "Funciona, mas precisa de atenção", over: "Há algo errado" },
    deaf: "Este servidor ainda não tem notícia das instâncias. Logo depois de começar, isso dura alguns segundos.",
    missing: (service) => `Nenhum ${service} no ar: ${MISSING_PT[service] ?? "falta uma parte do sistema"}.`,
    unready: (name, why) => `${name} não está pronto: ${why}.`,
    silent: (name, since) => `${name} não dá notícia desde ${since}.`,
    tolerated: (name, why) => `${name} funciona, mas avisa: ${why}.`,
    spool: (name, count, age) =>
      `${name} guarda ${count} eventos no disco, o mais antigo há ${age}, até o Kafka voltar.`,
    lag: (count, age) =>
      `${count} eventos esperam para ser gravados, há ${age} ou mais: o painel está atrasado.`,
    lagUnknown: (reason) =>
      `Não se sabe quantos eventos esperam para ser gravados: ${reason.split(" ")[0]} não responde.`,
    unavailable: (count) => `A TeraVoz recebeu ${count} vezes “503, tente de novo” nos últimos 5 minutos.`,
    cards: {
      events: "Eventos por minuto",
      lag: "À espera de gravação",
      accepted: "Aceitos (1 h)",
      refused: "Recusados (1 h)",
      sockets: "Painéis conectados",
    },
    tips: {
      events: "Eventos gravados no último minuto completo, e a última hora, minuto a minuto.",
      lag: "Eventos já aceitos que ainda não estão no banco de dados. O normal é perto de zero.",
      accepted: "Quantas vezes o webhook aceitou um evento na última hora.",
      refused: "Quantas vezes o webhook recusou o que recebeu na última hora, pelo motivo abaixo.",
      sockets: "Painéis e outros clientes conectados agora, em todas as instâncias.",
    },
    lastHour: (most) => `Eventos por minuto na última hora, no máximo ${most}`,
    instances: "Instâncias",
    instanceColumns: {
      service: "Serviço",
      instance: "Instância",
      state: "Estado",
      since: "Há",
      hands: "Em mãos",
      version: "Versão",
    },
    jobs: {
      ingest: "Recebe os eventos da TeraVoz",
      projector: "Grava os eventos",
      realtime: "Mostra o painel",
    },
    standings: { ready: "pronto", unready: "não está pronto", silent: "sem notícia", stopped: "parado" },
    nobody: "nenhuma instância no ar",
    nobodyYet: "Nenhuma instância deu notícia. Cada uma aparece aqui até 10 segundos depois de começar.",
    isTolerated: "tolerado",
    partitions: (count) => (count === 1 ? "1 partição" : `${count} partições`),
    sockets: (count) => (count === 1 ? "1 cliente" : `${count} clientes`),
    spooled: (count) => `${count} no disco`,
    lags: "À espera de gravação",
    lagColumns: { topic: "Tópico", records: "Eventos", worst: "Pior partição", waited: "Há pelo menos" },
    worst: (partition, count) => `nº ${partition}: ${count}`,
    lagUnknownHere: "Não se sabe agora. Tentando de novo…",
    refused: "Recusados na última hora",
    refusedColumns: { status: "Status", why: "Motivo", count: "Vezes", last: "Último" },
    reasons: {
      400: "corpo inválido",
      401: "token errado",
      404: "endereço errado",
      405: "método errado",
      408: "demorou a chegar",
      413: "grande demais",
      415: "não é JSON",
      417: "Expect desconhecido",
      422: "tipo desconhecido",
      431: "cabeçalhos grandes demais",
      500: "erro interno",
      503: "Kafka fora: reenviar",
    },
    nothingRefused: "Nada foi recusado na última hora.",
    nothingCame: "Nada chegou na última hora. O que o webhook recusar aparece aqui, pelo motivo.",
  },
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
    ["r", "rewind"],
    ["space", "in the past: play or pause"],
    [", .", "in the past: 10 s back or forward"],
    ["t", "change the theme"],
    ["v", "TV: large, no buttons"],
    ["n", "show or hide numbers"],
    ["?", "this help"],
    ["Tab, Enter", "choose and open a row"],
    ["↑ ↓ PgUp PgDn Home End", "move through the calls"],
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
  cameBefore: (early, late, by) => `“${early}” came before “${late}”${by ? ` (${by})` : ""}.`,
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
  queuesPage: {
    today: "Queues, today",
    allQueues: "All queues",
    dayOf: (queue) => `Queue ${queue}`,
    wholeDay: "today, by quarters of an hour",
    columns: {
      offered: "Offered",
      answered: "Answered",
      abandoned: "Abandoned",
      short: "Short",
      overflowed: "Overflowed",
      service_level: "SL",
      mean_wait_ms: "ASA",
      p90_wait_ms: "Wait p90",
      mean_talk_ms: "AHT",
      waiting: "Waiting",
      waiting_since: "Longest wait",
    },
    columnTips: {
      offered: "How often somebody entered the queue today.",
      answered: "Answered, of those whose stay in the queue ended today.",
      abandoned: "Who hung up without an answer today, with the short abandons.",
      short:
        "Abandoned within the queue's short limit: among the abandoned, and left out of the service level.",
      overflowed: "Left the queue without an answer for another queue or elsewhere.",
      service_level:
        "Answered within the queue's limit, of those answered and abandoned today, without the short abandons.",
      mean_wait_ms: "The mean wait of those who were answered today.",
      p90_wait_ms: "Nine in ten of those answered today waited no longer than this.",
      mean_talk_ms: "The mean talk: from the answer until the agent left or the call ended.",
      waiting: "Who is in the queue now and has not been answered.",
      waiting_since: "For how long the one who has waited longest has been waiting.",
    },
    titles: { calls: "Calls", level: "Service level", waits: "Wait of those answered" },
    tips: {
      calls:
        "Offered in the quarter of an hour in which they entered the queue, answered and abandoned in that in which they left it.",
      level: "Answered within the limit, of those answered and abandoned, without the short abandons.",
      waits: "The mean wait (ASA) and that of nine in ten (p90) of those who were answered.",
    },
    lines: {
      offered: "Offered",
      answered: "Answered",
      abandoned: "Abandoned",
      service_level: "SL",
      mean_wait_ms: "ASA",
      p90_wait_ms: "p90",
    },
    threshold: (value) => `goal ${value}`,
    picture: (title) => `Chart: ${title}. The table below it holds the same numbers.`,
    asTable: "Show as a table",
    from: "From",
    unknown: "No call in this queue today. The charts appear with the first one that waits in it.",
    unreadable: "The numbers of the day cannot be read. Trying again…",
    noPlot: "The charts could not be loaded: the server may have been updated.",
    reload: "Reload the page",
  },
  numberPage: {
    callsOf: "Calls of",
    noNumber: "No number chosen. Open a call and click its number, or search for a number in Calls (key /).",
    noCalls: "No call of this number. The first one appears here by itself.",
    totals: {
      calls: "Calls",
      answered: "Answered",
      abandoned: "Gave up",
      talk: "Talked",
      first: "First",
      last: "Last",
      returned: "Last gave up",
    },
    tips: {
      answered: "Calls in which somebody talked to this person.",
      abandoned: "How often this person left a queue without an answer, with the short abandons.",
      talk: "All talks that have ended, together.",
      returned: "Whether anybody has talked to this person since, whoever called whom.",
    },
    at: "Began",
    notReturned: "not called back",
    returnedAt: (time) => `✓ called back ${time}`,
    outcome: "Gave up",
    gaveUp: "gave up",
    shown: (count, full) => (full ? `the latest ${count}` : count === 1 ? "1 call" : `${count} calls`),
    ofLatest: (count) => `of the latest ${count}`,
    more: "Show older ones",
    seeAll: "See all of this number",
    unreadable: "The calls cannot be read. Trying again…",
  },
  callNotes: {
    noBeginning: (first) => `The beginning did not arrive: the first event is “${first}”.`,
    answeredWithoutWait:
      "Answered in a queue without a “Waiting” before: the queue's numbers do not count it.",
    waitedWithoutAnswer: "The agent left, and neither “Agent answered” nor “In progress” has arrived.",
    quiet: (length) => `${length} without an event.`,
  },
  systemPage: {
    verdicts: { calm: "All is well", near: "It works, but needs a look", over: "Something is wrong" },
    deaf: "This server does not hear from the instances yet. Right after its start that takes some seconds.",
    missing: (service) =>
      `No ${service} is there: ${MISSING_EN[service] ?? "a part of the system is missing"}.`,
    unready: (name, why) => `${name} is not ready: ${why}.`,
    silent: (name, since) => `${name} has not been heard of since ${since}.`,
    tolerated: (name, why) => `${name} works, but says: ${why}.`,
    spool: (name, count, age) =>
      `${name} keeps ${count} events on its disk, the oldest for ${age}, until Kafka is back.`,
    lag: (count, age) => `${count} events wait to be stored, for ${age} or longer: the board is behind.`,
    lagUnknown: (reason) => `Nobody knows how many events wait to be stored: ${reason}.`,
    unavailable: (count) => `TeraVoz was told “503, try again” ${count} times in the last 5 minutes.`,
    cards: {
      events: "Events per minute",
      lag: "Waiting to be stored",
      accepted: "Accepted (1 h)",
      refused: "Refused (1 h)",
      sockets: "Boards connected",
    },
    tips: {
      events: "Events stored in the last full minute, and the last hour minute by minute.",
      lag: "Events that were accepted and are not in the database yet. Usual is about zero.",
      accepted: "How often the webhook took an event in the last hour.",
      refused: "How often the webhook refused what it got in the last hour, for the reason below.",
      sockets: "Boards and other clients connected now, on all instances.",
    },
    lastHour: (most) => `Events per minute in the last hour, at most ${most}`,
    instances: "Instances",
    instanceColumns: {
      service: "Service",
      instance: "Instance",
      state: "State",
      since: "For",
      hands: "In hand",
      version: "Release",
    },
    jobs: { ingest: "Takes TeraVoz's events", projector: "Stores the events", realtime: "Shows the board" },
    standings: { ready: "ready", unready: "not ready", silent: "silent", stopped: "stopped" },
    nobody: "no instance is there",
    nobodyYet: "No instance has been heard of. Each shows up here within 10 seconds of its start.",
    isTolerated: "tolerated",
    partitions: (count) => (count === 1 ? "1 partition" : `${count} partitions`),
    sockets: (count) => (count === 1 ? "1 client" : `${count} clients`),
    spooled: (count) => `${count} on disk`,
    lags: "Waiting to be stored",
    lagColumns: { topic: "Topic", records: "Events", worst: "Worst partition", waited: "For at least" },
    worst: (partition, count) => `no. ${partition}: ${count}`,
    lagUnknownHere: "Not known now. Trying again…",
    refused: "Refused in the last hour",
    refusedColumns: { status: "Status", why: "Why", count: "Times", last: "Last" },
    reasons: {
      400: "malformed body",
      401: "wrong token",
      404: "wrong address",
      405: "wrong method",
      408: "took too long to arrive",
      413: "too large",
      415: "not JSON",
      417: "unknown Expect",
      422: "unknown type",
      431: "headers too large",
      500: "internal error",
      503: "Kafka away: send again",
    },
    nothingRefused: "Nothing was refused in the last hour.",
    nothingCame: "Nothing came in the last hour. What the webhook refuses shows up here, with its reason.",
  },
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
