"""What the two sides show and say: pictures and sounds that can be told apart from everything else after two codecs."""

import io
import math
import struct
import wave

#: Hertz of the bursts that the browser's microphone hears, and of those that the kiosk's hears.
BROWSER_TONE = 700
KIOSK_TONE = 1000


def bursts(frequency, seconds=10, rate=48000, channels=2):
    """A WAV file of a tone that sounds for a quarter of each half second: a steady one would be taken for noise and removed."""
    data = bytearray()
    for index in range(seconds * rate):
        within = index % (rate // 2)
        value = 0
        if within < rate // 4:
            edge = min(1.0, within / 480, (rate // 4 - within) / 480)
            value = int(12000 * edge * math.sin(2 * math.pi * frequency * index / rate))
        data += struct.pack("<h", value) * channels
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(data))
    return out.getvalue()


def clinician(width=160, height=120, frames=20, rate=10):
    """A YUV4MPEG2 film for the browser's camera: magenta on the left, cyan on the right, and a white bar that travels."""
    out = bytearray(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
    chroma_u = (bytes([202]) * (width // 4) + bytes([166]) * (width // 4)) * (height // 2)
    chroma_v = (bytes([222]) * (width // 4) + bytes([16]) * (width // 4)) * (height // 2)
    for number in range(frames):
        bar = number * height // frames
        luma = bytearray()
        for line in range(height):
            white = bar <= line < bar + height // 8
            luma += bytes([235]) * width if white else bytes([107]) * (width // 2) + bytes([169]) * (width // 2)
        out += b"FRAME\n" + luma + chroma_u + chroma_v
    return bytes(out)
