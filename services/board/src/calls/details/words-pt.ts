export type DetailsWords = {
  call: string;
  events: string;
  direction: string;
  began: string;
  answered: string;
  abandonedAt: string;
  ended: string;
  /** "X" arrived before "Y"; `by` is the difference if it is known. */
  cameBefore(early: string, late: string, by: string | null): string;
  unreadable: string;
  moreEvents: string;
  erased: string;
  notes: {
    /** `first` is the name of the first event. */
    noBeginning(first: string): string;
    answeredWithoutWait: string;
    waitedWithoutAnswer: string;
    quiet(length: string): string;
  };
};

export const words: DetailsWords = {
  call: "Ligação",
  events: "Eventos",
  direction: "Direção",
  began: "Início",
  answered: "Atendida",
  abandonedAt: "Abandonou às",
  ended: "Fim",
  cameBefore: (early, late, by) => `“${early}” chegou antes de “${late}”${by ? ` (${by})` : ""}.`,
  unreadable: "Não foi possível ler os eventos. Tentando de novo…",
  moreEvents: "Há mais eventos do que os mostrados aqui.",
  erased: "Esta ligação foi apagada.",
  notes: {
    noBeginning: (first) => `O início da ligação não chegou: o primeiro evento é “${first}”.`,
    answeredWithoutWait:
      "Atendida numa fila sem um “Em espera” antes: conta como atendida, com espera desconhecida.",
    waitedWithoutAnswer: "O agente saiu, mas nem “Agente atendeu” nem “Em atendimento” chegou.",
    quiet: (length) => `${length} sem nenhum evento.`,
  },
};
