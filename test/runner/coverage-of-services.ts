/**
 * Jest runs this before each suite of a run with coverage. Processes that the suite starts then write their coverage
 * into the directory SERVICES_COVERAGE.
 */
if (process.env.SERVICES_COVERAGE) process.env.NODE_V8_COVERAGE = process.env.SERVICES_COVERAGE;
