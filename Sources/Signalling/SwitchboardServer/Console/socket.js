// A Socket.IO 4 client over one WebSocket: the part of the protocol that the switchboard's dialect uses.

const backoff = [500, 1000, 2000, 4000, 5000];

export class Socket extends EventTarget {
  /** @param {object} auth what CONNECT carries: who we are. */
  constructor(auth) {
    super();
    this.auth = auth;
    this.failures = 0;
    this.connected = false;
    this.open();
  }

  open() {
    const url = new URL('/socket.io/?EIO=4&transport=websocket', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.early = [];
    this.socket = new WebSocket(url);
    this.socket.onmessage = message => this.receive(String(message.data));
    this.socket.onclose = () => this.lost();
  }

  lost() {
    clearTimeout(this.watch);
    const was = this.connected;
    this.connected = false;
    if (was) this.dispatchEvent(new Event('down'));
    const wait = backoff[Math.min(this.failures++, backoff.length - 1)];
    setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }

  /** The server pings; silence longer than it announced means a dead connection that no close will tell of. */
  expectPing() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.socket.close(), this.patience);
  }

  receive(packet) {
    switch (packet[0]) {
      case '0': {
        const open = JSON.parse(packet.slice(1));
        this.patience = (open.pingInterval || 25000) + (open.pingTimeout || 20000);
        this.expectPing();
        this.socket.send('40' + JSON.stringify(this.auth));
        break;
      }
      case '2':
        this.expectPing();
        this.socket.send('3');
        break;
      case '4':
        this.message(packet.slice(1));
        break;
    }
  }

  message(packet) {
    if (packet[0] === '0') {
      this.failures = 0;
      this.connected = true;
      this.dispatchEvent(new Event('up'));
      // The dialect's servers greet before CONNECT is answered; what came early is heard now.
      for (const event of this.early.splice(0)) this.dispatch(event);
    } else if (packet[0] === '2') {
      const event = JSON.parse(packet.slice(1).replace(/^\d+/, ''));
      if (this.connected) this.dispatch(event); else if (this.early.length < 32) this.early.push(event);
    } else if (packet[0] === '1' || packet[0] === '4') {
      this.socket.close();
    }
  }

  dispatch([name, ...values]) {
    this.dispatchEvent(new CustomEvent(name, {detail: values}));
  }

  on(name, handler) {
    this.addEventListener(name, event => handler(...(event.detail ?? [])));
  }

  /** Sends an event now; while there is no connection it is dropped, because it would mean nothing later. */
  emit(name, ...values) {
    if (this.connected) this.socket.send('42' + JSON.stringify([name, ...values]));
  }
}
