// The list of kiosks: those that need someone first, one primary action a row, no flicker as states change.
import {duration, networkFinding, text, time} from './strings.js';

const order = {calling: 0, fault: 1, ringing: 2, connecting: 2, inCall: 3, reconnecting: 3, idle: 4, offline: 5};

function state(kiosk) {
  switch (kiosk.state) {
    case 'idle': return text('ready');
    case 'inCall': return text('inCall', kiosk.with);
    case 'fault': return text('fault', kiosk.detail);
    case 'offline': return text('offline', kiosk.since ? time(kiosk.since) : '–');
    default: return text(kiosk.state in order ? kiosk.state : 'fault', kiosk.detail);
  }
}

function row(kiosk, onCall) {
  const item = document.createElement('li');
  item.innerHTML = '<i class="state-mark" aria-hidden="true"></i><div class="words"><strong></strong><span class="place"></span>'
    + '<span class="state"></span><span class="network"></span></div><span class="last"></span>'
    + '<button type="button" class="primary call"><svg aria-hidden="true"><use href="#i-phone"/></svg><span></span></button>';
  item.querySelector('button').onclick = () => onCall(item.kiosk);
  return item;
}

/** Draws `kiosks` into `list`, keeping each kiosk's element so that focus and screen readers are not disturbed. */
export function drawKiosks(list, kiosks, filter, onCall) {
  const words = filter.trim().toLowerCase();
  const shown = kiosks
    .filter(kiosk => !words || `${kiosk.name} ${kiosk.roomId} ${kiosk.place ?? ''}`.toLowerCase().includes(words))
    .sort((a, b) => (order[a.state] ?? 4) - (order[b.state] ?? 4) || a.name.localeCompare(b.name));
  const rows = new Map([...list.children].map(item => [item.dataset.key, item]));
  shown.forEach((kiosk, i) => {
    const key = `${kiosk.roomId}/${kiosk.name}`;
    const item = rows.get(key) ?? row(kiosk, onCall);
    rows.delete(key);
    item.kiosk = kiosk;
    Object.assign(item.dataset, {key, state: kiosk.state, room: kiosk.roomId});
    const set = (selector, value) => { const e = item.querySelector(selector); if (e.textContent !== value) e.textContent = value; };
    set('strong', kiosk.name);
    set('.place', [kiosk.place, text('room', kiosk.roomId)].filter(Boolean).join(' · '));
    set('.state', state(kiosk) + (kiosk.state === 'inCall' && kiosk.since ? ` · ${duration(Date.now() - kiosk.since)}` : ''));
    set('.network', kiosk.state === 'offline' ? '' : networkFinding(kiosk.finding, kiosk.network));
    set('.last', kiosk.lastCall ? text('lastCall', time(kiosk.lastCall)) : '');
    set('button span', kiosk.state === 'calling' ? text('answer') : text('call'));
    const button = item.querySelector('button');
    button.setAttribute('aria-label', `${button.textContent.trim()}: ${kiosk.name}, ${text('room', kiosk.roomId)}`);
    button.disabled = kiosk.state === 'offline';
    if (list.children[i] !== item) list.insertBefore(item, list.children[i] ?? null);
  });
  for (const item of rows.values()) item.remove();
  return shown.length;
}
