import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);

const globals = new URL("./native-globals.ts", import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@jest/globals" ? { url: globals, shortCircuit: true } : next(specifier, context),
});

/** `test`, `expect` and the others of jest-circus, by name. */
type Functions = Record<string, (...args: never[]) => unknown>;

let current: Functions = {};

/** The functions of the suite that runs now. */
export const currentFunctions = (): Functions => current;

/** The key under which jest-circus keeps its event handlers from one suite to the next. */
const HANDLERS = Symbol.for("EVENT_HANDLERS");

/**
 * Loads test files as Node does: TypeScript by stripping types, each module once a process. Jest's own runtime loads every module again
 * for each suite, in a VM context. A class because Jest asks for one; these are the members that jest-runner and jest-circus use.
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

  /** Loads jest-circus again for each suite: a new list of tests and handlers. */
  requireInternalModule(path: string): unknown {
    Reflect.deleteProperty(globalThis, HANDLERS);
    delete require.cache[path];
    return require(path);
  }

  setGlobalsForRuntime(functions: Functions): void {
    current = functions;
  }
}
