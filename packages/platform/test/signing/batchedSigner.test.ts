import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { expect, test } from "vitest";
import { batchedSigner } from "../../src/signing/tokens.ts";

const [one, other] = [newKey(), newKey()];

function newKey() {
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
}

test("signatures requested together each sign their own text with their own key", async () => {
  const sign = batchedSigner();
  const requested = [one, other, one].map((key, index) => ({ key, input: `text ${index}` }));
  const signatures = await Promise.all(requested.map(({ key, input }) => sign(input, key)));
  const good = requested.map(({ key, input }, index) =>
    verify("sha256", Buffer.from(input), createPublicKey(key), signatures[index] ?? Buffer.alloc(0)),
  );
  expect(good).toEqual([true, true, true]);
});

test("they are made after pending reads, not between them", async () => {
  const sign = batchedSigner();
  const order: string[] = [];
  const first = sign("first", one).then(() => order.push("first"));
  await Promise.resolve();
  order.push("read");
  const second = sign("second", one).then(() => order.push("second"));
  await Promise.all([first, second]);
  expect(order).toEqual(["read", "first", "second"]);
});

test("a key that cannot sign only fails its own signature", async () => {
  const sign = batchedSigner();
  const settled = await Promise.allSettled([sign("a", one), sign("b", createPublicKey(one)), sign("c", one)]);
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("more signatures can be requested after a batch", async () => {
  const sign = batchedSigner();
  expect(await sign("a", one)).toEqual(await sign("a", one));
});
