// Short melodies, told apart by their shape and not only by their pitch.
const melodies = {
  incoming: [[523, 0], [659, 0.18], [784, 0.36], [659, 0.54], [784, 0.72]],
  outgoing: [[440, 0], [440, 0.5]],
  connected: [[523, 0], [784, 0.14]],
  ended: [[523, 0], [392, 0.16], [330, 0.32]],
  weak: [[330, 0], [330, 0.2], [294, 0.4]],
};

let context;
let repeating;

export async function play(name) {
  context ??= new AudioContext();
  // Before any click on the page a browser keeps it silent; the picture and the title ring all the same.
  if (context.state !== 'running') await context.resume().catch(() => {});
  const start = context.currentTime + 0.02;
  for (const [frequency, at] of melodies[name]) {
    const tone = new OscillatorNode(context, {frequency, type: 'triangle'});
    const volume = new GainNode(context, {gain: 0});
    volume.gain.setValueAtTime(0, start + at);
    volume.gain.linearRampToValueAtTime(0.18, start + at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + at + 0.3);
    tone.connect(volume).connect(context.destination);
    tone.start(start + at);
    tone.stop(start + at + 0.35);
  }
}

export function repeat(name, every = 2200) {
  silence();
  play(name);
  repeating = setInterval(() => play(name), every);
}

export function silence() {
  clearInterval(repeating);
}
