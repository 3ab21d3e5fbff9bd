import { choose } from "../base/language.ts";
import type { RedriveOutcome } from "./redrive.ts";

type DeliveriesWords = {
  columns: Record<"received" | "status" | "event" | "key" | "answer" | "note", string>;
  facts: Record<"reason" | "letterStatus" | "firstSeen" | "lastSeen" | "copies", string>;
  /** The reasons of dead letters; unknown reasons are shown unchanged. */
  reasons: Readonly<Record<string, string>>;
  filter: string;
  search: string;
  shown(count: number, more: boolean): string;
  more: string;
  noMore: string;
  empty: string;
  nothing: string;
  nothingYet: string;
  bodyUnreadable: string;
  noBody: string;
  binary: string;
  noRights: string;
  adminTokenLabel: string;
  adminTokenWrong: string;
  redriveOne: string;
  sending: string;
  outcomes: Record<RedriveOutcome, string>;
  redriveAll: {
    all: string;
    confirm(count: number): string;
    cancel: string;
    sending(done: number, of: number): string;
    unreadable: string;
    result(counts: Partial<Record<RedriveOutcome, number>>, left: number): string;
  };
};

/** The sum over all outcomes. */
const sumOf = (counts: Partial<Record<RedriveOutcome, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const PORTUGUESE: DeliveriesWords = {
  columns: {
    received: "Recebido",
    status: "Status",
    event: "Evento",
    key: "Ligação ou agente",
    answer: "Resposta",
    note: "Detalhe",
  },
  facts: {
    reason: "Motivo",
    letterStatus: "Status",
    firstSeen: "Primeira vez",
    lastSeen: "Última vez",
    copies: "Vezes",
  },
  reasons: {
    unprocessable: "tipo desconhecido, ou sem call_id",
    unstorable: "não foi possível registrar",
    "not-avro": "não é um registro Avro",
    "unknown-schema": "esquema que não está no registro de esquemas",
    "foreign-schema": "esquema que não é nosso",
  },
  filter: "Filtrar por status",
  search: "call_id ou agente",
  shown: (count, more) =>
    more ? `os ${count} mais recentes` : count === 1 ? "1 evento recebido" : `${count} eventos recebidos`,
  more: "Mostrar mais",
  noMore: "Para ver eventos mais antigos, filtre por status ou busque pelo call_id.",
  empty: "Nenhum evento recebido ainda. Cada POST da TeraVoz aparece aqui, com a resposta que recebeu.",
  nothing: "Nenhum evento recebido com este filtro. O próximo aparece aqui automaticamente.",
  nothingYet: "Nenhum evento recebido com este filtro entre os mais recentes.",
  bodyUnreadable: "Não foi possível ler o conteúdo. Abra de novo para tentar outra vez.",
  noBody: "O conteúdo não existe mais.",
  binary: "Não é texto: mostrado em base64.",
  noRights: "Para reprocessar, defina ADMIN_TOKEN no realtime.",
  adminTokenLabel: "Token de administração",
  adminTokenWrong: "Este token de administração não foi aceito.",
  redriveOne: "Reprocessar",
  sending: "Reprocessando…",
  outcomes: {
    sent: "✓ Enviada de novo. O evento aparece na lista assim que for registrado.",
    refused: "✕ Continua recusada:",
    dropped: "✕ Foi descartada: o conteúdo não existe mais.",
    gone: "✕ Não existe mais.",
    unavailable: "✕ Kafka ou MongoDB não responde agora. Tente de novo.",
    token: "✕ Este token de administração não foi aceito.",
    origin: "✕ O realtime não aceita pedidos desta origem.",
    failed: "✕ O servidor não respondeu como esperado. Tente de novo.",
  },
  redriveAll: {
    all: "Reprocessar todas",
    confirm: (count) => `Sim, reprocessar ${count}`,
    cancel: "Cancelar",
    sending: (done, of) => `${done} de ${of}`,
    unreadable: "Não foi possível ler a lista. Tente de novo.",
    result: ({ sent = 0, refused = 0, token = 0, ...rest }, left) =>
      [
        token > 0 && "✕ token de administração não aceito",
        `${sent} ${sent === 1 ? "enviada" : "enviadas"} de novo`,
        refused > 0 && `${refused} ${refused === 1 ? "recusada" : "recusadas"} outra vez`,
        sumOf(rest) + left > 0 && `${sumOf(rest) + left} não enviadas`,
      ]
        .filter(Boolean)
        .join(", "),
  },
};

const ENGLISH: DeliveriesWords = {
  columns: {
    received: "Received",
    status: "Status",
    event: "Event",
    key: "Call or agent",
    answer: "Response",
    note: "Details",
  },
  facts: {
    reason: "Reason",
    letterStatus: "State",
    firstSeen: "First seen",
    lastSeen: "Last seen",
    copies: "Times",
  },
  reasons: {
    unprocessable: "unknown type, or no call_id",
    unstorable: "could not be stored",
    "not-avro": "not an Avro record",
    "unknown-schema": "schema that the registry does not have",
    "foreign-schema": "schema that is not ours",
  },
  filter: "Filter by status",
  search: "call_id or agent",
  shown: (count, more) => (more ? `the latest ${count}` : count === 1 ? "1 delivery" : `${count} deliveries`),
  more: "Show more",
  noMore: "To see older deliveries, filter by status or search for the call_id.",
  empty: "No deliveries yet. Each POST from TeraVoz appears here with the response it received.",
  nothing: "No deliveries match this filter. The next one appears here automatically.",
  nothingYet: "No deliveries match this filter among the latest ones.",
  bodyUnreadable: "The content cannot be read. Open it again to retry.",
  noBody: "The content no longer exists.",
  binary: "This is not text: shown in base64.",
  noRights: "To redrive, set ADMIN_TOKEN for realtime.",
  adminTokenLabel: "Admin token",
  adminTokenWrong: "This admin token was not accepted.",
  redriveOne: "Redrive",
  sending: "Redriving…",
  outcomes: {
    sent: "✓ Sent again. The event appears in the list once it is stored.",
    refused: "✕ Still refused:",
    dropped: "✕ It was dropped: its content no longer exists.",
    gone: "✕ It no longer exists.",
    unavailable: "✕ Kafka or MongoDB is not responding now. Try again.",
    token: "✕ This admin token was not accepted.",
    origin: "✕ Realtime does not accept requests from this origin.",
    failed: "✕ The server did not respond as expected. Try again.",
  },
  redriveAll: {
    all: "Redrive all",
    confirm: (count) => `Yes, redrive ${count}`,
    cancel: "Cancel",
    sending: (done, of) => `${done} of ${of}`,
    unreadable: "The list cannot be read. Try again.",
    result: ({ sent = 0, refused = 0, token = 0, ...rest }, left) =>
      [
        token > 0 && "✕ admin token not accepted",
        `${sent} sent again`,
        refused > 0 && `${refused} refused again`,
        sumOf(rest) + left > 0 && `${sumOf(rest) + left} not sent`,
      ]
        .filter(Boolean)
        .join(", "),
  },
};

export const deliveriesWords = choose(PORTUGUESE, ENGLISH);
