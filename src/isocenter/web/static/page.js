"use strict";
// Everything received is shown as text: a patient's name is never markup.

const at = (id) => document.getElementById(id);
const LINES_MAX = 500;

function put(parent, tag, text, className) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  parent.append(element);
  return element;
}

function bytes(count) {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let step = 0;
  while (count >= 1000 && step < units.length - 1) { count /= 1000; step += 1; }
  return `${step ? count.toPrecision(3) : count} ${units[step]}`;
}

const date = (text) => (/^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text);

function when(moment) {
  const time = moment.toLocaleTimeString("en-GB");
  return moment.toDateString() === new Date().toDateString() ? time : `${moment.toLocaleDateString("sv-SE")} ${time.slice(0, 5)}`;
}

function showStatus(status) {
  at("aet").textContent = status.aet;
  at("port").textContent = status.port;
  at("addresses").textContent = status.addresses.join(", ") || "127.0.0.1 (this computer has no network address)";
  at("policy").textContent = status.policy;
  at("folder").textContent = status.folder;
  document.title = `${status.aet} · Isocenter`;
  document.body.className = "live";
  const open = status.associations_open;
  if (status.refusal) {
    document.body.className = "lost";
    at("state-words").textContent = status.refusal;
  } else {
    const rate = status.changes_per_second ? ` · receiving ${status.changes_per_second}/s` : "";
    at("state-words").textContent = (open ? `${open} association${open === 1 ? "" : "s"} open` : "listening") + rate;
  }
  const counts = at("counts");
  counts.replaceChildren();
  for (const [label, value] of [
    ["patients", status.patients], ["studies", status.studies], ["series", status.series], ["images", status.instances],
    ["free on the disk", bytes(status.bytes_free)], ["set aside", status.set_aside], ["callers turned away", status.rejected_callers],
  ]) {
    const item = put(counts, "li", "");
    put(item, "b", typeof value === "number" ? value.toLocaleString("en") : value);
    put(item, "span", label);
  }
  const body = at("studies");
  body.replaceChildren();
  for (const study of status.latest) {
    const row = put(body, "tr", "");
    for (const text of [study.patient_name, study.patient_id, date(study.study_date), study.modalities, study.study_description]) put(row, "td", text).title = text;
    put(row, "td", study.instance_count.toLocaleString("en"), "number");
    put(row, "td", study.received ? when(new Date(study.received)) : "");
  }
  at("empty").hidden = status.latest.length > 0;
  body.parentElement.hidden = status.latest.length === 0;
  at("example").textContent = `storescu -aec ${status.aet} ${status.addresses[0] || "127.0.0.1"} ${status.port} image.dcm`;
}

function showLine(line) {
  const list = at("lines");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  put(list, "li", line.text, line.level);
  while (list.children.length > LINES_MAX) list.firstChild.remove();
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function listen() {
  const source = new EventSource("api/live");
  source.addEventListener("open", () => at("lines").replaceChildren());
  source.addEventListener("status", (event) => showStatus(JSON.parse(event.data)));
  source.addEventListener("log", (event) => showLine(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    document.body.className = "lost";
    at("state-words").textContent = "The archive does not answer; trying again …";
  });
}

listen();
