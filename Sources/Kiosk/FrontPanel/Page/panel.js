// The front panel of a virtual kiosk: what kioskd says is shown, what is done to the button is told. Nothing is decided here.
"use strict";

const texts = {
  en: {
    title: "Front panel", button: "Call button", speaker: "Speaker", long: "Long press", longHint: "as if held",
    hint: "Press or hold the button with the pointer, or with the space bar from anywhere on this page.",
    facts: "Devices", screenSays: "The screen says", more: "For scripts", open: "open", closed: "closed",
    failed: "failed", lost: "kioskd does not answer. Trying again by itself…", screenAlt: "The kiosk's screen: ",
    camera: "Camera", microphone: "Microphone", call: "Call", fault: "Fault", age: "last", level: "level",
    on: "on", off: "off", blinking: "blinking", perSecond: "/s",
    states: {
      idle: "Ready", ringing: "Ringing", calling: "Calling the clinic", connecting: "Connecting", inCall: "In a call",
      reconnecting: "Reconnecting", ended: "Call ended", offline: "Offline", fault: "Fault", gone: "No contact",
    },
  },
  zh: {
    title: "前面板", button: "呼叫按钮", speaker: "扬声器", long: "长按", longHint: "等同按住",
    hint: "用鼠标或触摸按下、按住按钮，也可以在本页任何位置按空格键。",
    facts: "设备", screenSays: "屏幕内容", more: "供脚本使用", open: "已开启", closed: "已关闭",
    failed: "故障", lost: "kioskd 没有响应，正在自动重试…", screenAlt: "终端屏幕：",
    camera: "摄像头", microphone: "麦克风", call: "通话", fault: "故障", age: "最近", level: "音量",
    on: "亮", off: "灭", blinking: "闪烁", perSecond: "/秒",
    states: {
      idle: "就绪", ringing: "来电", calling: "正在呼叫诊所", connecting: "正在接通", inCall: "通话中",
      reconnecting: "正在重连", ended: "通话结束", offline: "离线", fault: "故障", gone: "无法联系",
    },
  },
};

const $ = (id) => document.getElementById(id);
let language = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
try { language = localStorage.getItem("language") in texts ? localStorage.getItem("language") : language; } catch { /* not kept */ }
let facts = null;
let inContact = false;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };

// words

function translate() {
  const t = texts[language];
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  for (const node of document.querySelectorAll("[data-text]")) setText(node, t[node.dataset.text]);
  const other = language === "zh" ? "en" : "zh";
  $("language").textContent = other === "zh" ? "中文" : "English";
  $("language").lang = other;
  show();
}
$("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  try { localStorage.setItem("language", language); } catch { /* not kept */ }
  translate();
});

// facts

const loudness = (level) => (level === null || level === undefined ? 0 : Math.min(1, Math.max(0, (level + 60) / 60)));

function show() {
  const t = texts[language];
  $("lost").hidden = inContact || facts === null;
  const state = inContact && facts ? facts.call.state : "gone";
  $("badge").dataset.state = state;
  if (!facts) return setText($("state"), t.states.gone);
  let words = t.states[state] ?? state;
  if (inContact && facts.call.with) words = `${words} · ${facts.call.with}`;
  setText($("state"), words);
  setText($("kiosk"), facts.kiosk || "Kiosk");
  setText($("place"), facts.place);
  setText($("network"), facts.network ?? "");
  document.title = `${words} · ${facts.kiosk || t.title}`;
  showLights(t);
  showDevices(t);
  const says = $("says");
  const lines = facts.screen.texts;
  if (says.dataset.shown !== JSON.stringify(lines)) {
    says.dataset.shown = JSON.stringify(lines);
    says.replaceChildren(...lines.map((line) => element("li", {}, line)));
    $("screen").alt = t.screenAlt + lines.join(". ");
  }
  const lit = Math.round(loudness(facts.levels.speaker) * rings);
  for (const hole of $("grille").children) hole.classList.toggle("lit", Number(hole.dataset.ring) < lit);
  $("grille").setAttribute("aria-label", `${t.speaker}: ${levelText(facts.levels.speaker)}`);
}

const levelText = (level) => (level === null ? "–" : `${Math.round(level)} dBFS`);

function showLights(t) {
  for (const [name, state] of Object.entries(facts.lights)) {
    let light = $(`light-${name}`);
    if (!light) {
      light = element("span", { id: `light-${name}`, class: "light", role: "listitem", "data-name": name },
        element("i", { "aria-hidden": "true" }), element("span"), element("span", { class: "visually-hidden" }));
      $("lights").append(light);
    }
    light.dataset.state = state;
    setText(light.children[1], t[name] ?? name);
    setText(light.children[2], `: ${t[state] ?? state}`);
  }
}

function showDevices(t) {
  for (const [name, device] of Object.entries(facts.devices)) {
    let card = $(`device-${name}`);
    if (!card) {
      card = element("div", { id: `device-${name}`, class: "device", "data-name": name },
        element("h3", {}, element("span", { class: "dot", "aria-hidden": "true" }), element("span"), element("b")), element("p"));
      if (name in facts.levels) card.append(element("div", { class: "meter", "aria-hidden": "true" }, element("span")));
      $("devices").append(card);
    }
    card.dataset.open = device.open;
    card.dataset.failed = device.failure !== null;
    setText(card.querySelector("h3 span:nth-child(2)"), t[name] ?? name);
    const condition = device.failure !== null ? t.failed : device.open ? t.open : t.closed;
    const level = facts.levels[name] ?? null;
    setText(card.querySelector("b"), level === null ? condition : `${levelText(level)} · ${condition}`);
    const parts = [];
    if (device.failure !== null) parts.push(device.failure);
    else {
      if (device.format) parts.push(device.format);
      if (device.rate !== null) parts.push(`${device.rate}${t.perSecond}`);
      if (device.age !== null) parts.push(`${t.age} ${device.age} ms`);
    }
    const line = card.querySelector("p");
    line.classList.toggle("failure", device.failure !== null);
    setText(line, parts.join(" · ") || "–");
    card.querySelector(".meter span")?.style.setProperty("--level", loudness(facts.levels[name]).toFixed(3));
  }
}

// the speaker's holes, lit from the middle outwards

const rings = 6;
for (let ring = 0; ring < rings; ring += 1) {
  const count = ring === 0 ? 1 : ring * 6;
  for (let i = 0; i < count; i += 1) {
    const hole = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    const angle = (i / count) * 2 * Math.PI;
    hole.setAttribute("cx", (Math.sin(angle) * ring * 8.6).toFixed(2));
    hole.setAttribute("cy", (-Math.cos(angle) * ring * 8.6).toFixed(2));
    hole.setAttribute("r", "2.6");
    hole.dataset.ring = ring;
    $("grille").append(hole);
  }
}

// contact: events for the facts, a moving picture for the screen

function watch() {
  const events = new EventSource("/events");
  events.onmessage = (event) => {
    const news = JSON.parse(event.data);
    if (!inContact) $("screen").src = `/display.mjpeg?${Date.now()}`;
    [facts, inContact] = [news, true];
    $("screen").width = news.screen.width;
    $("screen").height = news.screen.height;
    show();
  };
  events.onerror = () => {
    inContact = false;
    show();
    if (events.readyState === EventSource.CLOSED) setTimeout(watch, 1000);
  };
}
$("screen").addEventListener("error", () => {
  if (inContact) setTimeout(() => { $("screen").src = `/display.mjpeg?${Date.now()}`; }, 1000);
});

// the button: down is down and up is up, whatever it was that pressed

const call = $("call");
let pressedBy = null;
let sending = Promise.resolve();

function send(action) {
  // one after another, so that a release never overtakes its press
  sending = sending.then(() => fetch(`/button/call/${action}`, { method: "POST", keepalive: true })).catch(() => {});
}
function press(by) {
  if (pressedBy) return;
  pressedBy = by;
  call.classList.add("down");
  send("press");
}
function release(by) {
  if (pressedBy !== by) return;
  pressedBy = null;
  call.classList.remove("down");
  send("release");
}

call.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  call.setPointerCapture(event.pointerId);
  press("pointer");
});
for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) call.addEventListener(end, () => release("pointer"));
call.addEventListener("contextmenu", (event) => event.preventDefault());
// A screen reader's "click" comes without a pointer and without a key.
call.addEventListener("click", (event) => {
  if (event.detail !== 0 || pressedBy || event.pointerType) return;
  press("click");
  release("click");
});

const isKey = (event) => {
  const onCall = event.target === call;
  const elsewhere = !event.target.closest("button, a, input, select, textarea");
  return !event.ctrlKey && !event.metaKey && !event.altKey
    && ((event.key === " " && (onCall || elsewhere)) || (event.key === "Enter" && onCall));
};
document.addEventListener("keydown", (event) => {
  if (!isKey(event)) return;
  event.preventDefault();
  if (!event.repeat) press("key");
});
document.addEventListener("keyup", (event) => {
  if (pressedBy !== "key" || (event.key !== " " && event.key !== "Enter")) return;
  event.preventDefault();
  release("key");
});
for (const away of ["blur", "pagehide"]) window.addEventListener(away, () => { if (pressedBy) release(pressedBy); });
$("long").addEventListener("click", () => send("long"));

translate();
watch();
