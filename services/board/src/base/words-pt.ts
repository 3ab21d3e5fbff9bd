import type { EventType } from "@teravoz/domain/event";
import type { PageName } from "./route.ts";

export type BaseWords = {
  pages: Record<PageName, string>;
  close: string;
  loading: string;
  reload: string;
  notLoaded: string;
  /** Shown only to developers. */
  simulatorHint: string;
  exportTable: string;
  copy: string;
  copied: string;
  body: string;
  all: string;
  noQueue: string;
  window: string;
  short: string;
  /** The name of each event type. */
  eventTypes: Record<EventType, string>;
};

export const words: BaseWords = {
  pages: {
    live: "Ao vivo",
    calls: "Ligações",
    agents: "Agentes",
    queues: "Filas",
    abandoned: "Abandonadas",
    deliveries: "Eventos recebidos",
    system: "Sistema",
    number: "Telefone",
    unknown: "Página não encontrada",
  },
  close: "Fechar",
  loading: "Carregando…",
  reload: "Recarregar a página",
  notLoaded: "Não foi possível carregar esta página: talvez o servidor tenha sido atualizado.",
  simulatorHint: "Para ver como fica, rode no terminal:",
  exportTable: "Exportar a tabela como CSV",
  copy: "Copiar",
  copied: "Copiado",
  body: "Conteúdo recebido (JSON)",
  all: "Todas",
  noQueue: "sem fila",
  window: "Período",
  short: "abandono curto",
  eventTypes: {
    "call.new": "Nova ligação",
    "call.standby": "Aguardando direcionamento",
    "call.waiting": "Em espera",
    "call.ongoing": "Em atendimento",
    "call.finished": "Encerrada",
    "call.overflow": "Transbordou da fila",
    "call.follow-me": "Siga-me",
    "call.queue-abandon": "Abandonou na fila",
    "call.recording-available": "Gravação disponível",
    "call.data-provided": "Dados informados",
    "call.cpf-provided": "CPF informado",
    "call.cnpj-provided": "CNPJ informado",
    "actor.entered": "Agente atendeu",
    "actor.left": "Agente saiu",
    "actor.ringing": "Tocando no agente",
    "actor.noanswer": "Agente não atendeu",
    "actor.logged-in": "Agente conectou",
    "actor.logged-out": "Agente desconectou",
    "actor.paused": "Agente em pausa",
    "actor.unpaused": "Agente voltou da pausa",
    "peer.ringing": "Tocando no ramal",
    "dialer.attempt": "Discador tentou ligar",
    "dialer.success": "Discador completou a ligação",
    "dialer.failure": "Discador falhou",
    "dialer.expired": "Discagem expirou",
    "dialer.exceeded": "Tentativas esgotadas",
  },
};
