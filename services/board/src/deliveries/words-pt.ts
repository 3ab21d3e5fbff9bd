import type { DeadLetterStatus, DeliveryStatus } from "@teravoz/protocol/client";

export type DeliveriesWords = {
  statuses: Record<DeliveryStatus, string>;
  /** The meaning of each status in one sentence. */
  tips: Record<DeliveryStatus, string>;
  letterStatuses: Record<DeadLetterStatus, string>;
  lateBy(time: string): string;
  after(event: string): string;
  copies(count: number): string;
  redelivered(times: number): string;
  ofCall(count: number): string;
};

export const words: DeliveriesWords = {
  statuses: {
    new: "no prazo",
    redelivered: "repetida",
    late: "atrasada",
    "out-of-order": "fora de ordem",
    "unknown-type": "tipo desconhecido",
    refused: "recusada",
    parked: "retida",
  },
  tips: {
    new: "Chegou uma vez, no prazo e na ordem.",
    redelivered: "O mesmo evento chegou de novo: foi registrado uma vez só.",
    late: "Chegou mais de um minuto depois de acontecer.",
    "out-of-order": "Chegou depois de um evento que, na ligação, vem depois dele.",
    "unknown-type": "Esta versão não conhece o tipo: o evento fica guardado para depois.",
    refused: "Não pertence a nenhuma ligação nem a nenhum agente: o evento fica guardado para depois.",
    parked: "O evento foi aceito, mas não foi possível ler ou registrar.",
  },
  letterStatuses: { waiting: "esperando", redriven: "reprocessada", dropped: "descartada" },
  lateBy: (time) => `${time} de atraso`,
  after: (event) => `depois de “${event}”`,
  copies: (count) => `${count} vezes`,
  redelivered: (times) => (times === 1 ? "repetida 1 vez" : `repetida ${times} vezes`),
  ofCall: (count) => (count === 1 ? "1 evento recebido" : `${count} eventos recebidos`),
};
