import { HawkChat } from "/web/hawk-chat.js";
import { expect, test, until } from "./harness.js";

/** An API and a gateway in memory; a test scripts what they answer. */
class FakeServer {
  requests = [];
  sockets = [];
  conversations = [{ id: "c1", title: "First", updated_at: 1 }];
  messages = [];
  logs = {};
  running = [];
  answers = {}; // "POST /send": list of what to answer instead, a status and a body, or null for no network

  fetch = async (url, { method, body, headers }) => {
    const { pathname, search } = new URL(url);
    const path = pathname.replace(/^.*\/api\/chat/, "");
    const name = `${method} ${path}`;
    const request = { name, search, body: body && JSON.parse(body), token: headers.Authorization };
    this.requests.push(request);
    const scripted = this.answers[name]?.shift();
    if (scripted === null) throw new TypeError("no network");
    const [status, answer, answerHeaders] = scripted ?? [200, this.answer(path, request)];
    return new Response(answer === undefined ? "" : JSON.stringify(answer), { status, headers: answerHeaders });
  };

  answer(path, { search, body }) {
    if (path === "/config") return { gateway_url: "ws://gateway", sign_in: { development: true, token_url: null } };
    if (path === "/bind") return { uid: "u", replies: this.running };
    if (path === "/conversations") return { conversations: this.conversations, next_cursor: null };
    if (path.endsWith("/messages")) return this.branch(search) ?? { messages: this.messages, has_more: false };
    if (path.endsWith("/log")) {
      const after = Number(new URLSearchParams(search).get("after"));
      const rows = (this.logs[path.split("/")[2]] ?? []).filter((row) => row.seq > after);
      return { rows, state: "running", attempt: 1, last_seq: rows.at(-1)?.seq ?? after };
    }
    if (path === "/send") return this.store(body);
    return {};
  }

  branches = {}; // what a path through a message answers; "" is the newest

  branch(search) {
    const messages = this.branches[new URLSearchParams(search).get("through") ?? ""];
    return messages && { messages, has_more: false };
  }

  store({ conversation_id: conversation = "c1", content, idempotency_key: key }) {
    const ids = { conversation_id: conversation, message_id: `m-${content}`, reply_id: `r-${content}` };
    const replies = [running({ id: ids.reply_id })];
    this.messages.push({ id: ids.message_id, content, idempotency_key: key, replies });
    return ids;
  }

  get WebSocket() {
    const server = this;
    return class {
      readyState = 1;
      sent = [];
      constructor() {
        server.sockets.push(this);
      }
      send(text) {
        this.sent.push(text);
      }
      close() {
        this.readyState = 3;
      }
      push(event) {
        this.onmessage({ data: JSON.stringify(event) });
      }
      end(code) {
        this.readyState = 3;
        this.onclose?.({ code });
      }
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  count(name) {
    return this.requests.filter((request) => request.name === name).length;
  }

  /** A client that is signed in, bound and has the conversation c1 open. */
  async connected(options = {}) {
    const chat = this.client(options);
    chat.open("c1");
    await chat.start();
    this.greet();
    await until("online", () => chat.state.connection.status === "online");
    await chat.refresh();
    return chat;
  }

  client(options = {}) {
    return new HawkChat({
      token: async () => "token", baseURL: "http://hawk/api/chat", fetch: this.fetch, WebSocket: this.WebSocket,
      random: () => 0, patience: 10, beat: 5, ...options,
    });
  }

  greet(clientID = `id${this.sockets.length}`) {
    this.socket.push({ type: "init", client_id: clientID, proof: `proof of ${clientID}` });
  }
}

const running = (fields = {}) => ({ id: "r1", state: "running", attempt: 1, last_seq: 3, content: "", reasoning: "", ...fields });
const question = (replies = [running()]) => ({ id: "m1", content: "Why?", idempotency_key: "k", replies });
const texts = (...pieces) => pieces.map((text, index) => ({ seq: index + 2, attempt: 1, kind: "content", text }));
const delta = (seq, text, id = "r1") => ({ type: "reply.delta", reply_id: id, attempt: 1, seq, kind: "content", text });

test("a socket is bound with its id and proof", async () => {
  const server = new FakeServer();
  await server.connected();
  const bind = server.requests.find(({ name }) => name === "POST /bind");
  expect([bind.body, bind.token], [{ client_id: "id1", proof: "proof of id1" }, "Bearer token"]);
});

for (const code of ["proof_expired", "client_gone"]) {
  test(`${code} is answered with a new socket`, async () => {
    const server = new FakeServer();
    server.answers["POST /bind"] = [[409, { error: { code, message: "" } }]];
    await server.client().start();
    server.greet();
    await until("a second socket", () => server.sockets.length === 2);
    server.greet();
    await until("bound", () => server.count("POST /bind") === 2);
    expect(server.requests.findLast(({ name }) => name === "POST /bind").body.client_id, "id2");
  });
}

test("gateway_unavailable is tried again with the same socket", async () => {
  const server = new FakeServer();
  server.answers["POST /bind"] = [[503, { error: { code: "gateway_unavailable", message: "" } }], null];
  const chat = server.client();
  await chat.start();
  server.greet();
  await until("online", () => chat.state.connection.status === "online");
  expect([server.sockets.length, server.count("POST /bind")], [1, 3]);
});

test("4401 is answered with a new socket that is bound anew", async () => {
  const server = new FakeServer();
  const chat = await server.connected();
  server.socket.end(4401);
  await until("a second socket", () => server.sockets.length === 2);
  server.greet();
  await until("online", () => chat.state.connection.status === "online");
  expect(server.count("POST /bind"), 2);
});

test("a socket that does not answer a ping is replaced", async () => {
  const server = new FakeServer();
  await server.connected({ ping: 20, pingDeadline: 20 });
  await until("a ping", () => server.sockets[0].sent.includes('{"type":"ping"}'));
  await until("a second socket", () => server.sockets.length === 2);
});

test("a socket that answers its pings is kept", async () => {
  const server = new FakeServer();
  const chat = await server.connected({ ping: 20, pingDeadline: 60 });
  const socket = server.socket;
  for (let round = 1; round <= 4; round += 1) {
    await until(`ping ${round}`, () => socket.sent.length >= round);
    socket.push({ type: "pong" });
  }
  expect([server.sockets.length, chat.state.connection.status], [1, "online"]);
});

test("a running reply is read from its log and goes on with what is pushed", async () => {
  const server = new FakeServer();
  server.messages = [question()];
  server.logs.r1 = texts("so ", "far");
  const chat = await server.connected();
  const reply = () => chat.state.open.messages[0].replies[0];
  await until("the log", () => reply().content === "so far");
  server.socket.push(delta(4, " so good"));
  expect([reply().seq, reply().content], [4, "so far so good"]);
});

test("a gap is filled from the log, and what is pushed meanwhile is not lost", async () => {
  const server = new FakeServer();
  server.messages = [question()];
  server.logs.r1 = texts("a");
  const chat = await server.connected();
  await until("the log", () => chat.state.open.messages[0].replies[0].content === "a");
  server.logs.r1 = texts("a", "b", "c", "d");
  server.socket.push(delta(4, "c"));
  server.socket.push(delta(5, "d"));
  await until("all of it", () => chat.state.open.messages[0].replies[0].content === "abcd");
});

test("a running reply that falls silent is looked after", async () => {
  const server = new FakeServer();
  server.messages = [question()];
  const chat = await server.connected({ silence: 40 });
  server.logs.r1 = texts("late");
  await until("the silent row", () => chat.state.open.messages[0].replies[0].content === "late");
});

test("waking up looks at running replies at once", async () => {
  const server = new FakeServer();
  server.messages = [question()];
  const chat = await server.connected();
  server.logs.r1 = texts("woken");
  chat.wake();
  await until("the row", () => chat.state.open.messages[0].replies[0].content === "woken");
  expect(server.socket.sent, ['{"type":"ping"}']);
});

test("waking up does not wait for the next try to connect", async () => {
  const server = new FakeServer();
  const chat = await server.connected({ patience: 60_000 });
  server.socket.end(1006);
  chat.wake();
  expect(server.sockets.length, 2);
});

test("resync reads list, messages and the logs of running replies", async () => {
  const server = new FakeServer();
  server.messages = [question()];
  const chat = await server.connected();
  server.conversations = [{ id: "c1", title: "Now there", updated_at: 5 }];
  server.logs.r1 = texts("missed");
  server.socket.push({ type: "resync" });
  await until("the row", () => chat.state.open.messages[0].replies[0].content === "missed");
  expect(chat.state.conversations.map(({ title }) => title), ["Now there"]);
});

test("an event of an unknown message reads list and messages again", async () => {
  const server = new FakeServer();
  const chat = await server.connected();
  server.messages = [question()];
  server.logs.r1 = texts("hello");
  server.socket.push({ type: "reply.started", reply_id: "r1", conversation_id: "c1", message_id: "m1", attempt: 1, seq: 1 });
  await until("the message", () => chat.state.open.messages[0]?.replies[0].content === "hello");
});

test("a reply nobody knows is asked about once, not for each of its rows", async () => {
  const server = new FakeServer();
  await server.connected();
  const before = server.count("GET /conversations");
  for (let seq = 1; seq <= 20; seq += 1) server.socket.push(delta(seq, "x", "stranger"));
  await new Promise((done) => setTimeout(done, 50));
  expect(server.count("GET /conversations") - before <= 1, true);
});

test("a conversation that is not open shows only that it is being answered", async () => {
  const server = new FakeServer();
  server.conversations = [{ id: "c2", title: "Other", updated_at: 1 }];
  const chat = await server.connected();
  server.socket.push({ type: "reply.started", reply_id: "r2", conversation_id: "c2", message_id: "m2", attempt: 1, seq: 1 });
  expect([...chat.state.running], ["c2"]);
  server.socket.push({ type: "reply.finished", reply_id: "r2", attempt: 1, seq: 2, finish_reason: "stop" });
  expect([[...chat.state.running], chat.state.open.messages], [[], []]);
});

test("a message from another device appears, its answer below it", async () => {
  const server = new FakeServer();
  const chat = await server.connected();
  server.socket.push({ type: "message.created", conversation_id: "c1", message_id: "m9", content: "Hi", idempotency_key: "theirs" });
  server.socket.push({ type: "reply.started", reply_id: "r9", conversation_id: "c1", message_id: "m9", attempt: 1, seq: 1 });
  server.socket.push(delta(2, "Hello", "r9"));
  const [message] = chat.state.open.messages;
  expect([message.content, message.replies[0].content], ["Hi", "Hello"]);
});

test("an older answer does not undo what was pushed since", async () => {
  const server = new FakeServer();
  const chat = await server.connected();
  const reading = chat.refresh(); // its answer knows nothing of m9
  server.socket.push({ type: "message.created", conversation_id: "c1", message_id: "m9", content: "Hi", idempotency_key: null });
  await reading;
  expect(chat.state.open.messages.map(({ id }) => id), ["m9"]);
});

test("an ended reply does not become a running one by an older answer", async () => {
  const server = new FakeServer();
  server.messages = [question([running({ last_seq: 0 })])];
  const chat = await server.connected();
  server.socket.push({ type: "reply.started", reply_id: "r1", conversation_id: "c1", message_id: "m1", attempt: 1, seq: 1 });
  server.socket.push({ type: "reply.finished", reply_id: "r1", attempt: 1, seq: 2, finish_reason: "stop" });
  await chat.refresh();
  expect(chat.state.open.messages[0].replies[0].state, "finished");
});

test("a lost answer to a sending is asked for again with the same key and body", async () => {
  const server = new FakeServer();
  server.answers["POST /send"] = [null, [502, undefined]];
  const chat = await server.connected();
  chat.send("Hi");
  expect(chat.state.outbox.map(({ state }) => state), ["sending"]);
  await until("sent", () => chat.state.outbox.length === 0);
  const bodies = server.requests.filter(({ name }) => name === "POST /send").map(({ body }) => JSON.stringify(body));
  expect([bodies.length, new Set(bodies).size], [3, 1]);
  expect(chat.state.open.messages.map(({ content }) => content), ["Hi"]);
});

test("an export has the file name that the server gave it, and the branch that is shown", async () => {
  const server = new FakeServer();
  server.branches = { m1: [question([])] };
  server.answers["GET /conversations/c1/export"] = [
    [200, {}, { "Content-Disposition": `attachment; filename="H_user.md"; filename*=UTF-8''H%C3%A4user.md`, "Content-Type": "text/markdown" }],
    [200, {}, {}],
  ];
  const chat = await server.connected();
  await chat.showVersion("m1");
  expect([(await chat.export("c1", "markdown")).name, (await chat.export("c1", "json")).name], ["Häuser.md", "conversation.json"]);
  expect(server.requests.find(({ name }) => name.endsWith("/export")).search, "?format=markdown&through=m1");
});

test("a page that a network puts in the way is no answer", async () => {
  const server = new FakeServer();
  server.answers["POST /send"] = [[200, "<html>Please sign in to this network</html>"]];
  const chat = await server.connected();
  chat.send("Hi");
  await until("sent", () => chat.state.outbox.length === 0);
  expect([server.count("POST /send"), chat.state.open.messages.length], [2, 1]);
});

test("the first message of a conversation keeps its body although the push named its place", async () => {
  const server = new FakeServer();
  server.answers["POST /send"] = [null];
  const chat = await server.connected();
  chat.open(null);
  chat.send("Hi");
  const [{ key }] = chat.state.outbox;
  server.store({ conversation_id: "c7", content: "Hi", idempotency_key: key });
  server.socket.push({ type: "message.created", conversation_id: "c7", message_id: "m-Hi", content: "Hi", idempotency_key: key });
  expect([chat.state.open.id, chat.state.outbox.length, chat.state.open.messages.length], ["c7", 0, 1]);
});

test("a message shows once although its push comes before the answer", async () => {
  const server = new FakeServer();
  const chat = await server.connected();
  chat.send("Hi");
  const [{ key }] = chat.state.outbox;
  server.socket.push({ type: "message.created", conversation_id: "c1", message_id: "m-Hi", content: "Hi", idempotency_key: key });
  await until("the reply", () => chat.state.open.messages[0].replies.length === 1);
  expect([chat.state.outbox.length, chat.state.open.messages.length], [0, 1]);
});

test("a second message waits until the first has begun the conversation", async () => {
  const server = new FakeServer();
  const chat = await server.connected();
  chat.open(null);
  chat.send("one");
  chat.send("two");
  await until("both", () => server.count("POST /send") === 2 && chat.state.outbox.length === 0);
  const bodies = server.requests.filter(({ name }) => name === "POST /send").map(({ body }) => [body.content, body.conversation_id]);
  expect(bodies, [["one", undefined], ["two", "c1"]].map(([content, id]) => [content, id]));
  expect(chat.state.open.messages.map(({ content }) => content), ["one", "two"]);
});

test("a refused message stays, with the reason, until it is sent again or discarded", async () => {
  const server = new FakeServer();
  server.answers["POST /send"] = [[422, { error: { code: "invalid_fields", message: "No.", details: [] } }]];
  const chat = await server.connected();
  chat.send("Hi");
  await until("refused", () => chat.state.outbox[0].state === "unsent");
  expect(chat.state.outbox[0].error.code, "invalid_fields");
  chat.resend(chat.state.outbox[0].key);
  await until("sent", () => chat.state.outbox.length === 0);
});

test("what could not be sent goes out by itself once the connection is back", async () => {
  const server = new FakeServer();
  server.answers["POST /send"] = [null, null, null, null, null];
  const chat = await server.connected({ patience: 1 });
  chat.send("Hi");
  await until("unsent", () => chat.state.outbox[0].state === "unsent");
  server.socket.end(1006);
  await until("a second socket", () => server.sockets.length === 2);
  server.greet();
  await until("sent", () => chat.state.outbox.length === 0);
});

test("a refused token is asked for again once, and then the user must sign in", async () => {
  const server = new FakeServer();
  const asked = [];
  const chat = await server.connected({ token: async ({ refresh }) => { asked.push(refresh); return "old"; } });
  const refused = [401, { error: { code: "unauthorized", message: "" } }];
  server.answers["GET /conversations"] = [refused];
  await chat.refresh();
  expect([chat.state.phase, asked.includes(true)], ["ready", true]);
  server.answers["GET /conversations"] = [refused, refused];
  await chat.refresh();
  expect([chat.state.phase, server.socket.readyState], ["signed-out", 3]);
});

test("another user sees nothing of the one before", async () => {
  const server = new FakeServer();
  let name = "ann";
  const token = async () => name && `h.${btoa(JSON.stringify({ sub: name }))}.s`;
  server.messages = [question([])];
  const chat = await server.connected({ token });
  expect(chat.state.uid, "ann");
  await chat.signOut();
  server.conversations = server.messages = [];
  name = "bob";
  await chat.resume();
  expect([chat.state.uid, chat.state.conversations, chat.state.open.id], ["bob", [], null]);
});

// ---------------------------------------------------------------- versions and branches

const asked = (id, parentID = null, versions = [id]) => ({
  id, parent_id: parentID, versions, content: id.toUpperCase(), idempotency_key: null, replies: [],
});
const shown = (chat) => chat.state.open.messages.map(({ id, versions }) => `${id}/${versions.length}`).join(" ");
const created = (id, parentID, key = null) =>
  ({ type: "message.created", conversation_id: "c1", message_id: id, parent_id: parentID, content: id, idempotency_key: key });

/** The questions a, b, c in a line. */
async function inLine() {
  const server = new FakeServer();
  server.messages = [asked("a"), asked("b", "a"), asked("c", "b")];
  return [server, await server.connected()];
}

test("an edited question takes the place of the old one and of what hung on it", async () => {
  const [server, chat] = await inLine();
  server.answers["POST /messages/b/edit"] = [[202, { conversation_id: "c1", message_id: "b2", reply_id: "r2" }]];
  chat.edit("b", "B two");
  expect([chat.state.outbox[0].edits, chat.state.outbox[0].parentID], ["b", "a"]);
  await until("sent", () => chat.state.outbox.length === 0);
  expect(shown(chat), "a/1 b2/2");
  expect(chat.state.open.messages[1].replies.map(({ id }) => id), ["r2"]);
  const { body } = server.requests.find(({ name }) => name === "POST /messages/b/edit");
  expect([Object.keys(body).sort().join(), body.content], ["content,idempotency_key", "B two"]);
});

test("a question edited elsewhere is shown, unless one looks at another version", async () => {
  const [server, chat] = await inLine();
  server.socket.push(created("b2", "a"));
  expect(shown(chat), "a/1 b2/2");
  server.branches = { b: [asked("a"), asked("b", "a", ["b", "b2"]), asked("c", "b")] };
  await chat.showVersion("b");
  expect(shown(chat), "a/1 b/2 c/1");
  server.socket.push(created("b3", "a"));
  expect(shown(chat), "a/1 b/3 c/1");
  server.socket.push(created("d", "c"));
  expect(shown(chat), "a/1 b/3 c/1 d/1");
});

test("a question asked in a branch that is not shown is read for", async () => {
  const [server, chat] = await inLine();
  server.messages = [asked("a"), asked("x", "a", ["b", "x"]), asked("y", "x")];
  server.socket.push(created("y", "x"));
  await until("the newest branch", () => shown(chat) === "a/1 x/2 y/1");
});

test("a question below a chosen version names its place, and the choice is over", async () => {
  const [server, chat] = await inLine();
  server.branches = { b: [asked("a"), asked("b", "a", ["b", "b2"])] };
  await chat.showVersion("b");
  chat.send("next");
  await until("sent", () => chat.state.outbox.length === 0);
  expect(server.requests.find(({ name }) => name === "POST /send").body.parent_id, "b");
  expect([shown(chat), chat.state.open.through], ["a/1 b/2 m-next/1", null]);
});

test("a question sent to the newest branch leaves its place to the server", async () => {
  const [server, chat] = await inLine();
  chat.send("next");
  await until("sent", () => chat.state.outbox.length === 0);
  expect("parent_id" in server.requests.find(({ name }) => name === "POST /send").body, false);
  expect(shown(chat), "a/1 b/1 c/1 m-next/1");
});

test("an answer that is not shown any more still counts as running", async () => {
  const server = new FakeServer();
  server.branches = {
    "": [asked("a"), { ...asked("b2", "a", ["b", "b2"]), replies: [running()] }],
    b: [asked("a"), asked("b", "a", ["b", "b2"])],
  };
  const chat = await server.connected();
  await chat.showVersion("b");
  expect([[...chat.state.running], shown(chat)], [["c1"], "a/1 b/2"]);
  server.socket.push({ type: "reply.finished", reply_id: "r1", attempt: 1, seq: 9, finish_reason: "stop" });
  expect([...chat.state.running], []);
});

test("a deleted question goes on every device, and what followed moves up", async () => {
  const [server, chat] = await inLine();
  server.messages = [asked("a"), asked("c", "a")];
  server.socket.push({ type: "message.deleted", conversation_id: "c1", message_ids: ["b"] });
  expect([shown(chat), chat.state.open.messages[1].parentID], ["a/1 c/1", "a"]);
  await until("it was read", () => server.count("GET /conversations/c1/messages") > 1);
  await chat.refresh();
  expect(shown(chat), "a/1 c/1");
});

test("a deleted version makes room for the one beside it", async () => {
  const server = new FakeServer();
  server.branches = { "": [asked("a"), asked("b2", "a", ["b", "b2"]), asked("c", "b2")], b: [asked("a"), asked("b", "a")] };
  const chat = await server.connected();
  server.answers["DELETE /messages/b2"] = [[200, { deleted: ["b2", "c"] }]];
  await chat.deleteMessage("b2");
  await until("the other version", () => shown(chat) === "a/1 b/1");
});

test("a version deleted elsewhere is no longer counted", async () => {
  const server = new FakeServer();
  server.messages = [asked("a", null, ["a", "a2"])];
  const chat = await server.connected();
  server.socket.push({ type: "message.deleted", conversation_id: "c1", message_ids: ["a2"] });
  expect(shown(chat), "a/1");
});

test("a conversation deleted elsewhere leaves the list, and its place says so", async () => {
  const [server, chat] = await inLine();
  server.socket.push({ type: "conversation.deleted", conversation_id: "c1" });
  expect([chat.state.conversations, chat.state.open.messages, chat.state.open.error.status], [[], [], 404]);
});

test("too many questions wait as long as the server says and go out by themselves", async () => {
  const [server, chat] = await inLine();
  server.answers["POST /send"] = [[429, { error: { code: "rate_limited", message: "Slow." } }, { "Retry-After": "0.05" }]];
  chat.send("Hi");
  await until("waiting", () => chat.state.outbox[0]?.waitsUntil);
  expect([chat.state.outbox[0].state, chat.state.outbox[0].error.code], ["sending", "rate_limited"]);
  await until("sent", () => chat.state.outbox.length === 0);
  expect(server.count("POST /send"), 2);
});

test("a question that waits for its time can be given up", async () => {
  const [server, chat] = await inLine();
  server.answers["POST /send"] = [[429, { error: { code: "rate_limited", message: "Slow." } }, { "Retry-After": "30" }]];
  chat.send("Hi");
  await until("waiting", () => chat.state.outbox[0]?.waitsUntil);
  chat.discard(chat.state.outbox[0].key);
  expect([chat.state.outbox, server.count("POST /send")], [[], 1]);
});

test("a conversation's settings are changed, and a refusal tells of each field", async () => {
  const [server, chat] = await inLine();
  server.answers["PATCH /conversations/c1"] = [
    [200, { id: "c1", title: "First", updated_at: 1, system_prompt: "Be brief.", model: null, thinking: true }],
    [422, { error: { code: "invalid", message: "", details: [{ field: "model", code: "unknown", message: "is no model" }] } }],
  ];
  await chat.change("c1", { systemPrompt: "Be brief.", model: null, thinking: true });
  const { body } = server.requests.find(({ name }) => name === "PATCH /conversations/c1");
  expect(body, { system_prompt: "Be brief.", model: null, thinking: true });
  expect([chat.state.conversations[0].systemPrompt, chat.state.conversations[0].thinking], ["Be brief.", true]);
  const failure = await chat.change("c1", { model: "x" }).catch((error) => error);
  expect(failure.details[0].field, "model");
});

test("a conversation's settings that another device changed hold here at once", async () => {
  const [server, chat] = await inLine();
  const pushed = { type: "conversation.updated", conversation_id: "c1", title: "First", updated_at: 1 };
  const reads = server.count("GET /conversations");
  server.socket.push({ ...pushed, system_prompt: "Be brief.", model: "m", thinking: true });
  const settings = () => chat.state.conversations.map(({ title, systemPrompt, model, thinking }) => [title, systemPrompt, model, thinking]);
  expect(settings(), [["First", "Be brief.", "m", true]]);
  server.socket.push({ ...pushed, title: "Second", system_prompt: null, model: null, thinking: null });
  expect([settings(), server.count("GET /conversations")], [[["Second", null, null, null]], reads]);
});

test("a question of another device comes with its waiting answer, which can be stopped", async () => {
  const server = new FakeServer();
  const chat = await server.connected();
  server.socket.push({
    type: "message.created", conversation_id: "c1", message_id: "m9", reply_id: "r9", parent_id: null, content: "Hi", idempotency_key: null,
  });
  const replies = () => chat.state.open.messages.at(-1).replies.map(({ id, state }) => [id, state]);
  expect([replies(), [...chat.state.running]], [[["r9", "queued"]], ["c1"]]);
  chat.stop("r9");
  await until("asked", () => server.count("POST /replies/r9/stop") === 1);
});

test("an answer that another device asked for again waits here too", async () => {
  const server = new FakeServer();
  server.messages = [question([running({ state: "finished", content: "So." })])];
  const chat = await server.connected();
  const created = { type: "reply.created", conversation_id: "c1", message_id: "m1", reply_id: "r2" };
  server.socket.push(created);
  server.socket.push(created);
  server.socket.push({ ...created, conversation_id: "c5", message_id: "m5", reply_id: "r5" });
  server.socket.push({ ...created, message_id: "m-of-another-branch", reply_id: "r6" });
  const replies = () => chat.state.open.messages[0].replies.map(({ id, state }) => [id, state]);
  expect(replies(), [["r1", "finished"], ["r2", "queued"]]);
  server.socket.push({ type: "reply.started", reply_id: "r2", attempt: 1, seq: 1, conversation_id: "c1", message_id: "m1" });
  server.socket.push(delta(2, "Because.", "r2"));
  expect([replies().at(-1), chat.state.open.messages[0].replies[1].content], [["r2", "running"], "Because."]);
});
