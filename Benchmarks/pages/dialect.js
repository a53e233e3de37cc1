// The clinics' signalling dialect over Socket.IO 4's wire format, with the browser's own WebSocket: nothing else is needed.
'use strict';
const wallClock = () => performance.timeOrigin + performance.now();

class Dialect {
  #socket; #handlers = new Map();

  constructor(address, userName, roomId) {
    this.user = {userName, roomId, sockId: null};
    this.#socket = new WebSocket(`ws://${address}/socket.io/?EIO=4&transport=websocket`);
    this.#socket.onmessage = message => this.#take(String(message.data));
    this.joined = new Promise((done, failed) => {
      this.#socket.onclose = () => failed(new Error('the signalling connection has ended'));
      this.on('connectionSuccess', id => { this.user.sockId = id; this.emit('checkRoom', this.user); });
      this.on('joinRoomSuccess', done);
    });
  }

  on(event, handler) { this.#handlers.set(event, [...(this.#handlers.get(event) || []), handler]); }
  emit(event, value) { this.#socket.send('42' + JSON.stringify([event, value])); }

  leave() {
    this.emit('userLeave', this.user);
    this.#socket.onclose = null;
    this.#socket.close();
  }

  // One occurrence of one of these events that `fits`: {event, value}.
  next(events, fits = () => true) {
    return new Promise(done => {
      for (const event of events) this.on(event, value => fits(value) && done({event, value}));
    });
  }

  #take(text) {
    if (text[0] === '0') this.#socket.send('40');
    else if (text[0] === '2') this.#socket.send('3');
    else if (text.startsWith('42')) {
      const [event, ...values] = JSON.parse(text.slice(2));
      for (const handler of this.#handlers.get(event) || []) handler(...values);
    }
  }
}

// The fake camera and microphone, without processing that would cost one side more than the other.
function openDevices(width, height) {
  return navigator.mediaDevices.getUserMedia({
    video: {width: {exact: width}, height: {exact: height}, frameRate: {exact: 30}},
    audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false},
  });
}

function onlyVP8(transceiver) {
  const codecs = RTCRtpReceiver.getCapabilities('video').codecs;
  transceiver.setCodecPreferences(codecs.filter(c => ['video/VP8', 'video/rtx', 'video/red', 'video/ulpfec'].includes(c.mimeType)));
}

// At most `bitrate`, and the full size whatever the load, so that all coders do the same work.
async function limit(sender, bitrate) {
  const parameters = sender.getParameters();
  parameters.degradationPreference = 'maintain-resolution';
  for (const encoding of parameters.encodings) Object.assign(encoding, {maxBitrate: bitrate, maxFramerate: 30});
  await sender.setParameters(parameters);
}

// When things happened to `peer`, in milliseconds since 1970; the first picture is noted when its callback runs.
function observe(peer, video, marks) {
  const note = name => { marks[name] ??= wallClock(); };
  peer.addEventListener('iceconnectionstatechange', () => {
    if (['connected', 'completed'].includes(peer.iceConnectionState)) note('ice');
  });
  peer.addEventListener('connectionstatechange', () => {
    if (peer.connectionState === 'connected') note('dtls');
    if (peer.connectionState === 'failed') note('failed');
  });
  const seen = new Promise(done => {
    peer.addEventListener('track', ({track}) => {
      const element = track.kind === 'video' ? video : new Audio();
      element.srcObject = new MediaStream([track]);
      element.play().catch(() => {});
      if (track.kind === 'video') video.requestVideoFrameCallback(() => { note('frame'); done(); });
      else peer.sound = element;
    });
  });
  return seen;
}

async function readStatistics(peer) {
  const wanted = ['inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp', 'candidate-pair', 'transport'];
  const reports = [...(await peer.getStats()).values()].filter(report => wanted.includes(report.type));
  return {at: wallClock(), reports};
}

// What a peer connection counts of its streams, four times a second from now on, by names like `inbound-rtp/video/framesDecoded`.
class Recording {
  samples = []; #timer;

  constructor(peer) {
    this.#timer = setInterval(async () => {
      const {at, reports} = await readStatistics(peer);
      const sample = {at: at / 1000};
      for (const report of reports.filter(report => report.kind)) {
        for (const [name, value] of Object.entries(report)) {
          if (typeof value === 'number') sample[`${report.type}/${report.kind}/${name}`] = value;
        }
      }
      this.samples.push(sample);
    }, 250);
  }

  end() {
    clearInterval(this.#timer);
    return this.samples;
  }
}
