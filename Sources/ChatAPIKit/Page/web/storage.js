/** What this browser keeps for the page beyond a reload; without storage the page works, and forgets. */

/** What was kept under a name; null if nothing was. */
export function recall(name, storage = "localStorage") {
  try {
    return window[storage].getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a text under a name; null or "" forgets it. */
export function remember(name, text, storage = "localStorage") {
  try {
    if (text === null || text === "") window[storage].removeItem(name);
    else window[storage].setItem(name, text);
  } catch {
    // no room, or no storage at all
  }
}

/** Like recall, for what JSON can say. */
export function recallJSON(name, storage = "localStorage") {
  try {
    return JSON.parse(recall(name, storage));
  } catch {
    return null;
  }
}

/** Forgets everything whose name begins so. */
export function forgetAll(beginning, storage = "localStorage") {
  try {
    for (const name of Object.keys(window[storage])) if (name.startsWith(beginning)) window[storage].removeItem(name);
  } catch {
    // nothing was kept
  }
}
