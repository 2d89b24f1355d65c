import { applyLog, applyPush, hasEnded, makeReply } from "/web/hawk-chat.js";
import { expect, makeRandom, test } from "./harness.js";

const delta = (seq, text, kind = "content", attempt = 1) => ({ type: "reply.delta", reply_id: "r", attempt, seq, kind, text });
const row = (seq, kind, text, attempt = 1) => ({ seq, attempt, kind, text });
const eventRow = (seq, kind, fields = {}, attempt = 1) =>
  row(seq, kind, JSON.stringify({ type: `reply.${kind}`, reply_id: "r", attempt, seq, ...fields }), attempt);
const logOf = (rows) => ({ rows, state: "running", attempt: 1, last_seq: rows.at(-1)?.seq ?? 0 });

test("the row after the last one is applied", () => {
  const reply = makeReply({ id: "r", seq: 4, content: "so " });
  expect(applyPush(reply, delta(5, "far")), "applied");
  expect([reply.seq, reply.content], [5, "so far"]);
});

test("what is not above the last row is ignored", () => {
  const reply = makeReply({ id: "r", seq: 4, content: "so" });
  expect([applyPush(reply, delta(4, "X")), applyPush(reply, delta(1, "X"))], ["ignored", "ignored"]);
  expect([reply.seq, reply.content], [4, "so"]);
});

test("a gap changes nothing and is told", () => {
  const reply = makeReply({ id: "r", seq: 4, content: "so" });
  expect(applyPush(reply, delta(6, "X")), "gap");
  expect([reply.seq, reply.content], [4, "so"]);
});

test("a reset is taken at any number above the last", () => {
  const reply = makeReply({ id: "r", seq: 4, content: "old", reasoning: "old" });
  expect(applyPush(reply, { type: "reply.reset", seq: 90, attempt: 2, content: "new" }), "applied");
  expect([reply.seq, reply.attempt, reply.content, reply.reasoning, reply.state], [90, 2, "new", "", "running"]);
});

test("a reset that is not above the last row is ignored", () => {
  const reply = makeReply({ id: "r", seq: 4, content: "kept" });
  expect(applyPush(reply, { type: "reply.reset", seq: 4, attempt: 2 }), "ignored");
  expect(reply.content, "kept");
});

test("the end is a row like the others: before a gap it waits", () => {
  const reply = makeReply({ id: "r", seq: 4 });
  expect(applyPush(reply, { type: "reply.finished", seq: 7, attempt: 1, finish_reason: "stop" }), "gap");
  expect(hasEnded(reply), false);
});

test("a failure keeps our wording and whether asking again helps", () => {
  const reply = makeReply({ id: "r", seq: 1 });
  applyPush(reply, { type: "reply.failed", seq: 2, attempt: 3, code: "busy", message: "Later.", retryable: true });
  expect([reply.state, reply.error], ["failed", { code: "busy", message: "Later.", retryable: true }]);
});

test("fetched rows are applied over holes", () => {
  const reply = makeReply({ id: "r", seq: 1 });
  applyLog(reply, logOf([eventRow(7, "reset", {}, 2), row(8, "reasoning", "hm", 2), row(12, "content", "so", 2)]));
  expect([reply.seq, reply.attempt, reply.reasoning, reply.content], [12, 2, "hm", "so"]);
});

test("fetched rows that a push brought meanwhile are not applied twice", () => {
  const reply = makeReply({ id: "r", seq: 3, content: "abc" });
  applyLog(reply, logOf([row(2, "content", "b"), row(3, "content", "c"), row(4, "content", "d")]));
  expect([reply.seq, reply.content], [4, "abcd"]);
});

test("an answer that ends below the last row issued asks for more", () => {
  const reply = makeReply({ id: "r" });
  expect(applyLog(reply, { ...logOf([row(1, "content", "a")]), last_seq: 9 }), true);
  expect(applyLog(reply, { rows: [], last_seq: 9 }), false);
});

test("a folded log is one reset with all text, and the end", () => {
  const reply = makeReply({ id: "r", seq: 2, content: "par" });
  applyLog(reply, logOf([
    eventRow(40, "reset", { content: "whole", reasoning: "why" }, 2), eventRow(41, "finished", { finish_reason: "stop" }, 2),
  ]));
  expect([reply.state, reply.content, reply.reasoning, reply.finishReason], ["finished", "whole", "why", "stop"]);
});

test("whatever is lost, doubled or late, the text equals the log's", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = makeRandom(seed);
    const { log, pushed, whole } = makeHistory(random);
    const reply = makeReply({ id: "r" });
    for (const [at, event] of pushed.entries()) {
      if (random() < 0.15) continue; // lost
      const late = random() < 0.1 ? pushed[Math.floor(random() * (at + 1))] : event;
      if (applyPush(reply, late) === "gap") applyLog(reply, fetch(log, reply.seq, at + 1));
    }
    applyLog(reply, fetch(log, reply.seq, pushed.length));
    expect([seed, reply.content, reply.state], [seed, whole, "finished"]);
  }
});

/** A reply of one to three attempts: every event pushed, and what the log holds after each of them. */
function makeHistory(random) {
  const pushed = [];
  const log = [];
  let whole = "";
  let seq = 0;
  const attempts = 1 + Math.floor(random() * 3);
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    whole = "";
    const kind = attempt === 1 ? "started" : "reset";
    pushed.push({ type: `reply.${kind}`, seq: ++seq, attempt });
    log.push({ ...eventRow(seq, kind, {}, attempt), from: seq, to: Infinity });
    if (attempt > 1) for (const each of log) if (each.kind === "content") each.to = Math.min(each.to, seq);
    for (let count = Math.floor(random() * 12); count > 0; count -= 1) {
      const text = `${attempt}.${seq} `;
      whole += text;
      pushed.push(delta(++seq, text, "content", attempt));
      log.push({ ...row(seq, "content", text, attempt), from: seq, to: Infinity });
    }
  }
  pushed.push({ type: "reply.finished", seq: ++seq, attempt: attempts, finish_reason: "stop" });
  log.push({ ...eventRow(seq, "finished", { finish_reason: "stop" }, attempts), from: seq, to: Infinity });
  return { pushed, log, whole };
}

/** The rows above `after` as they are once `now` rows were issued; rows of older attempts are gone. */
function fetch(log, after, now) {
  const rows = log.filter((each) => each.seq > after && each.from <= now && each.to > now);
  return { rows, last_seq: now };
}
