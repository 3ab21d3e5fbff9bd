export type RewindWords = {
  handle: string;
  handleTip: string;
  /** Shown before the moment. */
  title: string;
  /** Shown in place of "live". */
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

export const words: RewindWords = {
  handle: "voltar no tempo",
  handleTip: "Ver como o painel estava em qualquer momento (r)",
  title: "Vendo o passado:",
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
    slow: "O servidor está lento: este momento ainda não carregou.",
    future: "Este momento ainda não aconteceu.",
    unreadable: "Não foi possível ler este momento. Tentando de novo…",
  },
  nobodyWaited: "Ninguém estava esperando neste momento.",
  noCalls: "Nenhuma ligação nas 25 horas antes deste momento.",
  wholeCall: "A ligação inteira, incluindo o que veio depois do momento mostrado no painel.",
};
