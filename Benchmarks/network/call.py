"""One call over a cable that turns bad and good again, and what was seen of it on both sides."""

import time
from dataclasses import asdict, dataclass, field

import link
from answerers import FREEZES, FROZEN, PICTURES
from scenarios import AFTER, BEFORE, DURING

#: Freezes of the first so many seconds of a narrow link are the time to find out.
FINDING_OUT = 3
CONCEALED, SAMPLES = (f"inbound-rtp/audio/{name}" for name in ("concealedSamples", "totalSamplesReceived"))


@dataclass
class Way:
    """What came to one side: rates in kbit/s of IP, times in seconds, queues in milliseconds; None where it is not told."""

    frames: list = field(default_factory=list)  # a second: before, in the middle, after
    freezes: float | None = None
    frozen: float | None = None
    frozen_later: float | None = None  # without the first seconds
    concealed: float | None = None  # share of the samples
    repeated: float | None = None  # share of the video's packets that were sent again, of those received
    key_frames: float | None = None
    buffered: float | None = None  # video, in the jitter buffer
    offered: float | None = None
    carried: float | None = None
    dropped: float | None = None  # share of packets
    #: Until half a second of what is offered is within the limit; until it stays so.
    falls: float | None = None
    settles: float | None = None
    queue: float | None = None
    late_queue: float | None = None  # over the last five seconds
    used: float | None = None  # of the limit, without the first seconds
    recovers: float | None = None  # from the end, until four fifths of the rate before are offered again


class Counted:
    """Samples of growing counts, and what they grew by between two instants."""

    def __init__(self, samples):
        self.samples = samples

    def at(self, name, instant):
        found = None
        for sample in self.samples:
            if sample["at"] > instant and found is not None:
                break
            found = sample.get(name, found)
        return found

    def grown(self, name, start, end):
        first, last = self.at(name, start), self.at(name, end)
        return None if first is None or last is None else last - first

    def share(self, part, whole, start, end):
        part, whole = self.grown(part, start, end), self.grown(whole, start, end)
        return None if part is None or not whole else part / whole


def counted(way, samples, start, marks):
    """Fills in what the side that receives has counted; `marks` are when it got bad and good again."""
    counts, (bad, good) = Counted(samples), marks
    for first, last in ((start, bad), (bad, good), (good, good + AFTER)):
        frames = counts.grown(PICTURES, first, last)
        way.frames.append(None if frames is None else frames / (last - first))
    way.freezes, way.frozen = counts.grown(FREEZES, bad, good), counts.grown(FROZEN, bad, good)
    # A picture that stands still counts once it moves again, which may be after the end.
    way.frozen_later = counts.grown(FROZEN, bad + FINDING_OUT, good + 1)
    way.concealed = counts.share(CONCEALED, SAMPLES, bad, good)
    way.repeated = counts.share("inbound-rtp/video/retransmittedPacketsReceived", "inbound-rtp/video/packetsReceived", bad, good)
    way.key_frames = counts.grown("inbound-rtp/video/keyFramesDecoded", bad, good)
    delay = counts.share("inbound-rtp/video/jitterBufferDelay", "inbound-rtp/video/jitterBufferEmittedCount", bad, good)
    way.buffered = None if delay is None else 1000 * delay


def kilobits(readings, start, end):
    """The rate offered; None if there was nothing to be read."""
    chosen = [reading for reading in readings if start < reading.at <= end]
    return sum(reading.bytes_in for reading in chosen) * 8 / 1000 / (0.1 * len(chosen)) if chosen else None


def carried(way, readings, limit, marks):
    """Fills in what the cable says of one direction."""
    bad, good = marks
    middle = [reading for reading in readings if bad < reading.at <= good]
    seconds = good - bad
    way.offered = sum(reading.bytes_in for reading in middle) * 8 / 1000 / seconds
    way.carried = sum(reading.bytes_out for reading in middle) * 8 / 1000 / seconds
    packets = sum(reading.packets_in for reading in middle)
    way.dropped = sum(reading.dropped for reading in middle) / packets if packets else None
    way.queue, way.late_queue = waited(middle), waited([reading for reading in middle if reading.at > good - 5])
    if not limit:
        return
    over = [(kilobits(readings, bad + step / 10, bad + step / 10 + 0.5) or 0) > limit for step in range(int(seconds * 10) - 5)]
    way.falls = next((step / 10 for step, is_over in enumerate(over) if not is_over), None)
    last = max((step for step, is_over in enumerate(over) if is_over), default=-1)
    way.settles = None if last == len(over) - 1 else (last + 1) / 10
    later = [reading for reading in middle if reading.at > bad + FINDING_OUT]
    way.used = sum(reading.bytes_out for reading in later) * 8 / 1000 / (seconds - FINDING_OUT) / limit
    full = kilobits(readings, bad - 5, bad)
    for step in range(10 * AFTER - 10):
        start = good + step / 10
        if full and (kilobits(readings, start, start + 1) or 0) >= 0.8 * full:
            way.recovers = step / 10
            break


def waited(readings):
    """Milliseconds that a packet waited in the queue on average."""
    packets = sum(reading.packets_out for reading in readings)
    return sum(reading.waits for reading in readings) / 1000 / packets if packets else None


def play(meeting, scenario, cable):
    """Calls, makes the cable bad and good again. The two ways as dictionaries: `from` the answerer, and `to` it."""
    cable.set(**scenario.always)
    marks = meeting.caller.call()
    if "frame" not in marks:
        raise TimeoutError(f"{meeting.answerer.name} sent no picture\n{meeting.log()}")
    time.sleep(2)
    meeting.caller.record()
    meeting.answerer.record()
    start = time.time()
    time.sleep(BEFORE)
    cable.set(**{**scenario.always, **scenario.bad})
    bad = time.time()
    time.sleep(DURING)
    cable.set(**scenario.always)
    good = time.time()
    time.sleep(AFTER)
    back, there = Way(), Way()
    counted(back, meeting.caller.recorded(), start, (bad, good))
    counted(there, meeting.answerer.recorded(), start, (bad, good))
    meeting.end()
    carried(back, link.readings(cable.log, link.FROM), scenario.limit, (bad, good))
    carried(there, link.readings(cable.log, link.TO), scenario.limit, (bad, good))
    return {"from": asdict(back), "to": asdict(there)}
