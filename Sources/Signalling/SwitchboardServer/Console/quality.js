// The quality line of a call: what arrives, how much of it, and how long it takes, once a second.
import {text} from './strings.js';

export class Quality {
  constructor(call, line, mark, numbers, canvas) {
    Object.assign(this, {call, line, mark, numbers, canvas, history: [], last: null});
    this.timer = setInterval(() => this.measure(), 1000);
  }

  stop() { clearInterval(this.timer); }

  async measure() {
    const peer = this.call.peer;
    if (!peer || peer.connectionState === 'closed') return;
    const now = {at: performance.now(), received: 0, lost: 0, bytesIn: 0, bytesOut: 0, frames: 0};
    let picture = '', roundTrip;
    for (const entry of (await peer.getStats()).values()) {
      if (entry.type === 'inbound-rtp') {
        now.received += entry.packetsReceived ?? 0;
        now.lost += entry.packetsLost ?? 0;
        now.bytesIn += entry.bytesReceived ?? 0;
        if (entry.kind === 'video') {
          now.frames = entry.framesDecoded ?? 0;
          if (entry.frameWidth) picture = `${entry.frameWidth}×${entry.frameHeight}`;
        }
      } else if (entry.type === 'outbound-rtp') {
        now.bytesOut += entry.bytesSent ?? 0;
      } else if (entry.type === 'candidate-pair' && entry.nominated && entry.currentRoundTripTime !== undefined) {
        roundTrip = entry.currentRoundTripTime * 1000;
      }
    }
    const before = this.last;
    this.last = now;
    // A new peer connection counts from 0 again.
    if (!before || now.received < before.received) return;
    const seconds = (now.at - before.at) / 1000;
    const packets = now.received - before.received, lost = Math.max(0, now.lost - before.lost);
    this.draw({
      picture,
      frames: Math.round((now.frames - before.frames) / seconds),
      loss: packets + lost ? 100 * lost / (packets + lost) : 0,
      roundTrip,
      received: (now.bytesIn - before.bytesIn) * 8 / 1000 / seconds,
      sent: (now.bytesOut - before.bytesOut) * 8 / 1000 / seconds,
    });
  }

  draw(value) {
    const roundTrip = value.roundTrip === undefined ? '–' : `${Math.max(1, Math.round(value.roundTrip))} ms`;
    const loss = `${value.loss.toFixed(1)} %`;
    this.line.textContent = `${value.picture || '–'} · ${value.frames}/s · ${loss} · ${roundTrip}`;
    const good = value.frames >= 20 && value.loss < 2 && (value.roundTrip ?? 0) < 200;
    const poor = value.frames < 8 || value.loss > 8 || value.roundTrip > 500;
    this.mark.className = good ? 'good' : poor ? 'poor' : 'fair';
    const rows = {resolution: value.picture || '–', frames: value.frames, loss, roundTrip,
      received: `${Math.round(value.received)} kbit/s`, sent: `${Math.round(value.sent)} kbit/s`};
    this.numbers.replaceChildren(...Object.entries(rows).flatMap(([key, number]) => {
      const term = document.createElement('dt'), definition = document.createElement('dd');
      term.textContent = text(key);
      definition.textContent = number;
      return [term, definition];
    }));
    this.history = [...this.history, value.received].slice(-60);
    this.plot();
  }

  plot() {
    const {canvas, history} = this;
    const context = canvas.getContext('2d');
    const most = Math.max(500, ...history);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.beginPath();
    history.forEach((value, i) => {
      const x = canvas.width * i / 59, y = canvas.height - 4 - (canvas.height - 18) * value / most;
      if (i) context.lineTo(x, y); else context.moveTo(x, y);
    });
    context.strokeStyle = '#5eead4';
    context.lineWidth = 2;
    context.stroke();
    context.fillStyle = '#94a3b8';
    context.font = '11px system-ui';
    context.fillText(`${Math.round(most)} kbit/s`, 2, 11);
    canvas.setAttribute('aria-label', text('plot'));
  }
}
