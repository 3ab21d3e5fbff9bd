import type { AgentState } from "@teravoz/protocol/client";

export type AgentsWords = {
  states: Record<AgentState, string>;
  columns: Record<
    "agent" | "state" | "since" | "reason" | "queues" | "taken" | "missed" | "meanTalk",
    string
  >;
  tips: Record<"taken" | "missed" | "meanTalk", string>;
  find: string;
  none: string;
  nobodyFound: string;
  /** A pause or a log-out that was received during the talk, and its definition. */
  next: Record<"PAUSED" | "LOGGED_OUT" | "tip", string>;
  unknownTip: string;
};

export const words: AgentsWords = {
  states: {
    TALKING: "em ligação",
    RINGING: "tocando",
    FREE: "livre",
    PAUSED: "em pausa",
    LOGGED_OUT: "desconectado",
    UNKNOWN: "sem informação",
  },
  columns: {
    agent: "Agente",
    state: "Status",
    since: "Tempo no estado",
    reason: "Motivo",
    queues: "Filas",
    taken: "Atendidas",
    missed: "Não atendidas",
    meanTalk: "TMA",
  },
  tips: {
    taken: "Atendimentos de ligações receptivas que o agente começou no período.",
    missed:
      "Toques de ligações receptivas para o agente que terminaram no período sem atendimento. Não contam se outro agente atendeu naquele momento.",
    meanTalk: "Duração média das conversas do agente em ligações receptivas que terminaram no período.",
  },
  find: "Agente ou fila",
  none: "Nenhum agente ainda. Cada um aparece aqui quando entra numa fila, faz uma pausa ou recebe uma ligação.",
  nobodyFound: "Nenhum agente com este nome ou nesta fila.",
  next: {
    PAUSED: "depois: em pausa",
    LOGGED_OUT: "depois: desconectado",
    tip: "Informado durante a ligação: vale a partir do fim dela.",
  },
  unknownTip: "Nenhum evento deste agente há 24 h: não entra em nenhuma contagem.",
};
