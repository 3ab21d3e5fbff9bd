import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);

const globals = new URL("./native-globals.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@jest/globals" ? { url: globals, shortCircuit: true } : next(specifier, context),
});

/** The functions of jest-circus such as `test` and `expect`, by name. */
type Functions = Record<string, (...args: never[]) => unknown>;

let current: Functions = {};

/** The functions of the current suite. */
export const currentFunctions = (): Functions => current;

/** The key under which jest-circus keeps its event handlers between suites. */
const HANDLERS = Symbol.for("EVENT_HANDLERS");

/**
 * Loads test files as Node does. It strips the types of TypeScript, and loads each module once per process. Jest's own
 * runtime loads every module again for each suite, in a VM context. It is a class because Jest requires one, with the
 * members that jest-runner and jest-circus use.
 */
export default class {
  requireModule = require;
  unstable_shouldLoadAsEsm = () => true;
  unstable_importModule = (path: string) => import(pathToFileURL(path).href);
  getSourceMaps = () => new Map();
  getAllCoverageInfoCopy() {}
  enterTestCode() {}
  leaveTestCode() {}
  teardown() {}

  /** Loads jest-circus again for each suite, so that its list of tests and handlers is new. */
  requireInternalModule(path: string): unknown {
    Reflect.deleteProperty(globalThis, HANDLERS);
    delete require.cache[path];
    return require(path);
  }

  setGlobalsForRuntime(functions: Functions): void {
    current = functions;
  }
}
