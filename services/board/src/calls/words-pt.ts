import type { CallState } from "@teravoz/protocol/client";
import type { PeriodName } from "./list/periods.ts";

export type CallsWords = {
  presumedLost: string;
  search: string;
  exportAs(format: string): string;
  exporting(count: number): string;
  exportFailed: string;
  nothingFound: string;
  searchCut: string;
  states: Record<CallState, string>;
  columns: Record<"state" | "from" | "to" | "queue" | "agent" | "began" | "age", string>;
  periods: Record<PeriodName, string>;
  own: string;
  from: string;
  to: string;
  wrongOrder: string;
  /** The number of listed calls, and whether the list is complete. */
  count(count: number, progress: "reading" | "whole" | "cut"): string;
  emptyPeriod: string;
  showAll: string;
  directions: Record<string, string>;
  empty: string;
  emptyState: string;
  filter: string;
  seeAllOfNumber: string;
};

export const words: CallsWords = {
  presumedLost: "sem eventos há 4 h",
  search: "Telefone, agente, fila, código, call_id",
  exportAs: (format) => `Exportar como ${format}`,
  exporting: (count) => `Exportando… ${count}`,
  exportFailed: "A exportação parou no meio: tente de novo.",
  nothingFound:
    "Nada encontrado. Busque um telefone ou parte dele (4 dígitos ou mais), um agente, o número ou o nome de uma fila, um código ou um call_id.",
  searchCut:
    "A busca parou antes do fim: há resultados demais. Digite uma parte maior do telefone ou do nome.",
  states: {
    NEW: "Nova",
    STANDBY: "Direcionando",
    WAITING: "Em espera",
    ONGOING: "Em atendimento",
    FINISHED: "Encerrada",
  },
  columns: {
    state: "Status",
    from: "De",
    to: "Para",
    queue: "Fila",
    agent: "Agente",
    began: "Início",
    age: "Duração",
  },
  periods: { today: "hoje", last30: "30 min", yesterday: "ontem", last7: "7 dias", all: "tudo" },
  own: "de … até",
  from: "De",
  to: "até",
  wrongOrder: "O fim deve ser depois do início.",
  count: (count, progress) => {
    const calls = count === 1 ? "1 ligação" : `${count.toLocaleString("pt-BR")} ligações`;
    if (progress === "reading") return `${calls}, carregando as demais…`;
    return progress === "cut" ? `as ${count.toLocaleString("pt-BR")} mais recentes` : calls;
  },
  emptyPeriod: "Nenhuma ligação neste período. A próxima aparece aqui automaticamente.",
  showAll: "Ver todos os períodos",
  directions: { inbound: "receptiva", outbound: "ativa", internal: "interna" },
  empty: "Nenhuma ligação ainda. Cada ligação da TeraVoz aparece aqui assim que o primeiro evento chegar.",
  emptyState: "Nenhuma ligação com este status agora. A próxima aparece aqui automaticamente.",
  filter: "Filtrar por status",
  seeAllOfNumber: "Ver todas as ligações deste telefone",
};
