/** Runs every test and leaves the results in window.results for the one who opened this page. */

import { tests } from "./harness.js";
import "./seq.test.js";
import "./client.test.js";
import "./markdown.test.js";
import "./strings.test.js";

const results = {};
for (const [name, body] of tests) {
  try {
    await body();
    results[name] = null;
  } catch (error) {
    results[name] = `${error.message}\n${error.stack}`;
  }
}
window.results = results;
