/** Run by Jest before each suite of a run with coverage: what the suite starts as a process writes its coverage there. */
if (process.env.SERVICES_COVERAGE) process.env.NODE_V8_COVERAGE = process.env.SERVICES_COVERAGE;
