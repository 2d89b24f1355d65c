/** The chat page: joins the wire part with what is seen. */

import { HawkChat } from "./hawk-chat.js";
import { Composer } from "./composer.js";
import { Dialogs } from "./dialogs.js";
import { icon, setText } from "./dom.js";
import { errorText, t } from "./language.js";
import { bindPreferences } from "./preferences.js";
import { Removals } from "./removals.js";
import { Session } from "./session.js";
import { bindShortcuts, showShortcuts } from "./shortcuts.js";
import { Sidebar } from "./sidebar.js";
import { recallJSON, remember } from "./storage.js";
import { Thread } from "./thread.js";

const byID = (id) => document.getElementById(id);

let isPlanned = false;

for (const element of document.querySelectorAll("[data-icon]")) element.prepend(icon(element.dataset.icon));

const session = new Session();
const chat = new HawkChat({ token: session.token });
const removals = new Removals(chat);
const dialogs = new Dialogs(chat, removals);
const sidebar = new Sidebar(chat, dialogs, removals);
const thread = new Thread(chat, dialogs);
const composer = new Composer(chat, thread);

removals.onChange = plan;
removals.onGone = (id) => composer.forgetDraft(id);
dialogs.onSettings = (id) => composer.forgetThinking(id);
bindPreferences(() => {
  if (chat.state.phase === "signed-out") session.show();
  plan();
});
bindShortcuts({
  beginConversation: () => sidebar.begin(),
  previousConversation: () => sidebar.step(-1),
  nextConversation: () => sidebar.step(1),
  write: () => byID("question").focus(),
  help: showShortcuts,
  leave: () => composer.stop(),
});

// ---------------------------------------------------------------- the address names the conversation

function conversationOfAddress() {
  const match = /^#\/c\/([\w-]+)$/.exec(location.hash);
  return match ? match[1] : null;
}

/** The address as it was last obeyed or written; another one is a navigation whose event is still to come. */
let knownAddress = location.hash;

addEventListener("hashchange", () => {
  knownAddress = location.hash;
  chat.open(conversationOfAddress());
  sidebar.close();
  composer.focus();
});

/** A new conversation gets its address once it has an id; the address never opens another one by this. */
function showAddress({ open }) {
  const wanted = open.id === null ? "#/" : `#/c/${open.id}`;
  if (location.hash !== knownAddress || location.hash === wanted) return;
  history.replaceState(null, "", wanted);
  knownAddress = location.hash;
}

// ---------------------------------------------------------------- the network and the window come and go

addEventListener("online", () => chat.wake());
addEventListener("offline", () => plan());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) chat.wake();
});
byID("reconnect").addEventListener("click", () => chat.wake());
byID("dismiss-notice").addEventListener("click", () => chat.dismissNotice());
byID("sign-out").addEventListener("click", async () => {
  composer.forgetDrafts();
  await Promise.race([removals.finish(), new Promise((done) => setTimeout(done, 3000))]);
  const leaving = chat.signOut();
  session.end();
  await leaving;
});

session.bindForm(() => chat.resume());

// ---------------------------------------------------------------- drawing

/** Draws once per frame, however much changed; a hidden page has no frames and draws now and then. */
function plan() {
  if (isPlanned) return;
  isPlanned = true;
  const draw = () => {
    isPlanned = false;
    render(chat.state);
  };
  if (document.hidden) setTimeout(draw, 250);
  else requestAnimationFrame(draw);
}

let shownPhase = "";

function render(state) {
  if (state.phase !== shownPhase) {
    shownPhase = state.phase;
    document.body.dataset.phase = state.phase;
    if (state.phase === "signed-out") session.show();
    if (state.phase === "ready") {
      removals.resume();
      chat.restore(recallJSON(outboxOf(state.uid), "sessionStorage") ?? []);
      composer.focus();
    }
  }
  if (state.phase === "starting") {
    return setText(byID("starting-text"), state.notice ? errorText(state.notice) : t("start.connecting"));
  }
  if (state.phase !== "ready") return;
  keepOutbox(state);
  showAddress(state);
  renderBanners(state);
  sidebar.render(state);
  thread.render(state);
  composer.render(state);
}

/** What is on its way survives a reload of the tab. */
let keptOutbox = "[]";

function outboxOf(uid) {
  return `hawk.outbox.${uid}`;
}

function keepOutbox({ outbox, uid }) {
  const text = JSON.stringify(outbox);
  if (text === keptOutbox) return;
  keptOutbox = text;
  remember(outboxOf(uid), outbox.length === 0 ? null : text, "sessionStorage");
}

/** Only an outage that lasts is worth a banner: most are over before it could be read. */
let outageTimer = null;
let isOutageShown = false;

function renderBanners({ config, connection, notice }) {
  byID("simulated").hidden = !config.simulated;
  const isOut = connection.status !== "online";
  if (isOut && outageTimer === null) {
    outageTimer = setTimeout(() => {
      isOutageShown = true;
      plan();
    }, 1500);
  } else if (!isOut && outageTimer !== null) {
    clearTimeout(outageTimer);
    outageTimer = null;
    isOutageShown = false;
  }
  byID("offline").hidden = !isOutageShown;
  if (isOutageShown) {
    setText(byID("offline-text"), t(navigator.onLine ? "banner.lost" : "banner.offline"));
  }
  const isWorthSaying = notice && !(notice.code === "network" && isOutageShown);
  byID("notice").hidden = !isWorthSaying;
  if (isWorthSaying) setText(byID("notice-text"), errorText(notice));
}

chat.subscribe(plan);
chat.open(conversationOfAddress());
chat.start();
