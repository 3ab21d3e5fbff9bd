import type { z } from "zod";

/** One environment variable: its parser, its default, and a line of documentation for the operator. */
export type Setting<T = unknown> = {
  schema: z.ZodType<T, string>;
  doc: string;
  /**
   * The text that is parsed if the variable is unset. Without a default the variable is required, unless it is
   * `optional`.
   */
  default?: string;
  /** The default in production, if it differs. */
  productionDefault?: string;
  optional?: boolean;
  /**
   * If true, a service does not start in production without it, unless AUTH=off. The default applies outside
   * production.
   */
  neededInProduction?: boolean;
  /** Settings that must also be set if this one is. */
  requires?: readonly string[];
  /** If true, it is shown only as set / not set. */
  secret?: boolean;
};

export type Settings = Record<string, Setting>;

export type Config<S extends Settings> = {
  [K in keyof S]: S[K] extends Setting<infer T> ? (S[K] extends { optional: true } ? T | null : T) : never;
};

/** The error that lists all faults of the environment in one message. */
export class InvalidConfig extends Error {
  override name = "InvalidConfig";
}

/** True in production. Developers and tests leave NODE_ENV unset or set another value. */
export const isProduction = (env: NodeJS.ProcessEnv): boolean => env.NODE_ENV === "production";

/** Reads a table of settings from the environment. Throws InvalidConfig with every missing or malformed setting. */
export function readConfig<S extends Settings>(settings: S, env: NodeJS.ProcessEnv): Config<S> {
  const faults: string[] = [];
  const config = Object.entries(settings).map(([name, setting]) => {
    const [value, fault = missingBeside(setting, name, env)] = readSetting(
      setting,
      env[name] || undefined,
      env,
    );
    if (fault) faults.push(`  ${name}: ${fault} (${setting.doc})`);
    return [name, value];
  });
  if (faults.length > 0)
    throw new InvalidConfig(`these settings are missing or malformed:\n${faults.join("\n")}`);
  return Object.fromEntries(config) as Config<S>;
}

function readSetting(setting: Setting, text: string | undefined, env: NodeJS.ProcessEnv): [unknown, string?] {
  const production = isProduction(env);
  const needed = production && setting.neededInProduction && env.AUTH !== "off";
  const usual = needed ? undefined : setting.default;
  const given = text ?? (production ? setting.productionDefault : undefined) ?? usual;
  if (given === undefined) {
    if (needed) return [null, "needed in production: set it, or set AUTH=off to run without access control"];
    return setting.optional ? [null] : [null, "missing"];
  }
  const read = setting.schema.safeParse(given);
  return read.success ? [read.data] : [null, read.error.issues.map((issue) => issue.message).join(", ")];
}

function missingBeside({ requires = [] }: Setting, name: string, env: NodeJS.ProcessEnv): string | undefined {
  const missing = env[name] ? requires.filter((other) => !env[other]) : [];
  return missing.length > 0 ? `needs ${missing.join(" and ")} too` : undefined;
}

/** Returns the settings in a form that may be logged: secrets only as set / not set. */
export function describeConfig(settings: Settings, config: Record<string, unknown>): Record<string, unknown> {
  const shown = ([name, setting]: [string, Setting]) => {
    const value = config[name];
    return [name, setting.secret ? (value === null ? "not set" : "set") : value];
  };
  return Object.fromEntries(Object.entries(settings).map(shown));
}
