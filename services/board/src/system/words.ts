import type { InstanceState } from "@teravoz/protocol/client";
import { choose } from "../base/language.ts";
import type { Urgency } from "../reports/urgency.ts";

type SystemWords = {
  /** All is well, something needs attention, something is wrong. */
  verdicts: Record<Urgency, string>;
  deaf: string;
  missing(service: string): string;
  foreign(name: string, id: string): string;
  unready(name: string, why: string): string;
  silent(name: string, since: string): string;
  tolerated(name: string, why: string): string;
  spool(name: string, count: string, age: string): string;
  lag(count: string, age: string): string;
  lagUnknown(reason: string): string;
  unavailable(count: string): string;
  cards: Record<"events" | "lag" | "accepted" | "refused" | "sockets", string>;
  tips: Record<"events" | "lag" | "accepted" | "refused" | "sockets" | "wrongPaths" | "origins", string>;
  lastHour(most: string): string;
  instances: string;
  installation(id: string): string;
  ofAnother(id: string): string;
  instanceColumns: Record<"service" | "instance" | "state" | "since" | "hands" | "version", string>;
  /** The job of each service. */
  jobs: Readonly<Record<string, string>>;
  standings: Record<InstanceState, string>;
  noInstance: string;
  noInstanceYet: string;
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
  /** The reason of each status of the webhook. */
  reasons: Readonly<Record<number, string>>;
  refusedOrigins: string;
  originColumns: Record<"origin" | "count" | "last", string>;
  nothingRefused: string;
  nothingCame: string;
};

const MISSING_PT: Readonly<Record<string, string>> = {
  ingest: "a TeraVoz fica sem resposta",
  projector: "nada é registrado, o painel fica parado",
  realtime: "nenhum painel recebe as mudanças",
};

const MISSING_EN: Readonly<Record<string, string>> = {
  ingest: "TeraVoz gets no response",
  projector: "nothing is stored, the board does not change",
  realtime: "no board receives changes",
};

const PORTUGUESE: SystemWords = {
  verdicts: { calm: "Tudo certo", near: "Funciona, mas precisa de atenção", over: "Há algo errado" },
  deaf: "Este servidor ainda não tem informação das instâncias. Isso é normal nos primeiros segundos depois de iniciar.",
  missing: (service) => `Nenhum ${service} no ar: ${MISSING_PT[service] ?? "falta uma parte do sistema"}.`,
  foreign: (name, id) =>
    `${name} pertence a outra instalação (${id}): duas instalações usam o mesmo prefixo de tópicos. Defina outro TOPIC_PREFIX para uma delas.`,
  unready: (name, why) => `${name} não está pronto: ${why}.`,
  silent: (name, since) => `${name} não responde desde ${since}.`,
  tolerated: (name, why) => `${name} funciona, mas avisa: ${why}.`,
  spool: (name, count, age) =>
    `${name} guarda ${count} eventos no disco, o mais antigo há ${age}, até o Kafka voltar.`,
  lag: (count, age) =>
    `${count} eventos pendentes de processamento há ${age} ou mais: o painel está atrasado.`,
  lagUnknown: (reason) =>
    `Não se sabe quantos eventos estão pendentes de processamento: ${reason.split(" ")[0]} não responde.`,
  unavailable: (count) => `A TeraVoz recebeu ${count} vezes “503, tente de novo” nos últimos 5 minutos.`,
  cards: {
    events: "Eventos por minuto",
    lag: "Pendentes de processamento",
    accepted: "Aceitos (1 h)",
    refused: "Recusados (1 h)",
    sockets: "Painéis conectados",
  },
  tips: {
    events: "Eventos registrados no último minuto completo, e a última hora, minuto a minuto.",
    lag: "Eventos já aceitos que ainda não estão no banco de dados. O normal é perto de zero.",
    accepted: "Quantas vezes o webhook aceitou um evento na última hora.",
    refused: "Quantas vezes o webhook recusou o que recebeu na última hora. Os motivos estão abaixo.",
    sockets: "Painéis e outras conexões abertas agora, em todas as instâncias.",
    wrongPaths:
      "Começo de um endereço que recebeu um POST, mas não existe. O endereço certo termina em /webhook. O que pode ser telefone ou senha aparece como “…”.",
    origins:
      "Páginas abertas em outro endereço tentaram se conectar e foram recusadas. As permitidas ficam em ALLOWED_ORIGINS.",
  },
  lastHour: (most) => `Eventos por minuto na última hora, no máximo ${most}`,
  instances: "Instâncias",
  installation: (id) => `instalação ${id}`,
  ofAnother: (id) => `de outra instalação: ${id}`,
  instanceColumns: {
    service: "Serviço",
    instance: "Instância",
    state: "Status",
    since: "Tempo no estado",
    hands: "Carga",
    version: "Versão",
  },
  jobs: {
    ingest: "Recebe os eventos da TeraVoz",
    projector: "Registra os eventos",
    realtime: "Mostra o painel",
  },
  standings: { ready: "pronto", unready: "não está pronto", silent: "não responde", stopped: "parado" },
  noInstance: "nenhuma instância no ar",
  noInstanceYet:
    "Nenhuma instância respondeu ainda. Cada uma aparece aqui em até 10 segundos depois de iniciar.",
  isTolerated: "tolerado",
  partitions: (count) => (count === 1 ? "1 partição" : `${count} partições`),
  sockets: (count) => (count === 1 ? "1 conexão" : `${count} conexões`),
  spooled: (count) => `${count} no disco`,
  lags: "Pendentes de processamento",
  lagColumns: { topic: "Tópico", records: "Eventos", worst: "Pior partição", waited: "Espera (ao menos)" },
  worst: (partition, count) => `nº ${partition}: ${count}`,
  lagUnknownHere: "Sem informação no momento. Tentando de novo…",
  refused: "Recusados na última hora",
  refusedColumns: { status: "Status", why: "Motivo", count: "Vezes", last: "Último" },
  reasons: {
    400: "conteúdo inválido",
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
    503: "Kafka fora do ar: reenviar",
  },
  refusedOrigins: "Origens recusadas na última hora",
  originColumns: { origin: "Origem da página", count: "Vezes", last: "Última" },
  nothingRefused: "Nada foi recusado na última hora.",
  nothingCame: "Nada chegou na última hora. O que o webhook recusar aparece aqui, com o motivo.",
};

const ENGLISH: SystemWords = {
  verdicts: { calm: "All is well", near: "It works, but needs attention", over: "Something is wrong" },
  deaf: "This server has no status of the instances yet. This is normal in the first seconds after its start.",
  missing: (service) =>
    `No ${service} is running: ${MISSING_EN[service] ?? "a part of the system is missing"}.`,
  foreign: (name, id) =>
    `${name} belongs to another installation (${id}): two installations use the same topic prefix. Set another TOPIC_PREFIX for one of them.`,
  unready: (name, why) => `${name} is not ready: ${why}.`,
  silent: (name, since) => `${name} has sent no status since ${since}.`,
  tolerated: (name, why) => `${name} works, but reports: ${why}.`,
  spool: (name, count, age) =>
    `${name} keeps ${count} events on its disk, the oldest for ${age}, until Kafka is back.`,
  lag: (count, age) =>
    `${count} events have been waiting to be stored for ${age} or longer: the board is behind.`,
  lagUnknown: (reason) => `The number of events that wait to be stored is unknown: ${reason}.`,
  unavailable: (count) => `TeraVoz received “503, try again” ${count} times in the last 5 minutes.`,
  cards: {
    events: "Events per minute",
    lag: "Waiting to be stored",
    accepted: "Accepted (1 h)",
    refused: "Refused (1 h)",
    sockets: "Boards connected",
  },
  tips: {
    events: "Events stored in the last full minute, and the last hour minute by minute.",
    lag: "Accepted events that are not in the database yet. The normal number is close to zero.",
    accepted: "How many times the webhook accepted an event in the last hour.",
    refused: "How many requests the webhook refused in the last hour. The reasons are below.",
    sockets: "Boards and other connections that are open now, on all instances.",
    wrongPaths:
      "The first part of an address that received a POST but does not exist. The right address ends in /webhook. Parts that may be a number or a password are shown as “…”.",
    origins:
      "Pages opened at another address tried to connect and were refused. ALLOWED_ORIGINS lists the allowed ones.",
  },
  lastHour: (most) => `Events per minute in the last hour, at most ${most}`,
  instances: "Instances",
  installation: (id) => `installation ${id}`,
  ofAnother: (id) => `of another installation: ${id}`,
  instanceColumns: {
    service: "Service",
    instance: "Instance",
    state: "State",
    since: "Time in state",
    hands: "Load",
    version: "Release",
  },
  jobs: {
    ingest: "Receives the events of TeraVoz",
    projector: "Stores the events",
    realtime: "Shows the board",
  },
  standings: { ready: "ready", unready: "not ready", silent: "not responding", stopped: "stopped" },
  noInstance: "no instance running",
  noInstanceYet: "No instance has reported yet. Each one appears here within 10 seconds of its start.",
  isTolerated: "tolerated",
  partitions: (count) => (count === 1 ? "1 partition" : `${count} partitions`),
  sockets: (count) => (count === 1 ? "1 connection" : `${count} connections`),
  spooled: (count) => `${count} on disk`,
  lags: "Waiting to be stored",
  lagColumns: { topic: "Topic", records: "Events", worst: "Worst partition", waited: "Wait (at least)" },
  worst: (partition, count) => `no. ${partition}: ${count}`,
  lagUnknownHere: "Unknown at the moment. Trying again…",
  refused: "Refused in the last hour",
  refusedColumns: { status: "Status", why: "Reason", count: "Times", last: "Last" },
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
    503: "Kafka unavailable: send again",
  },
  refusedOrigins: "Origins refused in the last hour",
  originColumns: { origin: "Origin of the page", count: "Times", last: "Last" },
  nothingRefused: "Nothing was refused in the last hour.",
  nothingCame:
    "Nothing arrived in the last hour. Requests that the webhook refuses appear here with the reason.",
};

export const systemWords = choose(PORTUGUESE, ENGLISH);
