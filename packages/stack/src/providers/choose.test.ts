import { expect, test } from "@jest/globals";
import { CannotStart } from "../stack.ts";
import { type Circumstances, chooseProvider } from "./choose.ts";

const nothing: Circumstances = {
  wanted: undefined,
  addressesGiven: false,
  containersFault: async () => "no Docker engine answers",
};

test("what is asked for is taken, whatever else would work", async () => {
  const chosen = await chooseProvider({ ...nothing, wanted: "local", addressesGiven: true });
  expect(chosen).toEqual({ provider: "local", why: "asked for" });
});

test("addresses that are given come before anything of ours", async () => {
  const chosen = await chooseProvider({
    ...nothing,
    addressesGiven: true,
    containersFault: async () => null,
  });
  expect(chosen.provider).toBe("external");
});

test("containers come before local processes where they can be used", async () => {
  expect((await chooseProvider({ ...nothing, containersFault: async () => null })).provider).toBe(
    "containers",
  );
});

test("local processes are what remains, and why is said", async () => {
  expect(await chooseProvider(nothing)).toEqual({ provider: "local", why: "no Docker engine answers" });
});

test("a provider that does not exist is refused with those that do", async () => {
  const choice = chooseProvider({ ...nothing, wanted: "podman" });
  await expect(choice).rejects.toThrow(CannotStart);
  await expect(choice).rejects.toThrow("external, containers, local");
});
