import type { Collection, Db } from "mongodb";
import type {
  AccountDocument,
  AgentDocument,
  CallDocument,
  DeadLetterDocument,
  EventDocument,
  InstanceDocument,
  JobDocument,
  LedgerDocument,
  MinuteDocument,
  PositionDocument,
  SequenceDocument,
} from "./documents.ts";

export type Collections = {
  events: Collection<EventDocument>;
  calls: Collection<CallDocument>;
  positions: Collection<PositionDocument>;
  sequences: Collection<SequenceDocument>;
  erased: Collection<LedgerDocument>;
  deadLetters: Collection<DeadLetterDocument>;
  jobs: Collection<JobDocument>;
  minutes: Collection<MinuteDocument>;
  agents: Collection<AgentDocument>;
  account: Collection<AccountDocument>;
  instances: Collection<InstanceDocument>;
};

export const openCollections = (db: Db): Collections => ({
  events: db.collection("events"),
  calls: db.collection("calls"),
  positions: db.collection("positions"),
  sequences: db.collection("sequences"),
  erased: db.collection("erased"),
  deadLetters: db.collection("dead_letters"),
  jobs: db.collection("jobs"),
  minutes: db.collection("minutes"),
  agents: db.collection("agents"),
  account: db.collection("account"),
  instances: db.collection("instances"),
});
