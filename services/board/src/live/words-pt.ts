import type { TrafficNumbers } from "@teravoz/protocol/client";

export type LiveWords = {
  cards: Record<
    "waiting" | "longest" | "ongoing" | "free" | "serviceLevel" | "abandoned" | "outbound",
    string
  >;
  today: string;
  lastMinutes(minutes: number): string;
  queueColumns: Record<
    "queue" | "waiting" | "longest" | "free" | "serviceLevel" | "meanWait" | "offered" | "abandoned",
    string
  >;
  /** The definition of each number. */
  tips: Record<
    | ("waiting" | "longest" | "ongoing" | "free" | "serviceLevel" | "meanWait" | "offered" | "abandoned")
    | "outbound",
    string
  >;
  queues: string;
  noQueues: string;
  nobodyWaits: string;
  wait: string;
  moreQueues(count: number): string;
  moreWaiting(count: number): string;
  /** The numbers of outbound and internal calls. */
  traffic: Record<keyof TrafficNumbers, string>;
};

export const words: LiveWords = {
  cards: {
    waiting: "Em espera",
    longest: "Maior espera",
    ongoing: "Em atendimento",
    free: "Livres",
    serviceLevel: "Nível de serviço",
    abandoned: "Abandonadas",
    outbound: "Ativas",
  },
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
    waiting:
      "Ligações receptivas que estão numa fila agora e ainda não foram atendidas. As que estão sem eventos há 4 h não contam.",
    longest: "Há quanto tempo a ligação mais antiga está em espera.",
    ongoing: "Ligações receptivas em atendimento agora.",
    free: "Agentes conectados que não estão em ligação, nem tocando, nem em pausa e que tiveram algum evento nas últimas 24 h.",
    serviceLevel:
      "Atendidas dentro do prazo da fila (20 s, se não houver outro) ÷ (atendidas com espera conhecida + abandonadas − abandonos curtos) no período. As transbordadas não contam: estão em “Filas”. “–” se não há o que contar.",
    meanWait: "Média das esperas conhecidas de quem foi atendido no período, contada na hora do atendimento.",
    offered:
      "Entradas em filas no período. Contando ligações inteiras: recebidas = atendidas + abandonadas + transbordadas + as que ainda esperam.",
    abandoned:
      "Passagens por filas que terminaram no período sem atendimento porque a pessoa desligou, incluindo os abandonos curtos (até 5 s, se a fila não tiver outro prazo).",
    outbound:
      "Ligações ativas do período: realizadas (começaram), conectadas (chegaram a “Em atendimento”), perdidas (a pessoa chamada desligou numa fila) e o tempo médio das conversas que terminaram. Elas não entram em nenhum outro número desta página.",
  },
  queues: "Filas",
  noQueues: "Nenhuma ligação hoje ainda. Cada fila aparece aqui com a primeira ligação em espera.",
  nobodyWaits: "Ninguém está esperando agora.",
  wait: "Espera",
  moreQueues: (count) => `as mais urgentes primeiro; mais ${count.toLocaleString("pt-BR")} em “Filas”`,
  moreWaiting: (count) => `mais ${count.toLocaleString("pt-BR")} em espera há menos tempo`,
  traffic: { placed: "realizadas", connected: "conectadas", dropped: "perdidas", mean_talk_ms: "TMA" },
};
