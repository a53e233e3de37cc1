"""Sound that costs a coder, and is lost, as speech is: pulses of a gliding pitch through the resonances of vowels, hisses and
pauses between them.

Ten seconds of 48 kHz that can be looped. Made once, from a fixed seed, into `.build/bench`. A tone would not do: Opus codes
it as music, which carries nothing twice."""

import wave

import numpy

from .clip import CACHE

RATE, SECONDS, LEVEL = 48_000, 10, 3_000
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410), (440, 1020, 2240))


def resonance(samples, hertz, width):
    """What a resonator that was at rest makes of `samples`; it rings for 40 ms at the most."""
    time = numpy.arange(RATE // 25) / RATE
    response = numpy.exp(-numpy.pi * width * time) * numpy.sin(2 * numpy.pi * hertz * time)
    return numpy.convolve(samples, response)[: len(samples)]


def syllable(random):
    length = int(RATE * random.uniform(0.1, 0.25))
    pitch = numpy.linspace(120 * random.uniform(0.9, 1.2), 120 * random.uniform(0.8, 1.1), length)
    pulses = numpy.diff(numpy.floor(numpy.cumsum(pitch / RATE)), prepend=0) + 0.03 * random.uniform(-1, 1, length)
    tilt = 0.25 * 0.75 ** numpy.arange(60)
    source = numpy.convolve(pulses, tilt)[:length]
    vowel = VOWELS[random.integers(len(VOWELS))]
    voice = sum(resonance(source, hertz, 60 + 40 * i) / (i + 1) for i, hertz in enumerate(vowel))
    voice *= random.uniform(0.5, 1.5) * numpy.sin(numpy.linspace(0, numpy.pi, length)) / abs(voice).max()
    if random.random() > 0.6:
        return voice
    length = int(RATE * random.uniform(0.04, 0.1))
    hiss = numpy.diff(random.uniform(-1, 1, length), prepend=0) * numpy.sin(numpy.linspace(0, numpy.pi, length))
    return numpy.concatenate([0.3 * hiss, voice])


def samples():
    """Ten seconds of it, 16 bits each; where nothing is said the level is zero."""
    random = numpy.random.default_rng(21)
    parts, count = [], 0
    while count < RATE * SECONDS:
        parts += [syllable(random) for _ in range(random.integers(6, 14))]
        parts.append(numpy.zeros(int(RATE * random.uniform(0.15, 0.4))))
        count = sum(map(len, parts))
    sound = numpy.concatenate(parts)[: RATE * SECONDS]
    spoken = sound[abs(sound) > 1e-6]
    return (sound * LEVEL / numpy.sqrt((spoken**2).mean())).clip(-30_000, 30_000).astype(numpy.int16)


def recording():
    """The path of the WAV file; makes it if it is not there."""
    path = CACHE / "speech.wav"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        with wave.open(str(partial), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples().tobytes())
        partial.rename(path)
    return path
