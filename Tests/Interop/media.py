"""Measures what a page receives: the picture's burnt-in frame number, and the frequency of the sound."""

# The two rows of blocks at the top of the virtual camera's picture, as VirtualDevices draws them: 40 blocks a row, the
# marker 1 0 1 0, 32 bits, and a checksum of 4 bits.
READ_CODE = """
const video = document.querySelector(args[0]);
if (!video || !video.videoWidth) return null;
const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
const context = canvas.getContext('2d', {willReadFrequently: true});
context.drawImage(video, 0, 0);
const block = Math.max(2, Math.floor(video.videoWidth / 40) & ~1);
const pixels = context.getImageData(0, 0, video.videoWidth, block * 2).data;
function row(line) {
  let value = 0n;
  for (let column = 0; column < 40; column++) {
    const x = column * block + block / 2, y = line * block + block / 2;
    value = value << 1n | (pixels[(y * video.videoWidth + x) * 4 + 1] > 125 ? 1n : 0n);
  }
  if (value >> 36n !== 0b1010n) return null;
  const number = value >> 4n & 0xFFFFFFFFn;
  let sum = 0n;
  for (let shift = 0n; shift < 32n; shift += 4n) sum ^= number >> shift & 15n;
  return sum === (value & 15n) ? Number(number) : null;
}
return {frame: row(0), milliseconds: row(1), width: video.videoWidth, height: video.videoHeight};
"""

# The strongest frequency of a media element's sound over half a second, in hertz, and its level.
MEASURE_TONE = """
const stream = document.querySelector(args[0]).srcObject;
const context = new AudioContext();
await context.resume();
const analyser = context.createAnalyser();
analyser.fftSize = 16384;
context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(analyser);
await new Promise(resolve => setTimeout(resolve, 700));
const bins = new Float32Array(analyser.frequencyBinCount);
analyser.getFloatFrequencyData(bins);
let best = 0;
for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
const rate = context.sampleRate;
await context.close();
return {frequency: best * rate / analyser.fftSize, decibels: bins[best]};
"""


def picture(browser, selector):
    """{frame, milliseconds, width, height} of the virtual camera's picture shown in `selector`, or None while there is none to be read."""
    seen = browser.run_async(READ_CODE, selector)
    return seen if seen and seen["frame"] is not None else None


def tone(browser, selector):
    """{frequency, decibels} of what `selector` plays."""
    return browser.run_async(MEASURE_TONE, selector)
