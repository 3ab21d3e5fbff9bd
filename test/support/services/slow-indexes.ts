import { runProjector } from "@teravoz/projector";

/** Simulates new indexes that take very long to build, as on millions of calls. */
const never = () => new Promise<void>(() => {});

await runProjector({ store: (store) => ({ ...store, createIndexes: never, prepare: never }) });
