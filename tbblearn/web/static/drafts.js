// A draft of what is chosen in a survey, in this tab only, until it is sent, cleared, the session has ended, or somebody
// else sits down.
// The server never sees a draft. Its name holds the session, so that no other session finds it.
"use strict";

const DRAFTS = "tbblearn-draft:";
// The session by a name that tells nothing; "" where nobody is signed in, missing where the page could not tell.
const visit = document.body.dataset.visit;
const draftForm = document.querySelector("form[data-draft]");
const draftName = `${DRAFTS}${visit}:${draftForm ? draftForm.dataset.draft : ""}`;

function forgetDrafts(kept) {
  try {
    for (const name of Object.keys(sessionStorage))
      if (name.startsWith(DRAFTS) && !(kept && name.startsWith(kept))) sessionStorage.removeItem(name);
  } catch {
    // Storage is switched off: there are no drafts.
  }
}

if (visit !== undefined) {
  // Another session than before, or none: what the earlier one left in this tab goes.
  forgetDrafts(visit ? `${DRAFTS}${visit}:` : "");
  const others = new BroadcastChannel("tbblearn-visit");
  others.addEventListener("message", (message) => {
    if (message.data !== visit) leave();
  });
  others.postMessage(visit);
  document.addEventListener("session-ended", leave);
}

// The server says that what this tab may hold a draft of is answered, or takes no answers.
const over = document.querySelector("[data-draft-over]");
if (over && visit) forgetDraft(`${DRAFTS}${visit}:${over.dataset.draftOver}`);

if (draftForm && visit) keepDraft(draftForm);

// Back to a page that the browser has kept whole: let the server say what it is now, and to whom.
const here = draftForm ? draftForm.querySelector("[data-clear]").href : over ? location.href : "";
window.addEventListener("pageshow", (event) => {
  if (event.persisted && here) location.replace(here);
});

// Nobody knows who looks at the screen now: nothing that was chosen stays, on the page or behind it.
function leave() {
  forgetDrafts("");
  if (draftForm) location.replace(draftForm.action);
}

function forgetDraft(name) {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // Storage is switched off: there are no drafts.
  }
}

function keepDraft(form) {
  const place = form.querySelector("[data-lost]");
  let sending = false;

  function radios() {
    return form.querySelectorAll("input[type=radio]");
  }

  function restore() {
    try {
      const chosen = JSON.parse(sessionStorage.getItem(draftName) ?? "{}");
      for (const radio of radios()) if (radio.name in chosen) radio.checked = chosen[radio.name] === radio.value;
    } catch {
      // No storage, or not ours: the page stays as it came.
    }
  }

  function save() {
    const chosen = {};
    for (const radio of radios()) if (radio.checked) chosen[radio.name] = radio.value;
    try {
      sessionStorage.setItem(draftName, JSON.stringify(chosen));
    } catch {
      // No storage: the answers are on the page, and nowhere else.
    }
  }

  function lost() {
    sending = false;
    const text = document.createElement("p");
    text.textContent = place.dataset.lost;
    place.className = "notice notice--warm";
    place.replaceChildren(text);
  }

  // Sent by script, so that a lost network leaves the page and its answers where they are. Whatever the server says
  // other than thanks is shown by sending the form once more in the ordinary way: nothing was kept, and nothing is
  // kept twice. A redirect may come from something in front of the server: only the page of thanks forgets the draft.
  async function send(event) {
    event.preventDefault();
    if (sending) return;
    sending = true;
    place.className = "push-s";
    place.replaceChildren();
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout(30000),
      });
    } catch {
      lost();
      return;
    }
    if (answer.type === "opaqueredirect") {
      location.assign(form.action);
    } else if (answer.status >= 500) {
      lost();
    } else {
      form.submit();
    }
  }

  function clear(event) {
    event.preventDefault();
    forgetDrafts("");
    for (const radio of radios()) radio.checked = false;
    location.replace(event.currentTarget.href);
  }

  restore();
  form.addEventListener("change", save);
  form.addEventListener("submit", send);
  form.querySelector("[data-clear]").addEventListener("click", clear);
}
