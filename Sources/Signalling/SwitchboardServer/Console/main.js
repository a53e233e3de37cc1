// The console: presence in, calls out, and one state from which everything on the page is drawn.
import {Call} from './call.js';
import {Devices, meter} from './devices.js';
import {drawKiosks} from './kiosks.js';
import {Quality} from './quality.js';
import {play, repeat, silence} from './sounds.js';
import {Socket} from './socket.js';
import {duration, switchLanguage, text, translate} from './strings.js';

const $ = id => document.getElementById(id);
const me = {userName: (localStorage.name ?? '').trim(), sockId: null, iceServers: []};
const devices = new Devices();
let kiosks = [], call = null, quality = null, waiting = null, clock = null, roomLimit = 2, stopMeter = null, screen = null;
const dismissed = new Set();

const announce = (words, politely) => { $(politely ? 'announce-politely' : 'announce').textContent = words; };

// ---- signalling

const socket = new Socket({role: 'console', name: me.userName || 'Console'});
socket.on('up', () => { link(true); socket.emit('callpoint:watch', {}); });
socket.on('down', () => link(false));
socket.on('connectionSuccess', id => { if (call) call.rejoin(id); me.sockId = id; });
socket.on('callpoint:welcome', welcome => { roomLimit = welcome?.maxUsers ?? roomLimit; });
socket.on('callpoint:ice', ice => { if (Array.isArray(ice?.iceServers)) me.iceServers = ice.iceServers; });
socket.on('callpoint:kiosks', list => { kiosks = Array.isArray(list) ? list : []; presence(); });
socket.on('checkRoomSuccess', users => call?.checked(users, roomLimit));
socket.on('joinRoomSuccess', users => call?.joined(users));
socket.on('answerVideo', user => call?.answered(user));
socket.on('rejectReceiveVideo', user => call?.rejected(user, user?.reason));
socket.on('hangupVideo', user => call?.hungUp(user));
socket.on('receiveOffer', offer => call?.offered(offer));
socket.on('receiveAnsewer', answer => call?.gotAnswer(answer));
socket.on('addIceCandidate', candidate => call?.candidate(candidate));

function link(up) {
  $('link').textContent = up ? text('linkUp') : text('linkDown');
  $('link').dataset.up = up;
}

function presence() {
  const current = call && kiosks.find(k => k.name === call.kiosk.name && k.roomId === call.kiosk.roomId);
  // A kiosk that lost its own connection comes back under another socket id, in the same call.
  if (current?.sockId && current.state !== 'offline' && current.sockId !== call.kiosk.sockId) call.returned(current.sockId);
  call?.kioskRests(current?.state === 'idle');
  draw();
  for (const key of dismissed) if (!kiosks.some(k => k.state === 'calling' && keyOf(k) === key)) dismissed.delete(key);
  ring(kiosks.find(k => k.state === 'calling' && !dismissed.has(keyOf(k))));
  resume();
}

const keyOf = kiosk => `${kiosk.roomId}/${kiosk.name}`;

function draw() {
  const shown = drawKiosks($('kiosks'), kiosks, $('search').value, kiosk => start(kiosk));
  $('no-kiosks').hidden = shown > 0;
  $('no-kiosks').textContent = kiosks.length ? text('noMatch') : text('noKiosks');
}

// ---- a patient calls

function ring(kiosk) {
  if (call) kiosk = null;
  if (kiosk && keyOf(kiosk) === (waiting && keyOf(waiting))) { waiting = kiosk; return; }
  waiting = kiosk ?? null;
  $('incoming').hidden = !waiting;
  $('favicon').href = waiting ? 'icon-ringing.svg' : 'icon.svg';
  document.title = waiting ? `● ${text('incomingTitle', waiting.name)}` : 'Callpoint';
  if (!waiting) { if (!call) silence(); return; }
  repeat('incoming');
  const words = text('incomingTitle', waiting.name);
  $('incoming-title').textContent = words;
  announce(`${words}. ${text('room', waiting.roomId)}`);
  if (document.hidden && window.Notification?.permission === 'granted') new Notification(words, {body: text('room', waiting.roomId), icon: 'icon-ringing.svg'});
}

async function decline() {
  if (!waiting) return;
  dismissed.add(keyOf(waiting));
  const refusing = new Call(socket, me, waiting, new MediaStream());
  refusing.joined = () => {
    socket.emit('rejectReceiveVideo', {...refusing.user(), reason: 'refused'});
    socket.emit('userLeave', {userName: me.userName || 'Console', sockId: me.sockId, roomId: refusing.kiosk.roomId});
    if (call === refusing) call = null;
  };
  call = refusing;
  refusing.join();
  ring(null);
  silence();
}

// ---- calls

async function start(kiosk, quietly) {
  if (call || !kiosk) return;
  showError(null);
  if (!me.userName) { showError('nameNeeded', null, text('nameHint')); $('name').focus(); return; }
  if (window.Notification?.permission === 'default') Notification.requestPermission();
  const answering = kiosk.state === 'calling';
  call = new Call(socket, me, kiosk, null);
  const mine = call;
  ring(null);
  try {
    call.stream = await devices.open();
  } catch (error) {
    call = null;
    return deviceError(error);
  }
  if (call !== mine) return;
  mine.addEventListener('phase', event => phase(mine, event.detail));
  mine.addEventListener('remote', () => { $('remote').srcObject = mine.remote; devices.route($('remote')); $('remote').play().catch(() => {}); });
  $('self').srcObject = mine.stream;
  stopPreview();
  mine.start(answering || quietly === 'answer');
}

function phase(mine, {phase: now, reason}) {
  document.body.dataset.call = now;
  silence();
  if (now === 'dialling') repeat('outgoing', 3000);
  if (now === 'inCall') {
    play('connected');
    quality ??= new Quality(mine, $('quality-line'), $('quality-mark'), $('quality-numbers'), $('quality-plot'));
    sessionStorage.call = JSON.stringify({key: keyOf(mine.kiosk), at: Date.now()});
    announce(text('inCall', mine.kiosk.name), true);
  }
  if (now === 'reconnecting') { play('weak'); announce(text('reconnectingText')); }
  if (now === 'ended') return ended(mine, reason);
  $('home').hidden = true;
  $('call').hidden = false;
  drawCall();
  wake();
  clock ??= setInterval(drawCall, 1000);
  if (now === 'dialling') $('hangup').focus();
}

function drawCall() {
  if (!call) return;
  const {name} = call.kiosk;
  $('call-name').textContent = name;
  $('call-clock').textContent = call.started ? duration(Date.now() - call.started) : '';
  if (call.phase === 'inCall') sessionStorage.call = JSON.stringify({key: keyOf(call.kiosk), at: Date.now()});
  const words = {
    dialling: [text('dialling', name), text('diallingText')],
    connecting: [text('connecting'), text('connectingText')],
    reconnecting: [text('reconnecting'), text('reconnectingText')],
  }[call.phase];
  $('call-words').hidden = !words;
  if (words && $('call-text').textContent !== words[1]) [$('call-title').textContent, $('call-text').textContent] = words;
  const toggle = (id, on, words) => {
    $(id).setAttribute('aria-pressed', on);
    $(id).querySelector('span').textContent = text(words);
  };
  const [audio] = call.stream?.getAudioTracks() ?? [], [video] = call.stream?.getVideoTracks() ?? [];
  toggle('mute', audio?.enabled === false, audio?.enabled === false ? 'unmute' : 'mute');
  toggle('camera', video?.enabled === false, video?.enabled === false ? 'cameraOn' : 'cameraOff');
  toggle('share', Boolean(screen), screen ? 'unshare' : 'share');
  $('camera').disabled = !video;
  $('share').disabled = !navigator.mediaDevices?.getDisplayMedia || !video;
}

function ended(mine, reason) {
  clearInterval(clock);
  clock = null;
  quality?.stop();
  quality = null;
  screen?.stop();
  screen = null;
  devices.close();
  delete sessionStorage.call;
  call = null;
  for (const id of ['remote', 'self']) $(id).srcObject = null;
  $('call').hidden = true;
  $('home').hidden = false;
  $('quality-panel').hidden = $('devices-panel').hidden = true;
  document.body.dataset.call = 'idle';
  play('ended');
  announce(text('ended'));
  if (reason !== 'self' && reason !== 'ended') showError(reason, mine.kiosk.name);
  presence();
}

/** A page that was reloaded in a call takes the call up again, as long as the kiosk waits for it. */
function resume() {
  if (call || !sessionStorage.call || !me.sockId) return;
  const last = JSON.parse(sessionStorage.call);
  const kiosk = kiosks.find(k => keyOf(k) === last.key && k.state !== 'offline');
  if (Date.now() - last.at > 30_000) delete sessionStorage.call;
  else if (kiosk) { delete sessionStorage.call; announce(text('resuming')); start(kiosk); }
}

// ---- errors

function showError(key, name, words) {
  $('error').hidden = !key;
  if (!key) return;
  $('error').dataset.error = key;
  $('error-title').textContent = text(key, name);
  $('error-text').textContent = words ?? text(`${key}Text`);
}

function deviceError(error) {
  console.warn(error);
  const key = {NotAllowedError: 'denied', SecurityError: 'insecure'}[error.name] ?? 'noDevices';
  showError(key);
  presence();
}

// ---- devices and preview

async function preview() {
  try {
    const stream = await devices.open();
    $('preview').srcObject = stream;
    $('preview-start').hidden = true;
    stopMeter?.();
    stopMeter = meter(stream, level => { $('meter').style.transform = `scaleX(${level})`; });
  } catch (error) { deviceError(error); }
}

function stopPreview() {
  stopMeter?.();
  stopMeter = null;
  $('preview').srcObject = null;
  $('preview-start').hidden = false;
}

function drawDevices() {
  for (const id of ['device-fields', 'devices-panel']) if (!$(id).contains(document.activeElement)) devices.draw($(id));
}

devices.addEventListener('list', drawDevices);
devices.addEventListener('gone', ({detail}) => announce(text('deviceGone', detail.label)));
devices.addEventListener('speaker', () => devices.route($('remote')));
devices.addEventListener('track', ({detail}) => {
  if (!(detail.kind === 'video' && screen)) call?.sendTrack(detail);
  const shown = $(call ? 'self' : 'preview');
  shown.srcObject = devices.stream;
  announce(text('newCamera', detail.label), true);
  drawDevices();
});

async function share() {
  if (screen) { screen.onended = null; screen.stop(); screen = null; await call?.sendTrack(call.stream.getVideoTracks()[0]); return drawCall(); }
  try {
    [screen] = (await navigator.mediaDevices.getDisplayMedia({video: {frameRate: 15}})).getVideoTracks();
  } catch { return; }
  screen.contentHint = 'detail';
  screen.onended = () => { screen = null; call?.sendTrack(call.stream.getVideoTracks()[0]); drawCall(); };
  await call?.sendTrack(screen);
  drawCall();
}

// ---- what the person does

function flip(kind) {
  const [track] = (kind === 'audio' ? call?.stream?.getAudioTracks() : call?.stream?.getVideoTracks()) ?? [];
  if (track) track.enabled = !track.enabled;
  drawCall();
}

function panel(button, id) {
  $(id).hidden = !$(id).hidden;
  button.setAttribute('aria-expanded', !$(id).hidden);
  if (id === 'devices-panel' && !$(id).hidden) { devices.draw($(id)); $(id).querySelector('select')?.focus(); }
}

let sleep;
function wake() {
  document.body.classList.remove('resting');
  clearTimeout(sleep);
  sleep = setTimeout(() => {
    const busy = $('call-bar').matches(':focus-within, :hover') || !$('devices-panel').hidden;
    document.body.classList.toggle('resting', call?.phase === 'inCall' && !busy);
  }, 4000);
}

$('answer').onclick = () => start(waiting);
$('decline').onclick = decline;
$('hangup').onclick = () => call?.hangUp();
$('mute').onclick = () => flip('audio');
$('camera').onclick = () => flip('video');
$('share').onclick = share;
$('choose').onclick = event => panel(event.currentTarget, 'devices-panel');
$('quality').onclick = event => panel(event.currentTarget, 'quality-panel');
$('preview-start').onclick = preview;
$('error-close').onclick = () => showError(null);
$('search').oninput = draw;
$('name').oninput = () => {
  const clean = $('name').value.replace(/[^\p{L}]/gu, '').slice(0, 10);
  if (clean !== $('name').value) { $('name').value = clean; $('name-hint').hidden = false; }
  me.userName = localStorage.name = clean;
  socket.auth.name = clean || 'Console';
};
$('language').onclick = () => { switchLanguage(); words(); };
for (const event of ['pointermove', 'keydown', 'focusin']) addEventListener(event, wake);

const keys = {m: 'mute', v: 'camera', s: 'share', o: 'choose', h: 'hangup', a: 'answer', d: 'decline'};
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const button = keys[event.key.toLowerCase()] && $(keys[event.key.toLowerCase()]);
  if (event.key === '/' && !call) { event.preventDefault(); $('search').focus(); }
  else if (button && button.offsetParent && !button.disabled) { event.preventDefault(); button.click(); }
});

// The own picture may cover what matters: it can be dragged, or moved to the next corner by a double click.
{
  const self = $('self');
  let grip;
  self.onpointerdown = event => { grip = {x: event.offsetX, y: event.offsetY}; self.setPointerCapture(event.pointerId); };
  self.onpointermove = event => {
    if (!grip) return;
    Object.assign(self.style, {left: `${event.clientX - grip.x}px`, top: `${event.clientY - grip.y}px`, right: 'auto', bottom: 'auto'});
  };
  self.onpointerup = () => { grip = null; };
  self.ondblclick = () => { self.removeAttribute('style'); self.classList.toggle('left'); };
}

function words() {
  translate();
  $('language').textContent = text('language');
  $('language').setAttribute('aria-label', text('languageLabel'));
  $('search').placeholder = text('search');
  $('search').setAttribute('aria-label', text('search'));
  $('meter-box').setAttribute('aria-label', text('level'));
  $('self').setAttribute('aria-label', text('selfView'));
  $('remote').setAttribute('aria-label', text('remoteView'));
  $('call-bar').setAttribute('aria-label', text('controls'));
  $('quality').setAttribute('aria-label', text('quality'));
  link(socket.connected);
  drawDevices();
  draw();
  drawCall();
}

$('name').value = me.userName;
words();
setInterval(() => {
  if (waiting) $('incoming-since').textContent = text('waitingFor', duration(Date.now() - (waiting.since ?? Date.now())));
  if (!call && kiosks.some(k => k.state === 'inCall')) draw();
}, 1000);
