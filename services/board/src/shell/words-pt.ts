import type { Theme } from "../base/preferences.ts";

export type ShellWords = {
  navigation: string;
  /** The name of the other language, in that language. */
  otherLanguage: string;
  themes: Record<Theme, string>;
  theme: string;
  sound: string;
  tv: string;
  help: string;
  helpTitle: string;
  keys: [keys: string, what: string][];
  live: string;
  connecting: string;
  reconnecting: string;
  lost: string;
  /** The page is connected, but the server itself is cut off. */
  cutOff: string;
  /** Shown in place of "live" while the server is cut off. */
  outdated: string;
  stale(since: string): string;
  tokenTitle: string;
  tokenWhy: string;
  tokenWrong: string;
  token: string;
  enter: string;
  unknownAddress: string;
  showNumbers: string;
  hideNumbers: string;
};

export const words: ShellWords = {
  navigation: "Páginas",
  otherLanguage: "English",
  themes: { auto: "Tema do sistema", light: "Tema claro", dark: "Tema escuro" },
  theme: "Mudar o tema",
  sound: "Som quando alguém espera mais que o prazo da fila",
  tv: "Modo TV: letras grandes, sem botões (Esc para sair)",
  help: "Ajuda",
  helpTitle: "Atalhos do teclado",
  keys: [
    ["g l", "ao vivo"],
    ["g c", "ligações"],
    ["g a", "agentes"],
    ["g f", "filas"],
    ["g b", "abandonadas"],
    ["g e", "eventos recebidos"],
    ["g s", "sistema"],
    ["/", "buscar"],
    ["r", "voltar no tempo"],
    ["espaço", "no passado: reproduzir ou pausar"],
    [", .", "no passado: 10 s para trás ou para a frente"],
    ["t", "mudar o tema"],
    ["o", "som quando alguém espera demais"],
    ["v", "modo TV: letras grandes, sem botões"],
    ["n", "mostrar ou ocultar telefones"],
    ["?", "esta ajuda"],
    ["Tab, Enter", "escolher e abrir uma linha"],
    ["↑ ↓ PgUp PgDn Home End", "percorrer as ligações"],
    ["Esc", "fechar ou voltar ao vivo"],
  ],
  live: "ao vivo",
  connecting: "conectando",
  reconnecting: "reconectando",
  lost: "Sem dados do servidor.",
  cutOff: "O servidor não está recebendo atualizações.",
  outdated: "desatualizado",
  stale: (since) => `Desatualizado há ${since}`,
  tokenTitle: "Acesso ao painel",
  tokenWhy: "O servidor pede um código de acesso. Ele fica guardado só nesta aba, até você fechar a aba.",
  tokenWrong: "Este código de acesso não foi aceito.",
  token: "Código de acesso",
  enter: "Entrar",
  unknownAddress: "Este endereço não existe no painel. Confira o que foi digitado, ou continue por aqui:",
  showNumbers: "Mostrar telefones",
  hideNumbers: "Ocultar telefones",
};
