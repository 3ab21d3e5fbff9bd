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
    new: "Chegou uma vez, a tempo e na ordem.",
    redelivered: "O mesmo evento chegou de novo: foi registrado uma vez só.",
    late: "Chegou mais de um minuto depois de acontecer.",
    "out-of-order": "Chegou depois de um evento que, na ligação, vem depois dele.",
    "unknown-type": "De um tipo que esta versão não conhece: mantida para depois.",
    refused: "Sem ligação nem agente a que pertença: mantida para depois.",
    parked: "Foi aceita, mas não pôde ser lida ou registrada.",
  },
  letterStatuses: { waiting: "esperando", redriven: "reprocessada", dropped: "descartada" },
  lateBy: (time) => `${time} depois`,
  after: (event) => `depois de “${event}”`,
  copies: (count) => `${count} vezes`,
  redelivered: (times) => (times === 1 ? "repetida 1 vez" : `repetida ${times} vezes`),
  ofCall: (count) => (count === 1 ? "1 evento recebido" : `${count} eventos recebidos`),
};
