import { choose } from "../base/language.ts";
import type { Chart, Line } from "./day-charts.ts";
import type { Column } from "./queue-sort.ts";

/** The words of the page of queues. */
type QueuesWords = {
  today: string;
  allQueues: string;
  dayOf(queue: string): string;
  calls: string;
  wholeDay: string;
  columns: Record<Column, string>;
  /** The definition of each column. */
  columnTips: Record<Column, string>;
  titles: Record<Chart["name"], string>;
  /** The definition of each chart in one sentence. */
  tips: Record<Chart["name"], string>;
  lines: Record<Line["name"], string>;
  threshold(value: string): string;
  /** The name of a drawing for screen readers. */
  picture(title: string): string;
  asTable: string;
  from: string;
  unknown: string;
  unreadable: string;
  noPlot: string;
  /** The headings above the columns of inbound and of outbound calls. */
  inbound: string;
  outbound: string;
  internal(placed: number, connected: number, dropped: number, meanTalk: string): string;
};

const PORTUGUESE: QueuesWords = {
  today: "Filas, hoje",
  allQueues: "Todas as filas",
  dayOf: (queue) => `Fila ${queue}`,
  calls: "Ver as ligações desta fila",
  wholeDay: "hoje, a cada 15 min",
  columns: {
    offered: "Recebidas",
    answered: "Atendidas",
    abandoned: "Abandonadas",
    short: "Abandonos curtos",
    overflowed: "Transbord.",
    service_level: "NS",
    mean_wait_ms: "TME",
    p90_wait_ms: "90 % esperam até",
    mean_talk_ms: "TMA",
    waiting: "Esperando",
    waiting_since: "Maior espera",
    outbound_placed: "Realizadas",
    outbound_connected: "Conectadas",
    outbound_dropped: "Perdidas",
    outbound_mean_talk_ms: "TMA ativas",
  },
  columnTips: {
    offered:
      "Entradas na fila hoje. Contando ligações inteiras: recebidas = atendidas + abandonadas + transbordadas + as que ainda esperam.",
    answered: "Entradas na fila que foram atendidas hoje, contadas na hora do atendimento.",
    abandoned:
      "Passagens pela fila que terminaram hoje sem atendimento porque a pessoa desligou, incluindo os abandonos curtos.",
    short:
      "Abandonos dentro do prazo curto da fila (5 s, se não houver outro): fazem parte das abandonadas e não contam no nível de serviço.",
    overflowed: "Saíram da fila hoje sem atendimento, para outra fila ou outro destino.",
    service_level:
      "Atendidas dentro do prazo da fila (20 s, se não houver outro) ÷ (atendidas com espera conhecida + abandonadas − abandonos curtos). As transbordadas não contam: estão na coluna ao lado. “–” se não há o que contar.",
    mean_wait_ms: "Média das esperas conhecidas de quem foi atendido hoje.",
    p90_wait_ms:
      "De cada dez pessoas atendidas hoje com espera conhecida, nove esperaram no máximo este tempo.",
    mean_talk_ms:
      "Duração média das conversas que terminaram hoje: do atendimento até não haver mais agente na ligação, a transferência ou o fim.",
    waiting: "Ligações receptivas que estão na fila agora e ainda não foram atendidas.",
    waiting_since: "Há quanto tempo a ligação mais antiga está em espera.",
    outbound_placed: "Ligações ativas que começaram hoje, contadas na primeira fila da ligação.",
    outbound_connected: "Ligações ativas que hoje chegaram a “Em atendimento”.",
    outbound_dropped: "A pessoa chamada desligou hoje enquanto esperava na fila.",
    outbound_mean_talk_ms:
      "Duração média das conversas de ligações ativas que terminaram hoje: de “Em atendimento” até o último agente sair ou a ligação terminar.",
  },
  titles: { calls: "Ligações", level: "Nível de serviço", waits: "Espera de quem foi atendido" },
  tips: {
    calls:
      "Ligações receptivas, a cada 15 min: recebidas quando entram na fila, atendidas na hora do atendimento, abandonadas quando a pessoa desliga.",
    level:
      "Atendidas dentro do prazo ÷ (atendidas com espera conhecida + abandonadas − abandonos curtos). As transbordadas não contam.",
    waits: "Espera média (TME) de quem foi atendido, e o tempo máximo que 90 % esperaram.",
  },
  lines: {
    offered: "Recebidas",
    answered: "Atendidas",
    abandoned: "Abandonadas",
    service_level: "NS",
    mean_wait_ms: "TME",
    p90_wait_ms: "90 % até",
  },
  threshold: (value) => `meta ${value}`,
  picture: (title) => `Gráfico: ${title}. Os mesmos números estão na tabela abaixo dele.`,
  asTable: "Ver como tabela",
  from: "A partir de",
  unknown: "Nenhuma ligação nesta fila hoje. Os gráficos aparecem com a primeira ligação em espera.",
  unreadable: "Não foi possível ler os números do dia. Tentando de novo…",
  noPlot: "Não foi possível carregar os gráficos: talvez o servidor tenha sido atualizado.",
  inbound: "Receptivas",
  outbound: "Ativas",
  internal: (placed, connected, dropped, meanTalk) =>
    `internas: ${placed} realizadas, ${connected} conectadas, ${dropped} perdidas, TMA ${meanTalk}`,
};

const ENGLISH: QueuesWords = {
  today: "Queues, today",
  allQueues: "All queues",
  dayOf: (queue) => `Queue ${queue}`,
  calls: "See the calls of this queue",
  wholeDay: "today, every 15 min",
  columns: {
    offered: "Offered",
    answered: "Answered",
    abandoned: "Abandoned",
    short: "Short abandons",
    overflowed: "Overflowed",
    service_level: "SL",
    mean_wait_ms: "ASA",
    p90_wait_ms: "90 % wait up to",
    mean_talk_ms: "ATT",
    waiting: "Waiting",
    waiting_since: "Longest wait",
    outbound_placed: "Placed",
    outbound_connected: "Connected",
    outbound_dropped: "Dropped",
    outbound_mean_talk_ms: "Outbound ATT",
  },
  columnTips: {
    offered:
      "Entries into the queue today. For whole calls: offered = answered + abandoned + overflowed + still waiting.",
    answered: "Entries into the queue that were answered today, counted at the answer.",
    abandoned:
      "Visits to the queue that ended today without an answer because the caller hung up, short abandons included.",
    short:
      "Abandoned within the queue's short limit (5 s unless set): included in the abandoned and left out of the service level.",
    overflowed: "Left the queue today without an answer, for another queue or elsewhere.",
    service_level:
      "Answered within the queue's limit (20 s unless set) ÷ (answered with a known wait + abandoned − short abandons). Overflowed calls are in neither part: see the column beside. “–” if there is nothing to count.",
    mean_wait_ms: "Mean known wait of the calls answered today.",
    p90_wait_ms: "Nine in ten callers answered today with a known wait waited no longer than this.",
    mean_talk_ms:
      "Mean duration of the talks that ended today: from the answer until no agent is on the call, it is transferred, or it ends.",
    waiting: "Inbound calls that are in the queue now and are not answered yet.",
    waiting_since: "How long the oldest waiting call has waited.",
    outbound_placed: "Outbound calls that began today, counted in the first queue of the call.",
    outbound_connected: "Outbound calls that reached “In progress” today.",
    outbound_dropped: "The dialled person hung up today while waiting in the queue.",
    outbound_mean_talk_ms:
      "Mean duration of the talks of outbound calls that ended today: from “In progress” until the last agent left or the call ended.",
  },
  titles: { calls: "Calls", level: "Service level", waits: "Wait of answered calls" },
  tips: {
    calls:
      "Inbound calls per 15 min: offered when they enter the queue, answered at the answer, abandoned when the caller hangs up.",
    level:
      "Answered within the limit ÷ (answered with a known wait + abandoned − short abandons). Overflowed calls are in neither part.",
    waits: "The mean wait (ASA) of answered calls, and the longest wait of the 90 % answered soonest.",
  },
  lines: {
    offered: "Offered",
    answered: "Answered",
    abandoned: "Abandoned",
    service_level: "SL",
    mean_wait_ms: "ASA",
    p90_wait_ms: "90 % up to",
  },
  threshold: (value) => `goal ${value}`,
  picture: (title) => `Chart: ${title}. The table below it has the same numbers.`,
  asTable: "Show as a table",
  from: "From",
  unknown: "No calls in this queue today. The charts appear with the first waiting call.",
  unreadable: "Today's numbers cannot be read. Trying again…",
  noPlot: "The charts could not be loaded: the server may have been updated.",
  inbound: "Inbound",
  outbound: "Outbound",
  internal: (placed, connected, dropped, meanTalk) =>
    `internal: ${placed} placed, ${connected} connected, ${dropped} dropped, ATT ${meanTalk}`,
};

export const queuesWords = choose(PORTUGUESE, ENGLISH);
