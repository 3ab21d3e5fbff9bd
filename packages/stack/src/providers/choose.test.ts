import { expect, test } from "@jest/globals";
import { CannotStart } from "../stack.ts";
import { type Circumstances, chooseProvider } from "./choose.ts";

const nothing: Circumstances = {
  wanted: undefined,
  addressesGiven: false,
  containersFault: async () => "no Docker engine answers",
};

test("a requested provider is taken even if others would work", async () => {
  const chosen = await chooseProvider({ ...nothing, wanted: "local", addressesGiven: true });
  expect(chosen).toEqual({ provider: "local", why: "requested" });
});

test("given addresses come before containers and local processes", async () => {
  const chosen = await chooseProvider({
    ...nothing,
    addressesGiven: true,
    containersFault: async () => null,
  });
  expect(chosen.provider).toBe("external");
});

test("containers come before local processes if they can be used", async () => {
  expect((await chooseProvider({ ...nothing, containersFault: async () => null })).provider).toBe(
    "containers",
  );
});

test("local processes are the last choice, and the reason is reported", async () => {
  expect(await chooseProvider(nothing)).toEqual({ provider: "local", why: "no Docker engine answers" });
});

test("an unknown provider is refused, and the error lists the known ones", async () => {
  const choice = chooseProvider({ ...nothing, wanted: "podman" });
  await expect(choice).rejects.toThrow(CannotStart);
  await expect(choice).rejects.toThrow("external, containers, local");
});
