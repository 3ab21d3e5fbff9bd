// Node runs TypeScript by stripping types; Jest gets the same through swc, as ES modules.
const shared = {
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { module: { type: "es6" }, jsc: { parser: { syntax: "typescript" }, target: "es2024" } },
    ],
  },
  extensionsToTreatAsEsm: [".ts"],
  // tells helpers whether a test of their file has failed: then logs are kept
  testEnvironment: "<rootDir>/test/support/jest-environment.ts",
};

export default {
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: [
        "<rootDir>/{packages,services,schemas}/**/*.test.ts",
        "<rootDir>/test/{,runner/,long/,cases/,oracle/}*.test.ts",
        "<rootDir>/test/faults/**/*.unit.test.ts",
      ],
    },
    { ...shared, displayName: "integration", testMatch: ["<rootDir>/test/integration/**/*.test.ts"] },
    { ...shared, displayName: "e2e", testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
    { ...shared, displayName: "browser", testMatch: ["<rootDir>/test/browser/**/*.test.ts"] },
  ],
};
