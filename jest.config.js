// Each suite has a VM context of its own. Node runs TypeScript by stripping types; Jest gets the same through swc, as ES modules.
const isolated = {
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { module: { type: "es6" }, jsc: { parser: { syntax: "typescript" }, target: "es2024" } },
    ],
  },
  extensionsToTreatAsEsm: [".ts"],
  // the logs of a suite are kept if one of its tests fails
  testEnvironment: "<rootDir>/test/support/jest-environment.ts",
};

// Unit tests share Node's own runtime (test/runner/unit-runtime.ts). Jest's own one measures the coverage.
const native = {
  transform: {},
  extensionsToTreatAsEsm: [".ts"],
  injectGlobals: false,
  runtime: "<rootDir>/test/runner/unit-runtime.ts",
  testEnvironment: "<rootDir>/test/runner/unit-environment.ts",
};

export default {
  projects: [
    {
      ...(process.argv.includes("--coverage") ? isolated : native),
      displayName: "unit",
      testMatch: [
        "<rootDir>/{packages,services,schemas}/**/*.test.ts",
        "<rootDir>/test/{,runner/,long/,cases/,oracle/}*.test.ts",
        "<rootDir>/test/faults/**/*.unit.test.ts",
      ],
    },
    { ...isolated, displayName: "integration", testMatch: ["<rootDir>/test/integration/**/*.test.ts"] },
    { ...isolated, displayName: "e2e", testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
    { ...isolated, displayName: "browser", testMatch: ["<rootDir>/test/browser/**/*.test.ts"] },
  ],
};
