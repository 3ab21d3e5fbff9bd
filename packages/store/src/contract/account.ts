import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Account, FoldRules } from "@teravoz/domain";

type Opened = { account: Account; close: () => Promise<void> };

const BRAZIL: FoldRules = { region: "BR", senderZone: "America/Sao_Paulo" };
const PORTUGAL: FoldRules = { region: "PT", senderZone: "UTC" };

/**
 * The promises of every document that holds the rules of an account. `open` gives each test a new one without rules.
 */
export function accountContract(name: string, open: () => Promise<Opened>): void {
  describe(`${name} keeps the rules of an account`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    test("an account has no rules before the first claim", async () => {
      expect(await opened.account.find()).toBeNull();
    });

    test("the first claim stores its region and zone, and a later claim of other rules gets the stored ones", async () => {
      const { account } = opened;
      expect(await account.claim(BRAZIL)).toEqual(BRAZIL);
      expect(await account.claim(PORTUGAL)).toEqual(BRAZIL);
      expect(await account.find()).toEqual(BRAZIL);
    });

    test("concurrent claims get the same rules", async () => {
      const { account } = opened;
      const claims = await Promise.all([BRAZIL, PORTUGAL, BRAZIL, PORTUGAL].map(account.claim));
      const stored = await account.find();
      expect([BRAZIL, PORTUGAL]).toContainEqual(stored);
      expect(claims).toEqual(claims.map(() => stored));
    });

    test("adopted rules replace the claimed ones, and are marked until their adoption is finished", async () => {
      const { account } = opened;
      await account.claim(PORTUGAL);
      await account.adopt(BRAZIL);
      expect(await account.claim(PORTUGAL)).toEqual({ ...BRAZIL, adopting: true });
      expect(await account.find()).toEqual({ ...BRAZIL, adopting: true });
      await account.finishAdoption(BRAZIL);
      expect(await account.find()).toEqual(BRAZIL);
    });

    test("concurrent first starts create one installation id, and adopted rules leave it unchanged", async () => {
      const { account } = opened;
      const ids = new Set(await Promise.all(Array.from({ length: 8 }, () => account.installation())));
      expect(ids.size).toBe(1);
      await account.adopt(BRAZIL);
      expect(await account.installation()).toBe([...ids][0]);
      expect(await account.find()).toEqual({ ...BRAZIL, adopting: true });
    });

    test("the installation id is found once it is created, and findInstallation does not create it", async () => {
      const { account } = opened;
      expect(await account.findInstallation()).toBeNull();
      const id = await account.installation();
      expect(await account.findInstallation()).toBe(id);
    });

    test("rules can be adopted without an earlier claim, and finishing the adoption of other rules leaves their mark", async () => {
      const { account } = opened;
      await account.adopt(BRAZIL);
      await account.adopt(PORTUGAL);
      await account.finishAdoption(BRAZIL);
      expect(await account.find()).toEqual({ ...PORTUGAL, adopting: true });
    });
  });
}
