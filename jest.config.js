// Test files share Node's own runtime (test/runner/native-runtime.ts): a process loads each module once.
const native = {
  transform: {},
  extensionsToTreatAsEsm: [".ts"],
  injectGlobals: false,
  runtime: "<rootDir>/test/runner/native-runtime.ts",
  testEnvironment: "<rootDir>/test/runner/native-environment.ts",
};

// Jest's own runtime measures the coverage. It loads modules through swc, again for each file, in a VM context.
const isolated = {
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { module: { type: "es6" }, jsc: { parser: { syntax: "typescript" }, target: "es2024" } },
    ],
  },
  extensionsToTreatAsEsm: [".ts"],
  testEnvironment: "<rootDir>/test/runner/isolated-environment.ts",
};

const runtime = process.argv.includes("--coverage") ? isolated : native;

export default {
  projects: [
    {
      ...runtime,
      displayName: "unit",
      testMatch: [
        "<rootDir>/{packages,services,schemas}/**/*.test.ts",
        "<rootDir>/test/{,runner/,long/,cases/}*.test.ts",
        "<rootDir>/test/oracle/**/*.test.ts",
        "<rootDir>/test/faults/**/*.unit.test.ts",
      ],
    },
    { ...runtime, displayName: "integration", testMatch: ["<rootDir>/test/integration/**/*.test.ts"] },
    { ...runtime, displayName: "e2e", testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
    { ...runtime, displayName: "browser", testMatch: ["<rootDir>/test/browser/**/*.test.ts"] },
  ],
};
