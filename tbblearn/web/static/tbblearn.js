// What script adds to pages that work without it. It stores nothing and decides nothing.
"use strict";

// After a form with something to correct, reading starts at the summary.
const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();

// A page that answers a form takes its own place in the history: Back and reload ask for it, and send nothing again.
const movedTo = document.body.dataset.movedTo;
if (movedTo) history.replaceState(history.state, "", movedTo);
// WebKit goes back as it should, but its reload sends the form again for all that: there the server leads on by 303.
const straightOn = document.querySelector("[data-straight-on]");
if (straightOn && navigator.vendor !== "Apple Computer, Inc.") straightOn.disabled = false;

// Printing needs script, so its buttons appear only here.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A password may be read while it is typed; what is sent is a password again, so that no browser keeps it as a text.
for (const button of document.querySelectorAll("[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  const words = [button.textContent, button.dataset.hide];
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = words[Number(shown)];
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  field.form.addEventListener("submit", () => show(false));
}

// Warn two minutes before the session ends for want of use; words come from the page.
const session = document.querySelector("[data-session-ends-in]");
if (session) watchSession(session);

function watchSession(place) {
  const words = place.dataset;
  const warnAhead = Math.min(120, Number(words.sessionEndsIn) / 2) * 1000;
  // Another tab that has spoken to the server has kept the same session alive.
  const tabs = new BroadcastChannel("tbblearn-session");
  let endsAt;
  let shown = "";

  function prolong(seconds) {
    endsAt = Date.now() + seconds * 1000;
    show("");
  }

  function show(state) {
    if (state === shown) return;
    shown = state;
    // Whatever must not stay on the screen for the next person at the same computer listens for this.
    if (state === "ended") document.dispatchEvent(new Event("session-ended"));
    place.className = state ? "notice notice--warm notice--stays" : "";
    place.replaceChildren();
    if (!state) return;
    const text = document.createElement("p");
    text.textContent = state === "ending" ? words.ending : words.ended;
    place.append(text, state === "ending" ? stayButton() : signInLink());
  }

  function stayButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--small";
    button.textContent = words.stay;
    button.addEventListener("click", stay);
    return button;
  }

  function signInLink() {
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = words.signIn;
    return link;
  }

  // Any page asked for prolongs the session. One that carries no session of its own means that it has ended.
  async function stay() {
    try {
      const answer = await fetch(words.sessionCheck, { cache: "no-store" });
      const found = /data-session-ends-in="(\d+)"/.exec(await answer.text());
      prolong(found ? Number(found[1]) : 0);
      if (found) tabs.postMessage(Number(found[1]));
      check();
    } catch {
      // No network: the warning stays, and the button can be pressed again.
    }
  }

  function check() {
    const left = endsAt - Date.now();
    show(left <= 0 ? "ended" : left <= warnAhead ? "ending" : "");
  }

  tabs.addEventListener("message", (message) => prolong(message.data));
  prolong(Number(words.sessionEndsIn));
  tabs.postMessage(Number(words.sessionEndsIn));
  setInterval(check, 5000);
  document.addEventListener("visibilitychange", check);
}
