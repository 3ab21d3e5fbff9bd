import { currentFunctions } from "./native-runtime.ts";

export { jest } from "./native-environment.ts";

/**
 * Returns a function that calls the current suite's function, because modules that suites share are loaded
 * once.
 */
const forward = (name: string) =>
  new Proxy(() => {}, {
    apply: (_target, _self, args: never[]) => currentFunctions()[name]!(...args),
    get: (_target, member) => Reflect.get(currentFunctions()[name]!, member),
  });

export const describe = forward("describe");
export const test = forward("test");
export const expect = forward("expect");
export const beforeAll = forward("beforeAll");
export const beforeEach = forward("beforeEach");
export const afterEach = forward("afterEach");
export const afterAll = forward("afterAll");
