// The clinician's camera, microphone and speaker: chosen by name, remembered, and followed as they come and go.
import {text} from './strings.js';

const kinds = {videoinput: 'cameraDevice', audioinput: 'microphoneDevice', audiooutput: 'speakerDevice'};
const chosen = JSON.parse(localStorage.devices ?? '{}');

export class Devices extends EventTarget {
  constructor() {
    super();
    this.list = [];
    this.stream = null;
    navigator.mediaDevices?.addEventListener('devicechange', () => this.changed());
    this.changed();
  }

  async changed() {
    const before = this.list;
    this.list = (await navigator.mediaDevices?.enumerateDevices() ?? []).filter(device => device.deviceId);
    const gone = before.find(old => old.label && !this.list.some(d => d.deviceId === old.deviceId && d.kind === old.kind));
    if (gone) this.dispatchEvent(new CustomEvent('gone', {detail: gone}));
    this.dispatchEvent(new Event('list'));
  }

  /** The camera and microphone, opened once and shared by preview and calls. Throws what getUserMedia throws. */
  async open() {
    if (this.stream?.getTracks().some(track => track.readyState === 'live')) return this.stream;
    if (!navigator.mediaDevices) throw new DOMException('', 'SecurityError');
    const video = {...this.constraint('videoinput'), width: {ideal: 1280}, height: {ideal: 720}, frameRate: {ideal: 30}};
    const audio = {...this.constraint('audioinput'), echoCancellation: true, noiseSuppression: true};
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({video, audio});
    } catch (error) {
      if (error.name !== 'NotFoundError' && error.name !== 'NotReadableError') throw error;
      // A clinician without a camera can still speak and see.
      this.stream = await navigator.mediaDevices.getUserMedia({audio});
    }
    await this.changed();
    for (const track of this.stream.getTracks()) track.onended = () => this.replace(track);
    return this.stream;
  }

  constraint(kind) {
    const id = chosen[kind];
    return id && this.list.some(d => d.deviceId === id) ? {deviceId: {exact: id}} : {};
  }

  close() {
    this.stream?.getTracks().forEach(track => { track.onended = null; track.stop(); });
    this.stream = null;
  }

  /** Opens the chosen device in place of `old`, keeping whether it was muted; listeners put it into the call. */
  async replace(old) {
    const kind = old.kind === 'video' ? 'videoinput' : 'audioinput';
    const wanted = old.kind === 'video'
      ? {video: {...this.constraint(kind), width: {ideal: 1280}, height: {ideal: 720}}}
      : {audio: {...this.constraint(kind), echoCancellation: true, noiseSuppression: true}};
    old.onended = null;
    old.stop();
    let fresh;
    try {
      fresh = (await navigator.mediaDevices.getUserMedia(wanted)).getTracks()[0];
    } catch { return; }
    fresh.enabled = old.enabled;
    fresh.onended = () => this.replace(fresh);
    this.stream?.removeTrack(old);
    this.stream?.addTrack(fresh);
    this.dispatchEvent(new CustomEvent('track', {detail: fresh}));
  }

  async choose(kind, id) {
    chosen[kind] = id;
    localStorage.devices = JSON.stringify(chosen);
    if (kind === 'audiooutput') return this.dispatchEvent(new Event('speaker'));
    const old = this.stream?.getTracks().find(track => track.kind === (kind === 'videoinput' ? 'video' : 'audio'));
    if (old) await this.replace(old);
  }

  /** Plays `element` through the chosen speaker, where the browser can choose. */
  async route(element) {
    const id = chosen.audiooutput;
    if (element.setSinkId && (!id || this.list.some(d => d.deviceId === id))) await element.setSinkId(id ?? '').catch(() => {});
  }

  /** Fills `box` with a labelled choice for each kind. */
  draw(box) {
    box.replaceChildren();
    for (const [kind, label] of Object.entries(kinds)) {
      const devices = this.list.filter(device => device.kind === kind);
      if (kind === 'audiooutput' && !('setSinkId' in HTMLMediaElement.prototype)) continue;
      const field = document.createElement('label');
      field.className = 'field';
      const words = document.createElement('span');
      words.textContent = text(label);
      const select = document.createElement('select');
      select.dataset.kind = kind;
      devices.forEach((device, i) => select.add(new Option(device.label || text('unnamed', i + 1), device.deviceId)));
      if (!devices.length) select.add(new Option(text('noDevice'), ''));
      select.disabled = devices.length < 1;
      const track = this.stream?.getTracks().find(t => t.kind === (kind === 'videoinput' ? 'video' : 'audio'));
      const current = kind === 'audiooutput' ? chosen[kind] : track?.getSettings().deviceId ?? chosen[kind];
      if (devices.some(device => device.deviceId === current)) select.value = current;
      select.onchange = () => this.choose(kind, select.value);
      field.append(words, select);
      box.append(field);
    }
  }
}

/** Calls `show` with 0…1, ten times a second, for the sound of `stream`; returns what stops it. */
export function meter(stream, show) {
  if (!stream.getAudioTracks().length) return () => {};
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
    show(Math.max(0, Math.min(1, 1 + Math.log10(power + 1e-9) / 6)));
  }, 100);
  return () => { clearInterval(timer); context.close(); };
}
