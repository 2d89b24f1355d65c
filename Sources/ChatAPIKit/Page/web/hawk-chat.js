/**
 * The wire part of a Hawk chat client: sign-in tokens, the socket, and the rules that keep what
 * every device shows equal to what the server stores. It touches no DOM.
 *
 *     const chat = new HawkChat({ token: async ({ refresh }) => myToken(refresh) });
 *     chat.subscribe((state) => render(state));
 *     await chat.start();
 *     chat.open(conversationID);          // or chat.open(null) for a new one
 *     chat.send("Why is the sky blue?");
 *
 * `chat.state` is plain data, changed in place. Subscribers are called once per turn of the event
 * loop in which something changed; a reply's `version` grows whenever the reply changed.
 */

const PAGE_OF_MESSAGES = 50;

// ---------------------------------------------------------------- replies and their seq rules

/** A reply as the client holds it; `seq` is the last row applied. */
export function makeReply(fields) {
  return {
    id: "", messageID: "", conversationID: "", state: "queued", attempt: 0, seq: 0,
    content: "", reasoning: "", finishReason: null, usage: null, error: null,
    stopping: false, version: 0, ...fields,
  };
}

/** Whether no row can follow any more. */
export function hasEnded(reply) {
  return reply.state === "finished" || reply.state === "stopped" || reply.state === "failed";
}

/**
 * Applies a pushed event: the row after the last one, or a reset at any seq above the last.
 *
 * Answers "applied", "ignored" (not above the last row) or "gap": then the log must be fetched.
 */
export function applyPush(reply, event) {
  if (!(event.seq > reply.seq)) return "ignored";
  if (event.type !== "reply.reset" && event.seq !== reply.seq + 1) return "gap";
  applyRow(reply, event);
  return "applied";
}

/**
 * Applies fetched log rows in order, without looking for gaps: deleted rows leave holes.
 *
 * Answers whether rows above the last one applied exist already.
 */
export function applyLog(reply, { rows, last_seq: lastSeq }) {
  for (const row of rows) {
    if (row.seq > reply.seq) applyRow(reply, eventOfRow(row));
  }
  return rows.length > 0 && lastSeq > reply.seq;
}

/** A log row as the event that was pushed with it. */
function eventOfRow(row) {
  if (row.kind === "content" || row.kind === "reasoning") return { type: "reply.delta", ...row };
  return { ...JSON.parse(row.text), seq: row.seq, attempt: row.attempt };
}

function applyRow(reply, event) {
  switch (event.type) {
    case "reply.started":
      reply.state = "running";
      break;
    case "reply.reset": // drops what is shown, takes what the reset carries
      reply.state = "running";
      reply.content = event.content ?? "";
      reply.reasoning = event.reasoning ?? "";
      break;
    case "reply.delta":
      reply.state = "running";
      if (event.kind === "reasoning") reply.reasoning += event.text;
      else reply.content += event.text;
      break;
    case "reply.finished":
    case "reply.stopped":
      reply.state = event.type === "reply.finished" ? "finished" : "stopped";
      reply.finishReason = event.finish_reason ?? null;
      reply.usage = event.usage ?? null;
      break;
    case "reply.failed":
      reply.state = "failed";
      reply.error = { code: event.code, message: event.message, retryable: event.retryable };
      break;
  }
  reply.seq = event.seq;
  reply.attempt = event.attempt ?? reply.attempt;
  if (hasEnded(reply)) reply.stopping = false;
  reply.version += 1;
}

// ---------------------------------------------------------------- small parts

/**
 * What went wrong with a request; status 0 and code "network" when there was no answer.
 *
 * `details` is a list of { field, code, message } for a 422; `retryAfter` is how many milliseconds the server wants
 * one to wait, or null.
 */
export class ChatFailure extends Error {
  constructor(status, code, message, details = null, retryAfter = null) {
    super(message);
    this.name = "ChatFailure";
    Object.assign(this, { status, code, details, retryAfter });
  }

  /** Whether the same request can succeed a moment later. */
  get isTransient() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Delays that grow from `first` to `most` milliseconds, each drawn from its upper half. */
export class Backoff {
  constructor({ first = 500, most = 10_000, random = Math.random } = {}) {
    Object.assign(this, { first, most, random, tries: 0 });
  }

  /** The next delay; the one after a reset is a quick try. */
  next() {
    const n = this.tries++;
    const ceiling = n === 0 ? this.first / 2 : Math.min(this.most, this.first * 2 ** (n - 1));
    return ceiling * (0.5 + this.random() / 2);
  }

  reset() {
    this.tries = 0;
  }
}

function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Runs `work` one at a time; calls made meanwhile share one further run. */
function oneAtATime(work) {
  let running = null;
  let again = false;
  return function run() {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      try {
        do {
          again = false;
          await work();
        } while (again);
      } finally {
        running = null;
      }
    })();
    return running;
  };
}

// ---------------------------------------------------------------- the client

/** One signed-in user's chats over one socket. */
export class HawkChat {
  #baseURL; #token; #fetch; #WebSocket; #now; #limits; #newBackoff;
  #subscribers = new Set();
  #announced = false;
  #socket = null; // { ws, clientID, boundAt, heardAt, pingedAt, deadline }
  #reconnect; // Backoff
  #reconnectTimer = null;
  #heartbeat = null;
  #heard = new Map(); // reply id -> when its last row came
  #fetches = new Map(); // reply id -> its oneAtATime
  #elsewhere = new Map(); // running replies that are not shown: id -> { conversationID, messageID }
  #foreign = new Set(); // reply ids that a fresh look did not know either
  #drafts = 0;
  #additions = 0; // counts messages added by pushes, to keep them when an older answer arrives

  /** Everything a front end shows. */
  state = {
    phase: "starting", // starting, signed-out, ready
    config: null,
    uid: null,
    connection: { status: "offline", retryAt: null }, // offline, connecting, waiting, online
    conversations: [],
    conversationsLoaded: false,
    nextConversations: null,
    running: new Set(), // ids of conversations with a running reply
    // The conversation that is shown: one path of its tree of questions, through the version `through` or, with null,
    // to the newest question.
    // `revision` grows when other messages or replies are shown, not when a reply grows.
    open: { id: null, draft: 0, messages: [], through: null, loaded: true, hasOlder: false, error: null, revision: 0 },
    // Messages on their way: { key, conversationID, draft, edits, content, state, error, waitsUntil }
    outbox: [],
    notice: null, // the last failure that has no better place
  };

  /**
   * - `token({refresh, config})`: the bearer token, or null when the user must sign in; `refresh` asks
   *   for another one since the server refused the last; `config` is what the server said of itself.
   * - `baseURL`: where the API is; by default beside this module.
   * - `silence`, `ping`, `pingDeadline`, `initDeadline`, `beat`, `patience`: milliseconds; after how much
   *   silence of a reply its log is fetched, how often the socket is tried and how long its answers and
   *   its first frame may take, how often all this is looked at, and the first delay after a failure.
   * - `fetch`, `WebSocket`, `now`, `random`: what tests replace.
   */
  constructor({
    token, baseURL = new URL("./api/chat", import.meta.url).href, silence = 10_000, ping = 25_000, pingDeadline = 10_000,
    initDeadline = 10_000, beat = 1000, patience = 500,
    fetch = globalThis.fetch.bind(globalThis), WebSocket = globalThis.WebSocket,
    now = () => Date.now(), random = Math.random,
  }) {
    this.#token = token;
    this.#baseURL = baseURL;
    this.#fetch = fetch;
    this.#WebSocket = WebSocket;
    this.#now = now;
    this.#limits = { silence, ping, pingDeadline, initDeadline, beat };
    this.#newBackoff = () => new Backoff({ first: patience, random });
    this.#reconnect = this.#newBackoff();
  }

  /** Calls `listener(state)` after changes; answers the function that ends this. */
  subscribe(listener) {
    this.#subscribers.add(listener);
    return () => this.#subscribers.delete(listener);
  }

  /** Reads the configuration and, when there is a token, connects. */
  async start() {
    this.state.config = await this.#readConfig();
    await this.resume();
  }

  /** Goes on after the token provider has got a token. */
  async resume() {
    const token = await this.#token({ refresh: false, config: this.state.config }).catch(() => null);
    if (!token) return this.#requireSignIn();
    const uid = subjectOf(token);
    if (this.state.uid !== null && uid !== this.state.uid) {
      this.#forget();
      this.#show(null);
    }
    this.state.uid = uid;
    this.state.phase = "ready";
    this.state.notice = null;
    this.#heartbeat ??= setInterval(() => this.#beat(), this.#limits.beat);
    this.#connect();
    this.#changed();
    await this.refresh();
  }

  /** Unties the socket from the user and forgets what is shown. */
  async signOut() {
    const clientID = this.#socket?.clientID;
    if (clientID) await this.#call("POST", "/unbind", { client_id: clientID }).catch(() => {});
    this.#forget();
    this.#show(null);
    this.state.uid = null;
    this.#requireSignIn();
  }

  /** Call when the network is back or the page became visible: looks at once, not at the next timer. */
  wake() {
    if (this.state.phase !== "ready") return;
    if (this.#reconnectTimer !== null) {
      this.#reconnect.reset();
      this.#connect();
    } else if (this.state.connection.status === "online") {
      this.#ping();
      this.#catchUpAll();
    }
  }

  // -------------------------------------------------------------- what a user does

  /** Opens a conversation; null is a new one, made by its first message. */
  async open(id) {
    if (id !== null && id === this.state.open.id) return;
    this.#show(id);
    if (id !== null && this.state.phase === "ready") await this.#readMessages();
  }

  /** Reads the page of messages before the oldest one shown. */
  async loadOlder() {
    const open = this.state.open;
    if (!open.hasOlder || open.loadingOlder || open.messages.length === 0) return;
    open.loadingOlder = true;
    this.#changed();
    try {
      const before = open.messages[0].id;
      const answer = await this.#call("GET", pathOfMessages(open.id, { before, limit: PAGE_OF_MESSAGES }));
      if (this.state.open !== open || open.messages[0]?.id !== before) return;
      open.messages.unshift(...answer.messages.map((raw) => this.#message(raw, open.id)));
      open.hasOlder = hasOlder(answer);
      open.revision += 1;
    } catch (failure) {
      this.report(failure);
    } finally {
      open.loadingOlder = false;
      this.#changed();
    }
  }

  /** Reads the next page of the conversation list. */
  async loadMoreConversations() {
    const cursor = this.state.nextConversations;
    if (!cursor) return;
    try {
      const answer = await this.#call("GET", `/conversations?cursor=${encodeURIComponent(cursor)}`);
      const known = new Set(this.state.conversations.map((each) => each.id));
      this.state.conversations.push(...answer.conversations.map(conversationOf).filter((each) => !known.has(each.id)));
      this.state.nextConversations = answer.next_cursor ?? null;
      this.#changed();
    } catch (failure) {
      this.report(failure);
    }
  }

  /**
   * Sends into the open conversation, below what is shown. The message is in the outbox at once and stays until it is
   * through. Without `thinking` and `model` the conversation's settings hold.
   */
  send(content, { thinking, model } = {}) {
    const { id, draft } = this.state.open;
    this.#post({ conversationID: id, draft, edits: null, content, thinking, model });
  }

  /** Asks a question of the open conversation anew, as another version beside it; the old one keeps its branch. */
  edit(messageID, content, { thinking, model } = {}) {
    const { id, draft } = this.state.open;
    const { parentID } = this.state.open.messages.find((each) => each.id === messageID);
    this.#post({ conversationID: id, draft, edits: messageID, parentID, content, thinking, model });
  }

  #post(fields) {
    const entry = { key: randomKey(), ...fields, state: "sending", error: null, waitsUntil: null, createdAt: this.#now() };
    this.state.outbox.push(entry);
    this.#changed();
    this.#deliver(entry);
  }

  /** Goes on with the entries of an outbox that was kept over a reload: with the same keys, each arrives at most once. */
  restore(entries) {
    const { id, draft } = this.state.open;
    const last = entries.at(-1)?.draft;
    for (const entry of entries) {
      if (this.state.outbox.some((each) => each.key === entry.key)) continue;
      const place = entry.conversationID === null && entry.draft === last && id === null ? draft : -entry.draft;
      this.state.outbox.push({ ...entry, draft: place, state: "sending", error: null, waitsUntil: null });
    }
    for (const entry of [...this.state.outbox]) if (entry.state === "sending") this.#deliver(entry);
  }

  /** Tries an unsent message again, with the same idempotency key: it arrives at most once. */
  resend(key) {
    const entry = this.state.outbox.find((each) => each.key === key);
    if (entry?.state === "unsent") this.#deliver(entry);
  }

  /** Gives a message up that is unsent or waits for its time. */
  discard(key) {
    const entry = this.state.outbox.find((each) => each.key === key);
    if (entry && (entry.state === "unsent" || entry.waitsUntil !== null)) this.#take(entry);
  }

  /** Shows the branch that goes through a version of a question, down to its newest end. */
  async showVersion(messageID) {
    this.state.open.through = messageID;
    await this.#readMessages();
  }

  /**
   * Deletes a question of the open conversation with its answers, on every device. If it has other versions, all that
   * hangs on it goes too; if it is alone, what follows moves up.
   */
  async deleteMessage(id) {
    const conversationID = this.state.open.id;
    try {
      const { deleted } = await this.#call("DELETE", `/messages/${encodeURIComponent(id)}`);
      this.#messagesDeleted({ conversation_id: conversationID, message_ids: deleted });
    } catch (failure) {
      if (failure.status === 404) this.refresh();
      else this.report(failure);
    }
  }

  /** Stops a reply on every device. */
  async stop(replyID) {
    const reply = this.#findReply(replyID);
    if (!reply || hasEnded(reply)) return;
    reply.stopping = true;
    reply.version += 1;
    this.#changed();
    try {
      await this.#call("POST", `/replies/${encodeURIComponent(replyID)}/stop`);
    } catch (failure) {
      if (failure.status !== 409) this.report(failure); // 409: it had ended; the log tells how
      reply.stopping = false;
      reply.version += 1;
      this.#changed();
    }
    await this.#catchUp(reply);
  }

  /** Asks for another reply to the same message. */
  async regenerate(replyID) {
    const reply = this.#findReply(replyID);
    if (!reply) return;
    try {
      const answer = await this.#call("POST", `/replies/${encodeURIComponent(replyID)}/regenerate`);
      this.#addReply(reply.conversationID, reply.messageID, answer.reply_id);
    } catch (failure) {
      this.report(failure);
    }
  }

  /** Renames a conversation. */
  async rename(id, title) {
    const conversation = this.state.conversations.find((each) => each.id === id);
    const old = conversation?.title;
    if (conversation) conversation.title = title;
    this.#changed();
    try {
      await this.change(id, { title });
    } catch (failure) {
      if (conversation) conversation.title = old;
      this.report(failure);
    }
  }

  /** Reads one conversation: { id, title, updatedAt, systemPrompt, model, thinking }; null is the host's setting. */
  async read(id) {
    return this.#learn(await this.#call("GET", `/conversations/${encodeURIComponent(id)}`));
  }

  /**
   * Changes a conversation's `title`, `systemPrompt`, `model` or `thinking`; null takes one of the last three back to
   * the host's. Throws a ChatFailure whose details tell of each field that is no good.
   */
  async change(id, { title, systemPrompt, model, thinking }) {
    const change = { title, system_prompt: systemPrompt, model, thinking }; // JSON leaves out what is undefined
    return this.#learn(await this.#call("PATCH", `/conversations/${encodeURIComponent(id)}`, change));
  }

  #learn(raw) {
    const fresh = conversationOf(raw);
    const known = this.state.conversations.find((each) => each.id === fresh.id);
    if (known) Object.assign(known, fresh);
    this.#changed();
    return fresh;
  }

  /** Deletes a conversation with all its messages; answers whether it is gone. */
  async remove(id) {
    try {
      await this.#call("DELETE", `/conversations/${encodeURIComponent(id)}`);
    } catch (failure) {
      if (failure.status !== 404) {
        this.report(failure);
        return false;
      }
    }
    if (this.state.open.id === id) this.#show(null);
    this.#conversationDeleted({ conversation_id: id });
    return true;
  }

  /**
   * A conversation as a file, { name, type, text }: as "markdown" the branch that is shown, as "json" everything.
   * Throws a ChatFailure.
   */
  async export(id, format) {
    const { open } = this.state;
    const through = open.id === id && open.through !== null ? `&through=${encodeURIComponent(open.through)}` : "";
    const path = `/conversations/${encodeURIComponent(id)}/export?format=${format}${through}`;
    const { response, text } = await this.#authorized((token) => this.#exchange("GET", path, undefined, token));
    const disposition = response.headers.get("Content-Disposition") ?? "";
    const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1]; // RFC 6266 4.3: goes before the plain one
    const name = encoded ? decodeURIComponent(encoded) : /filename="([^"]+)"/.exec(disposition)?.[1];
    return { name: name ?? `conversation.${format === "json" ? "json" : "md"}`, type: response.headers.get("Content-Type") ?? "text/plain", text };
  }

  /** Shows a failure as the notice; anything else is a fault and thrown. */
  report(failure) {
    if (!(failure instanceof ChatFailure)) throw failure;
    this.state.notice = failure;
    this.#changed();
  }

  /** Takes the notice away. */
  dismissNotice() {
    this.state.notice = null;
    this.#changed();
  }

  // -------------------------------------------------------------- requests

  /** One request and its answer; throws what is no success. */
  async #exchange(method, path, body, token) {
    const headers = { Accept: "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response, text;
    try {
      response = await this.#fetch(this.#baseURL + path, {
        method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store",
      });
      text = await response.text();
    } catch {
      throw new ChatFailure(0, "network", "The server cannot be reached.");
    }
    if (response.ok) return { response, text };
    const error = parse(text)?.error;
    const seconds = Number(response.headers.get("Retry-After") ?? NaN);
    throw new ChatFailure(
      response.status, error?.code ?? `http_${response.status}`,
      error?.message ?? `The server answered ${response.status}.`, error?.details ?? null,
      seconds >= 0 ? seconds * 1000 : null);
  }

  async #request(method, path, body, token) {
    const { text } = await this.#exchange(method, path, body, token);
    const answer = parse(text);
    // A network that asks its guests to sign in first answers 200 with a page of its own.
    if (text !== "" && (answer === null || typeof answer !== "object")) {
      throw new ChatFailure(0, "network", "Something else than the server answered.");
    }
    return answer;
  }

  #call(method, path, body) {
    return this.#authorized((token) => this.#request(method, path, body, token));
  }

  /** Does something with the token; a refused one is replaced once, then the user must sign in. */
  async #authorized(perform) {
    for (const refresh of [false, true]) {
      const token = await this.#token({ refresh, config: this.state.config }).catch(() => {
        throw new ChatFailure(0, "network", "Signing in is not possible right now.");
      });
      if (!token) break;
      try {
        return await perform(token);
      } catch (failure) {
        if (failure.status !== 401) throw failure;
      }
    }
    this.#requireSignIn();
    throw new ChatFailure(401, "unauthorized", "Please sign in again.");
  }

  async #readConfig() {
    const backoff = this.#newBackoff();
    while (true) {
      try {
        return await this.#request("GET", "/config");
      } catch (failure) {
        this.state.connection = { status: "waiting", retryAt: null };
        this.report(failure);
        await sleep(backoff.next());
      }
    }
  }

  // -------------------------------------------------------------- the socket

  #connect() {
    clearTimeout(this.#reconnectTimer);
    this.#reconnectTimer = null;
    if (this.#socket || this.state.phase !== "ready") return;
    const socket = { ws: null, clientID: null, boundAt: null, pingedAt: 0, deadline: 0 };
    this.#socket = socket;
    this.#setConnection("connecting");
    try {
      socket.ws = new this.#WebSocket(this.state.config.gateway_url);
    } catch {
      return this.#drop(socket);
    }
    socket.deadline = this.#now() + this.#limits.initDeadline;
    socket.ws.onmessage = ({ data }) => this.#receive(socket, data);
    socket.ws.onclose = ({ code }) => this.#drop(socket, code);
  }

  /** Ends a socket, whatever its state, and plans the next one. */
  #drop(socket, code = 0) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (socket.ws) {
      socket.ws.onmessage = socket.ws.onclose = null;
      socket.ws.close();
    }
    if (this.state.phase !== "ready") return this.#setConnection("offline");
    // 4401: the bind's time is over, which is no fault. A socket that held for a while was none either.
    if (code === 4401 || (socket.boundAt !== null && this.#now() - socket.boundAt > 2000)) this.#reconnect.reset();
    const delay = this.#reconnect.next();
    this.#setConnection("waiting", this.#now() + delay);
    this.#reconnectTimer = setTimeout(() => this.#connect(), delay);
  }

  #receive(socket, data) {
    if (socket !== this.#socket) return;
    socket.deadline = 0;
    let event;
    try {
      event = JSON.parse(data);
    } catch {
      return; // not ours: a gateway may carry other traffic too
    }
    if (event?.type === "init") this.#bind(socket, event);
    else if (event) this.#handle(event);
  }

  /** Ties the socket to the user. Only an expired proof or a lost client needs another socket. */
  async #bind(socket, { client_id: clientID, proof }) {
    const backoff = this.#newBackoff();
    while (socket === this.#socket) {
      try {
        const { replies } = await this.#call("POST", "/bind", { client_id: clientID, proof });
        if (socket === this.#socket) await this.#bound(socket, clientID, replies);
        return;
      } catch (failure) {
        if (!(failure instanceof ChatFailure)) throw failure;
        if (!failure.isTransient) return this.#drop(socket); // proof_expired, client_gone
        await sleep(backoff.next()); // gateway_unavailable: the same socket will do
      }
    }
  }

  /** From here on every push comes; what came before is read. */
  async #bound(socket, clientID, replies) {
    socket.clientID = clientID;
    socket.boundAt = this.#now();
    this.state.notice = null;
    this.#setConnection("online");
    this.#noteRunning(replies);
    this.#foreign.clear();
    for (const entry of this.state.outbox) if (entry.error?.isTransient) this.#deliver(entry);
    await this.refresh();
  }

  #ping() {
    const socket = this.#socket;
    if (socket?.ws?.readyState !== 1) return;
    socket.pingedAt = this.#now();
    if (socket.deadline === 0) socket.deadline = socket.pingedAt + this.#limits.pingDeadline;
    socket.ws.send('{"type":"ping"}');
  }

  /** Once a second: is the socket alive, and does every running reply still talk? */
  #beat() {
    const now = this.#now();
    const socket = this.#socket;
    if (socket && socket.deadline !== 0 && now > socket.deadline) this.#drop(socket);
    else if (socket?.boundAt && now - Math.max(socket.pingedAt, socket.boundAt) > this.#limits.ping) this.#ping();
    for (const reply of this.#runningReplies()) {
      const heard = this.#heard.get(reply.id);
      if (heard === undefined) this.#heard.set(reply.id, now);
      else if (now - heard > this.#limits.silence) this.#catchUp(reply);
    }
    if (this.state.outbox.some((entry) => entry.waitsUntil !== null)) this.#changed(); // the time left is shown
  }

  #setConnection(status, retryAt = null) {
    this.state.connection = { status, retryAt };
    this.#changed();
  }

  #requireSignIn() {
    this.state.phase = "signed-out";
    clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    clearTimeout(this.#reconnectTimer);
    this.#reconnectTimer = null;
    if (this.#socket) this.#drop(this.#socket);
    else this.#setConnection("offline");
  }

  // -------------------------------------------------------------- what the gateway pushes

  #handle(event) {
    switch (event.type) {
      case "message.created": return this.#messageCreated(event);
      case "reply.created": return void this.#addReply(event.conversation_id, event.message_id, event.reply_id);
      case "message.deleted": return this.#messagesDeleted(event);
      case "conversation.deleted": return this.#conversationDeleted(event);
      case "conversation.updated": return this.#conversationUpdated(event);
      case "resync": return void this.refresh();
      case "reply.started":
      case "reply.reset":
      case "reply.delta":
      case "reply.finished":
      case "reply.stopped":
      case "reply.failed": return this.#replyEvent(event);
    }
  }

  #messageCreated(event) {
    const { conversation_id: conversationID, message_id: id, parent_id: parentID, content, idempotency_key: key } = event;
    this.#adoptConversation(key, conversationID);
    const conversation = this.state.conversations.find((each) => each.id === conversationID);
    if (!conversation) this.refresh();
    if (conversation) this.#touch(conversation, this.#now());
    if (this.state.open.id === conversationID) this.#place({ id, parentID, content, key: key ?? null });
    if (event.reply_id) this.#addReply(conversationID, id, event.reply_id);
    this.#changed();
  }

  #messagesDeleted({ conversation_id: conversationID, message_ids: ids }) {
    const gone = new Set(ids);
    for (const [id, { messageID }] of this.#elsewhere) if (gone.has(messageID)) this.#elsewhere.delete(id);
    const { open } = this.state;
    if (open.id === conversationID) {
      const first = open.messages.find((message) => gone.has(message.id));
      const versions = first?.versions.filter((id) => !gone.has(id)) ?? [];
      for (const [index, message] of open.messages.entries()) {
        message.versions = message.versions.filter((id) => !gone.has(id));
        const above = open.messages[index - 1];
        if (above && gone.has(above.id)) message.parentID = above.parentID; // that was alone: what follows moves up
      }
      open.messages = open.messages.filter((message) => !gone.has(message.id));
      open.revision += 1;
      if (gone.has(open.through)) open.through = null;
      if (first) open.through = versions.at(-1) ?? open.through; // another version takes its place
      if (first) this.#readMessages();
    }
    this.#countRunning();
    this.#changed();
  }

  #conversationDeleted({ conversation_id: id }) {
    for (const [replyID, { conversationID }] of this.#elsewhere) if (conversationID === id) this.#elsewhere.delete(replyID);
    this.state.conversations = this.state.conversations.filter((each) => each.id !== id);
    if (this.state.open.id === id) {
      this.#show(id);
      this.state.open.error = new ChatFailure(404, "not_found", "This conversation was deleted.");
      for (const [replyID, { conversationID }] of this.#elsewhere) if (conversationID === id) this.#elsewhere.delete(replyID);
    }
    this.#countRunning();
    this.#changed();
  }

  #conversationUpdated({ conversation_id: id, ...raw }) {
    const conversation = this.state.conversations.find((each) => each.id === id);
    if (!conversation) return void this.refresh();
    const { updatedAt, ...settings } = conversationOf({ id, ...raw });
    Object.assign(conversation, settings);
    this.#touch(conversation, updatedAt);
    this.#changed();
  }

  #replyEvent(event) {
    const reply = this.#findReply(event.reply_id) ?? this.#introduce(event);
    if (!reply) return;
    this.#heard.set(reply.id, this.#now());
    if (applyPush(reply, event) === "gap") this.#catchUp(reply);
    if (event.type !== "reply.delta") this.#noteState(reply);
    this.#changed();
  }

  /** The reply that an event names for the first time; null when it is not of the open conversation. */
  #introduce(event) {
    const { reply_id: id, conversation_id: conversationID, message_id: messageID } = event;
    const hasEndedNow = ["reply.finished", "reply.stopped", "reply.failed"].includes(event.type);
    if (conversationID === undefined) {
      if (this.#elsewhere.has(id)) {
        if (hasEndedNow) this.#forgetRunning(id);
      } else if (!this.#foreign.has(id)) {
        this.#foreign.add(id); // a second event for it would find nothing new either
        this.refresh();
      }
      return null;
    }
    if (conversationID !== this.state.open.id) {
      this.#elsewhere.set(id, { conversationID, messageID });
      this.state.running.add(conversationID);
      if (!this.state.conversations.some((each) => each.id === conversationID)) this.refresh();
      this.#changed();
      return null;
    }
    const reply = this.#addReply(conversationID, messageID, id);
    if (!reply) {
      this.#elsewhere.set(id, { conversationID, messageID }); // of another branch, as long as reading does not find it
      this.refresh();
    }
    return reply;
  }

  // -------------------------------------------------------------- reading

  /** Reads the conversation list and the open conversation again, and the rest of what runs. */
  refresh = oneAtATime(async () => {
    if (this.state.phase !== "ready") return;
    await Promise.all([this.#readConversations(), this.#readMessages()]);
  });

  async #readConversations() {
    try {
      const answer = await this.#call("GET", "/conversations");
      const fresh = answer.conversations.map(conversationOf);
      const listed = new Set(fresh.map((each) => each.id));
      const isFurther = (each) => !listed.has(each.id) && each.updatedAt < fresh.at(-1).updatedAt;
      const further = answer.next_cursor ? this.state.conversations.filter(isFurther) : []; // of later pages
      this.state.conversations = [...fresh, ...further];
      if (further.length === 0) this.state.nextConversations = answer.next_cursor ?? null;
      this.state.conversationsLoaded = true;
      this.#changed();
    } catch (failure) {
      this.report(failure);
    }
  }

  async #readMessages() {
    const open = this.state.open;
    if (open.id === null) return;
    const additions = this.#additions;
    const { through } = open;
    try {
      const answer = await this.#call("GET", pathOfMessages(open.id, { through, limit: PAGE_OF_MESSAGES }));
      if (this.state.open !== open || open.through !== through) return;
      this.#merge(open, answer, additions);
      open.loaded = true;
      open.error = null;
      this.#changed();
      this.#catchUpAll();
    } catch (failure) {
      if (this.state.open !== open || open.through !== through) return;
      if (open.loaded && failure.status !== 404) return this.report(failure);
      open.error = failure;
      this.#changed();
    }
  }

  /** Takes the end of the path, and keeps what is above it and what was pushed below it since the request. */
  #merge(open, answer, additions) {
    const old = open.messages;
    const known = new Map(old.map((message) => [message.id, message]));
    const fresh = answer.messages.map((raw) => this.#message(raw, open.id, known.get(raw.id)));
    const listed = new Set(fresh.map((message) => message.id));
    const above = fresh.length === 0 ? -1 : old.findIndex((message) => message.id === fresh[0].parentID);
    const pushed = old.slice(above + 1).filter((message) => message.addition > additions && !listed.has(message.id));
    const fits = pushed.length === 0 || pushed[0].parentID === (fresh.at(-1)?.id ?? null);
    open.messages = [...old.slice(0, above + 1), ...fresh, ...(fits ? pushed : [])];
    open.revision += 1;
    if (above < 0) open.hasOlder = hasOlder(answer);
    this.#leave(old);
    for (const message of fresh) this.#arrived(message.key);
    for (const message of fresh) for (const reply of message.replies) this.#elsewhere.delete(reply.id);
    this.#countRunning();
    if (!fits) this.refresh();
  }

  /** Remembers which of the messages that are no longer shown are still being answered. */
  #leave(messages) {
    const shown = new Set(this.state.open.messages.map((message) => message.id));
    for (const { id, replies } of messages) {
      if (shown.has(id)) continue;
      for (const reply of replies) {
        if (!hasEnded(reply)) this.#elsewhere.set(reply.id, { conversationID: reply.conversationID, messageID: id });
      }
    }
  }

  /** A message of an answer; a reply that pushes brought further than the answer stays as it is. */
  #message(raw, conversationID, known) {
    const replies = (raw.replies ?? []).map((each) => {
      const old = known?.replies.find((reply) => reply.id === each.id);
      const ended = ["finished", "stopped", "failed"].includes(each.state);
      if (old && (hasEnded(old) || !ended)) return old;
      const version = (old?.version ?? 0) + 1;
      const reply = makeReply({ id: each.id, messageID: raw.id, conversationID, state: each.state, version });
      if (!ended) return reply; // its text is in the log: fetched from the beginning
      return Object.assign(reply, {
        attempt: each.attempt, seq: each.last_seq ?? Number.MAX_SAFE_INTEGER,
        content: each.content ?? "", reasoning: each.reasoning ?? "",
        finishReason: each.finish_reason ?? null, usage: each.usage ?? null, error: each.error ?? null,
      });
    });
    const missing = (known?.replies ?? []).filter((old) => !replies.some((reply) => reply.id === old.id));
    return {
      id: raw.id, parentID: raw.parent_id ?? null, versions: raw.versions ?? [raw.id],
      content: raw.content, key: raw.idempotency_key ?? known?.key ?? null,
      createdAt: raw.created_at ?? null, addition: 0, replies: [...replies, ...missing],
    };
  }

  #catchUpAll() {
    for (const reply of this.#runningReplies()) this.#catchUp(reply);
  }

  /** Fetches what follows the last row applied, until there is no more. */
  async #catchUp(reply) {
    let fetch = this.#fetches.get(reply.id);
    if (!fetch) {
      fetch = oneAtATime(() => this.#fetchLog(reply));
      this.#fetches.set(reply.id, fetch);
    }
    await fetch();
  }

  async #fetchLog(reply) {
    const backoff = this.#newBackoff();
    for (let more = true; more; ) {
      try {
        const answer = await this.#call("GET", `/replies/${encodeURIComponent(reply.id)}/log?after=${reply.seq}`);
        more = applyLog(reply, answer) && this.#fetches.has(reply.id);
      } catch (failure) {
        if (failure.status === 404) this.refresh();
        if (!failure.isTransient || backoff.tries === 3) return; // the next silence or reconnect looks again
        await sleep(backoff.next());
      }
      this.#heard.set(reply.id, this.#now());
      this.#noteState(reply);
      this.#changed();
    }
  }

  // -------------------------------------------------------------- sending

  async #deliver(entry) {
    Object.assign(entry, { state: "sending", error: null });
    this.#changed();
    if (this.#isBehindAnother(entry)) return;
    const path = entry.edits === null ? "/send" : `/messages/${encodeURIComponent(entry.edits)}/edit`;
    // Fixed by the first try: with the same key, another request would be refused.
    entry.body ??= {
      conversation_id: (entry.edits === null && entry.conversationID) || undefined, parent_id: this.#parentOf(entry),
      content: entry.content, idempotency_key: entry.key, thinking: entry.thinking, model: entry.model,
    };
    const backoff = this.#newBackoff();
    while (this.state.outbox.includes(entry)) {
      try {
        return this.#delivered(entry, await this.#call("POST", path, entry.body));
      } catch (failure) {
        if (!(failure instanceof ChatFailure)) throw failure;
        if (failure.status === 429 && failure.retryAfter !== null) await this.#wait(entry, failure);
        else if (failure.isTransient && backoff.tries < 4) await sleep(backoff.next());
        else {
          Object.assign(entry, { state: "unsent", error: failure });
          this.#goOn(entry);
          return this.#changed();
        }
      }
    }
  }

  /** The server takes no more for now and says until when. */
  async #wait(entry, failure) {
    Object.assign(entry, { error: failure, waitsUntil: this.#now() + failure.retryAfter });
    this.#changed();
    await sleep(failure.retryAfter);
    Object.assign(entry, { error: null, waitsUntil: null });
    this.#changed();
  }

  /** Below a version that the user chose, the place is named; otherwise it is the newest message's, whatever that is. */
  #parentOf({ conversationID, edits }) {
    const { open } = this.state;
    if (edits !== null || conversationID === null || conversationID !== open.id || open.through === null) return undefined;
    return open.messages.at(-1)?.id;
  }

  /** One conversation's messages go one after the other; an unsent one holds up only those that have no conversation yet. */
  #isBehindAnother(entry) {
    const first = this.state.outbox.find((each) => each === entry || isSamePlace(each, entry) && (
      each.state === "sending" || entry.conversationID === null));
    return first !== entry;
  }

  /** Sends what waited for an entry. */
  #goOn(entry) {
    const next = this.state.outbox.find((each) => isSamePlace(each, entry) && each.state === "sending" && !each.body);
    if (next) this.#deliver(next);
  }

  /** Takes an entry out of the outbox, and sends what waited for it. */
  #take(entry) {
    this.state.outbox = this.state.outbox.filter((each) => each !== entry);
    this.#goOn(entry);
    this.#changed();
  }

  #delivered(entry, { conversation_id: conversationID, message_id: id, reply_id: replyID }) {
    this.#adoptConversation(entry.key, conversationID);
    if (this.state.open.id === conversationID) {
      const parentID = entry.edits === null ? entry.body.parent_id : entry.parentID;
      this.#place({ id, parentID, content: entry.content, key: entry.key });
      this.#addReply(conversationID, id, replyID);
    }
    this.#take(entry);
    if (!this.state.conversations.some((each) => each.id === conversationID)) this.refresh();
  }

  /** The first message of a new conversation has got its place: the open draft becomes it. */
  #adoptConversation(key, conversationID) {
    const entry = this.state.outbox.find((each) => key && each.key === key);
    if (!entry) return;
    const { open } = this.state;
    if (entry.conversationID === null && open.id === null && open.draft === entry.draft) open.id = conversationID;
    for (const each of this.state.outbox) {
      if (each.conversationID === null && each.draft === entry.draft) each.conversationID = conversationID;
    }
  }

  // -------------------------------------------------------------- the state's small moves

  #forget() {
    this.state.outbox = [];
    this.state.conversations = [];
    this.state.conversationsLoaded = false;
    this.state.nextConversations = null;
    this.state.running = new Set();
    this.#elsewhere.clear();
  }

  #show(id) {
    const old = this.state.open.messages;
    this.#fetches.clear();
    this.#heard.clear();
    this.#drafts += 1;
    this.state.open = {
      id, draft: this.#drafts, messages: [], through: null, loaded: id === null, hasOlder: false, error: null, revision: 0,
    };
    this.#leave(old);
    this.#changed();
  }

  /**
   * Puts a new message into the path that is shown, where that leads by the server's rule: through the chosen version,
   * else to the newest message. Without a `parentID` it comes last.
   */
  #place({ id, parentID, content, key }) {
    const { open } = this.state;
    const known = open.messages.find((message) => message.id === id);
    if (known) {
      if (parentID !== undefined && known.parentID !== parentID) this.#readMessages();
      return;
    }
    if (this.state.outbox.some((entry) => key && entry.key === key)) open.through = null; // one's own is what one wants to see
    const parent = parentID === undefined ? open.messages.at(-1)?.id ?? null : parentID;
    const above = open.messages.findIndex((message) => message.id === parent);
    const isKnownPlace = parent === null ? open.loaded && !open.hasOlder : above >= 0;
    if (!isKnownPlace) return void this.#readMessages();
    const old = open.messages;
    const beside = old[above + 1];
    const versions = [...(beside?.versions ?? []), id];
    open.revision += 1;
    if (beside && open.through !== null && old.findIndex((message) => message.id === open.through) > above) {
      beside.versions = versions; // the chosen version is beside the new one or below: it stays
      return;
    }
    this.#additions += 1;
    const message = {
      id, parentID: parent, versions, content, key, createdAt: this.#now(), addition: this.#additions, replies: [],
    };
    open.messages = [...old.slice(0, above + 1), message];
    this.#leave(old);
    this.#arrived(key);
  }

  /** A message is stored: the outbox no longer shows it, whether or not the sending was answered. */
  #arrived(key) {
    const entry = this.state.outbox.find((each) => key && each.key === key);
    if (entry) this.#take(entry);
  }

  #addReply(conversationID, messageID, id) {
    const message = this.state.open.messages.find((each) => each.id === messageID);
    if (!message || this.state.open.id !== conversationID) return null;
    let reply = message.replies.find((each) => each.id === id);
    if (!reply) {
      reply = makeReply({ id, messageID, conversationID });
      message.replies.push(reply);
      this.state.open.revision += 1;
      this.#noteState(reply);
      this.#changed();
    }
    return reply;
  }

  /** Looks from the end: what is being answered is there. */
  #findReply(id) {
    const { messages } = this.state.open;
    for (let at = messages.length - 1; at >= 0; at -= 1) {
      const reply = messages[at].replies.find((each) => each.id === id);
      if (reply) return reply;
    }
    return null;
  }

  #runningReplies() {
    return this.state.open.messages.flatMap((message) => message.replies.filter((reply) => !hasEnded(reply)));
  }

  #noteRunning(replies) {
    this.#elsewhere.clear();
    for (const { reply_id: id, conversation_id: conversationID, message_id: messageID } of replies) {
      if (!this.#findReply(id)) this.#elsewhere.set(id, { conversationID, messageID });
    }
    this.#countRunning();
  }

  #noteState(reply) {
    this.#elsewhere.delete(reply.id);
    this.#countRunning();
  }

  #forgetRunning(id) {
    this.#elsewhere.delete(id);
    this.#countRunning();
    this.#changed();
  }

  #countRunning() {
    this.state.running = new Set([
      ...[...this.#elsewhere.values()].map(({ conversationID }) => conversationID), ...this.#runningReplies().map((reply) => reply.conversationID),
    ]);
  }

  #touch(conversation, updatedAt) {
    conversation.updatedAt = Math.max(conversation.updatedAt ?? 0, updatedAt ?? 0);
    this.state.conversations.sort((a, b) => b.updatedAt - a.updatedAt);
  }


  #changed() {
    if (this.#announced) return;
    this.#announced = true;
    queueMicrotask(() => {
      this.#announced = false;
      for (const listener of this.#subscribers) listener(this.state);
    });
  }
}

function conversationOf(raw) {
  return {
    id: raw.id, title: raw.title ?? "", updatedAt: raw.updated_at ?? 0,
    systemPrompt: raw.system_prompt ?? null, model: raw.model ?? null, thinking: raw.thinking ?? null,
  };
}

function pathOfMessages(id, query) {
  const given = Object.entries(query).filter(([, value]) => value !== null);
  return `/conversations/${encodeURIComponent(id)}/messages?${new URLSearchParams(given)}`;
}

/** Whether two entries of the outbox belong to one conversation. */
function isSamePlace(a, b) {
  return a.conversationID === null ? a.draft === b.draft : a.conversationID === b.conversationID;
}

/** What a JSON text says; null for any other: it comes from something between, and only its status counts. */
function parse(text) {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function hasOlder(answer) {
  return Boolean(answer.has_more);
}

/** Whom a token names; null when it is not a JWT. Only shown: the server decides who one is. */
function subjectOf(token) {
  try {
    const claims = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(claims), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).sub ?? null;
  } catch {
    return null;
  }
}

function sleep(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
