/** Who is signed in on this page: the token, where it comes from, and the form that asks for it. */

import { setText } from "./dom.js";
import { t } from "./language.js";

const TOKEN = "hawk.token";
const byID = (id) => document.getElementById(id);

/** Keeps the token in sessionStorage: each tab has its own, and it ends with the tab. */
export class Session {
  #config = null;
  #asking = null; // one request to the token URL serves all who wait

  /** What HawkChat asks for a token. */
  token = async ({ refresh, config }) => {
    this.#config = config;
    if (refresh) sessionStorage.removeItem(TOKEN);
    const token = sessionStorage.getItem(TOKEN);
    if (token || !this.#tokenURL) return token;
    this.#asking ??= this.#askSite().finally(() => (this.#asking = null));
    return this.#asking;
  };

  get #isDevelopment() {
    return Boolean(this.#config.sign_in.development);
  }

  get #tokenURL() {
    return this.#config.sign_in.token_url ?? null;
  }

  /** Forgets the token. */
  end() {
    sessionStorage.removeItem(TOKEN);
  }

  /** Prepares the form for the ways to sign in that there are. */
  show() {
    const name = byID("sign-in-name");
    const submit = document.querySelector("#sign-in button");
    name.hidden = document.querySelector("#sign-in label").hidden = !this.#isDevelopment;
    submit.hidden = !this.#isDevelopment && !this.#tokenURL;
    setText(submit, t(this.#isDevelopment ? "sign-in.submit" : "sign-in.again"));
    setText(byID("sign-in-hint"), t(this.#isDevelopment ? "sign-in.development" : this.#tokenURL ? "sign-in.ended" : "sign-in.nowhere"));
    if (this.#isDevelopment) name.focus();
  }

  /** Calls `done` whenever the form has led to a token. */
  bindForm(done) {
    const form = document.querySelector("#sign-in form");
    const submit = form.querySelector("button");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      setText(byID("sign-in-error"), "");
      submit.disabled = true;
      try {
        if (this.#isDevelopment) await this.#signInByName(byID("sign-in-name").value.trim());
        else await this.token({ refresh: true, config: this.#config });
        await done();
      } catch (error) {
        setText(byID("sign-in-error"), error.message);
      } finally {
        submit.disabled = false;
      }
    });
  }

  async #signInByName(name) {
    if (name === "") throw new Error(t("sign-in.empty"));
    const answer = await request(new URL("./api/dev/sign-in", import.meta.url), {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name }),
    });
    sessionStorage.setItem(TOKEN, answer.token);
  }

  /** The site this chat belongs to knows its user by its own cookies; null when nobody is signed in there. */
  async #askSite() {
    const options = { credentials: "include", headers: { Accept: "application/json" } };
    const { token } = await request(this.#tokenURL, options).catch((error) => {
      if (error.status === 401 || error.status === 403) return { token: null };
      throw error;
    });
    if (typeof token !== "string") return null;
    sessionStorage.setItem(TOKEN, token);
    return token;
  }
}

async function request(url, options) {
  let response;
  try {
    response = await fetch(url, { cache: "no-store", ...options });
  } catch {
    throw new Error(t("sign-in.unreachable"));
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok || answer === null) {
    const message = answer?.error?.message ?? t("sign-in.failed", { status: response.status });
    throw Object.assign(new Error(message), { status: response.status });
  }
  return answer;
}
