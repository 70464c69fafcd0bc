// My plan: in the plan box of a part the reader chooses a line and may rewrite it; it is printed from there, or with the
// certificate. It is kept in this browser only, by course: no field here stands in a form, so nothing is sent. Signing
// out empties what the browser keeps for the site (Clear-Site-Data), and the plan with it.
const sheet = document.querySelector("[data-plan]");
const template = document.querySelector("[data-plan-choice]");
const name = `tbblearn-plan:${sheet.dataset.plan}`;
let boxes = [];

// By place: the line that was chosen, and the text that it has become.
function kept() {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? {};
  } catch {
    return {}; // not ours
  }
}

function keep(plan) {
  if (Object.keys(plan).length) localStorage.setItem(name, JSON.stringify(plan));
  else localStorage.removeItem(name);
  show();
}

function show() {
  const lines = Object.values(kept()).map(({ text }) => Object.assign(document.createElement("li"), { textContent: text }));
  sheet.querySelector("ul").replaceChildren(...lines);
  for (const one of document.querySelectorAll("[data-plan-has]")) one.hidden = !lines.length;
}

// The list of a plan box becomes a choice.
function choosing(list, number) {
  const place = `${template.dataset.planChoice}/${number}`;
  const id = `plan--${number}`; // ids of sections never hold two hyphens
  const controls = template.content.firstElementChild.cloneNode(true);
  const find = (one) => controls.querySelector(one);
  const [group, field, text, said] = ["fieldset", "[data-plan-own]", "textarea", "[role=status]"].map(find);
  find(".govuk-hint").id = `${id}-hint`;
  group.setAttribute("aria-describedby", `${id}-hint`);
  text.id = `${id}-text`;
  field.querySelector("label").htmlFor = text.id;
  const item = find(".govuk-radios__item");
  const radios = [...list.children].map((line, at) => {
    const row = item.cloneNode(true);
    const [radio, label] = row.children;
    Object.assign(radio, { id: `${id}-${at}`, name: id, value: line.textContent.trim() });
    label.htmlFor = radio.id;
    label.firstElementChild.textContent = radio.value;
    item.before(row);
    return radio;
  });
  item.remove();
  const rewritten = new Map(); // who looks at another line and comes back finds their own words again

  function save(announced) {
    const plan = kept();
    const line = radios.find((radio) => radio.checked)?.value ?? "";
    rewritten.set(line, text.value);
    if (text.value.trim()) plan[place] = { line, text: text.value.trim() };
    else delete plan[place];
    keep(plan);
    if (announced) said.textContent = plan[place] ? said.dataset.kept : "";
  }

  function restore() {
    const found = kept()[place];
    for (const radio of radios) radio.checked = radio.value === found?.line;
    text.value = found?.text ?? "";
    field.hidden = !found;
    rewritten.clear();
    said.textContent = "";
  }

  group.addEventListener("change", ({ target }) => {
    text.value = rewritten.get(target.value) || target.value;
    field.hidden = false;
    save(true);
  });
  text.addEventListener("input", () => save(false));
  text.addEventListener("change", () => save(true));
  find("[data-plan-print]").addEventListener("click", printAlone);
  find("[data-plan-remove]").addEventListener("click", () => {
    keep({});
    for (const box of boxes) box.restore();
    said.textContent = said.dataset.gone;
    radios[0].focus(); // the button is gone
  });
  restore();
  list.replaceWith(controls);
  return { list, controls, restore };
}

function printAlone() {
  const alone = (yes) => {
    sheet.hidden = !yes;
    document.body.classList.toggle("prints-plan", yes);
  };
  alone(true);
  addEventListener("afterprint", () => alone(false), { once: true });
  print();
}

// Nobody knows who looks at the screen now: the plan is not on it. It stays in the browser.
function leave() {
  for (const { list, controls } of boxes) controls.replaceWith(list);
  for (const one of document.querySelectorAll("[data-plan-has], [data-plan]")) one.hidden = true;
}

function keeps() {
  try {
    localStorage.setItem(`${name}?`, "");
    localStorage.removeItem(`${name}?`);
    return true;
  } catch {
    return false; // storage is switched off: the page stays as it came
  }
}

if (keeps()) {
  if (template) boxes = [...document.querySelectorAll(".plan ul")].map(choosing);
  const choice = document.querySelector("[data-plan-with] input");
  choice?.addEventListener("change", () => (sheet.hidden = !choice.checked));
  show();
  document.addEventListener("session-ended", leave);
  new BroadcastChannel("tbblearn-visit").addEventListener("message", ({ data }) => data !== document.body.dataset.visit && leave());
}
