import { runProjector } from "@teravoz/projector";

/** A projector whose new indexes take for ever to build, as on millions of calls. */
const never = () => new Promise<void>(() => {});

await runProjector({ store: (store) => ({ ...store, createIndexes: never, prepare: never }) });
