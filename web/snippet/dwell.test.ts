import { expect, test } from "vitest";
import { IDLE_MS, stopwatch } from "./dwell.ts";

const timed = () => {
  let now = 0;
  const watch = stopwatch(() => now);
  return {
    watch,
    touch: (at: number) => {
      now = at * 1000;
      watch.touch();
    },
  };
};

test("time counts between signs of life", () => {
  const { watch, touch } = timed();
  for (const at of [0, 5, 12.5]) touch(at);
  expect(watch.take()).toBe(12);
  touch(14);
  expect(watch.take()).toBe(2); // the half second was kept
});

test("whoever does nothing for long is not there", () => {
  const { watch, touch } = timed();
  touch(0);
  touch(3600);
  expect(watch.take()).toBe(IDLE_MS / 1000);
});

test("a page out of view does not count", () => {
  const { watch, touch } = timed();
  touch(0);
  touch(3);
  watch.stop();
  touch(20);
  touch(24);
  expect(watch.take()).toBe(7);
});

test("nothing counts before the page was seen, and after it was cleared", () => {
  const { watch, touch } = timed();
  expect(watch.take()).toBe(0);
  touch(10);
  touch(15);
  watch.clear();
  expect(watch.take()).toBe(0);
});

test("whoever opens a product in a tab behind has not looked at it", () => {
  let now = 0;
  const watch = stopwatch(() => now);
  watch.take(); // the look begins, the page was never in view
  now = 20_000;
  watch.touch();
  now = 21_500;
  expect(watch.take()).toBe(1);
});
