/**
 * Jest runs this before each suite of a run with coverage. Processes that the suite starts write their
 * coverage there.
 */
if (process.env.SERVICES_COVERAGE) process.env.NODE_V8_COVERAGE = process.env.SERVICES_COVERAGE;
