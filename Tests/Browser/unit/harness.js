/** The least that tests need: names, expectations, waiting with a deadline. */

export const tests = new Map();

export function test(name, body) {
  tests.set(name, body);
}

export function expect(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}\n     got ${a}`);
}

/** Waits until `condition()` is true; fails with `what` after five seconds. */
export async function until(what, condition) {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
    await new Promise((done) => setTimeout(done, 2));
  }
}

/** Random numbers that are the same in every run (mulberry32). */
export function makeRandom(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
