// What script adds to a part of a course: practice answered in place, and the section on the screen marked and remembered.
const part = document.querySelector("[data-part]");

// The same address is asked for as without script, and only the question's own form is exchanged.
part.addEventListener("submit", (event) => {
  const form = event.target.closest("form.practice");
  if (!form) return;
  event.preventDefault();
  const own = new FormData(form, event.submitter);
  const query = new URLSearchParams(location.search);
  const id = form.querySelector(".govuk-form-group").id;
  query.delete(id);
  query.delete("svara");
  for (const [name, value] of own) if (name === id || name === "svara" || !query.has(name)) query.append(name, value);
  answer(`${location.pathname}?${query}`, id);
});

async function answer(address, id) {
  const found = await fetch(address).then((reply) => (reply.ok ? reply.text() : "")).catch(() => "");
  const group = new DOMParser().parseFromString(found, "text/html").getElementById(id);
  if (!group) return location.assign(`${address}#${id}`); // the session has ended, say: the page knows what to do
  const fresh = document.adoptNode(group.closest("form"));
  document.getElementById(id).closest("form").replaceWith(fresh);
  history.replaceState(history.state, "", address);
  const said = fresh.querySelector(".feedback, .govuk-error-message");
  if (!said) return undefined;
  said.tabIndex = -1;
  return said.focus();
}

// The section being read: the last whose heading has come up past the middle of the window.
const sections = [...part.querySelectorAll("[data-section]")];
const links = new Map([...part.querySelectorAll(".toc a")].map((link) => [link.hash.slice(1), link]));
const token = part.querySelector("[name=csrf_token]").value;
let here = sections[0].id;
let told = here;

function look() {
  const begun = sections.filter((section) => section.getBoundingClientRect().top < innerHeight / 2);
  const now = (begun.at(-1) ?? sections[0]).id;
  if (now === here) return;
  links.get(here)?.removeAttribute("aria-current");
  links.get(now)?.setAttribute("aria-current", "true");
  here = now;
}

function tell() {
  if (here === told) return;
  told = here;
  const body = new FormData();
  body.set("csrf_token", token);
  body.set("section", here);
  navigator.sendBeacon(part.dataset.part, body);
}

addEventListener("scroll", look, { passive: true });
addEventListener("pagehide", tell);
addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tell());
setInterval(tell, 20_000);
look();
