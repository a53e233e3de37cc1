"""aiortc as the other end, in both roles: another stack's ICE, DTLS, SRTP, VP8 and Opus against the kiosk's."""

import asyncio
import fractions

import numpy
import pytest
import socketio
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame, VideoFrame

from programs import Kiosk, wait_for


class Tone(AudioStreamTrack):
    """1 kHz at 48 kHz, 20 ms a frame."""

    async def recv(self):
        frame = await super().recv()
        samples = 960
        start = getattr(self, "position", 0)
        self.position = start + samples
        wave = (8000 * numpy.sin(2 * numpy.pi * 1000 * numpy.arange(start, start + samples) / 48000)).astype(numpy.int16)
        tone = AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        tone.sample_rate = 48000
        tone.pts, tone.time_base = start, fractions.Fraction(1, 48000)
        del frame
        return tone


class Stripes(VideoStreamTrack):
    """A picture whose stripes move."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        shift = pts // 3000 * 4 % 640
        row = ((numpy.arange(640) + shift) // 40 % 2 * 200 + 20).astype(numpy.uint8)
        picture = numpy.repeat(numpy.tile(row, (480, 1))[:, :, None], 3, axis=2)
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


def frame_number(frame):
    """The number burnt into the virtual camera's picture; see PictureCode in VirtualDevices."""
    luma = frame.to_ndarray(format="gray")
    block = max(2, frame.width // 40 & ~1)
    value = 0
    for column in range(40):
        value = value << 1 | int(luma[block // 2][column * block + block // 2] > 125)
    return (value >> 4) & 0xFFFFFFFF if value >> 36 == 0b1010 else None


class Clinician:
    """Speaks the dialect with python-socketio and media with aiortc."""

    def __init__(self, url, room="101", name="Python"):
        self.url, self.user = url, {"userName": name, "roomId": room, "sockId": None}
        self.socket = socketio.AsyncClient()
        self.peer = None
        self.numbers, self.sound = [], []
        self.events = asyncio.Queue()
        for name in ("joinRoomSuccess", "answerVideo", "receiveVideo", "hangupVideo"):
            self.socket.on(name, self.note(name))
        self.socket.on("connectionSuccess", self.note("connectionSuccess"))
        self.socket.on("receiveAnsewer", self.got_answer)
        self.socket.on("receiveOffer", self.got_offer)
        self.socket.on("addIceCandidate", self.got_candidate)

    def note(self, name):
        async def handler(*values):
            await self.events.put((name, values))

        return handler

    async def until(self, wanted, timeout=20):
        async with asyncio.timeout(timeout):
            while True:
                name, values = await self.events.get()
                if name == wanted:
                    return values[0]

    async def join(self):
        await self.socket.connect(self.url)
        self.user["sockId"] = await self.until("connectionSuccess")
        await self.socket.emit("checkRoom", self.user)
        async with asyncio.timeout(20):
            while len(await self.until("joinRoomSuccess")) < 2:
                pass

    def connection(self):
        self.peer = RTCPeerConnection()
        self.peer.addTrack(Tone())
        self.peer.addTrack(Stripes())

        @self.peer.on("track")
        def track(track):
            asyncio.ensure_future(self.receive(track))

    async def receive(self, track):
        while True:
            try:
                frame = await track.recv()
            except Exception:
                return
            if track.kind == "video":
                number = frame_number(frame)
                if number is not None:
                    self.numbers.append(number)
            else:
                self.sound.append(frame.to_ndarray().reshape(-1)[:: len(frame.layout.channels)])

    async def call(self, hesitation=0):
        await self.socket.emit("toSendVideo", self.user)
        await self.until("answerVideo")
        await asyncio.sleep(hesitation)
        self.connection()
        await self.peer.setLocalDescription(await self.peer.createOffer())
        await self.socket.emit("receiveOffer", {"user": self.user, "offer": self.description()})

    async def answer(self):
        await self.until("receiveVideo")
        self.connection()
        await self.socket.emit("answerVideo", self.user)

    def description(self):
        return {"type": self.peer.localDescription.type, "sdp": self.peer.localDescription.sdp}

    async def got_answer(self, answer, *_):
        await self.peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))

    async def got_offer(self, offer, *_):
        await self.peer.setRemoteDescription(RTCSessionDescription(offer["sdp"], offer["type"]))
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        await self.socket.emit("receiveAnsewer", {"user": self.user, "answer": self.description()})

    async def got_candidate(self, value, *_):
        if not value.get("candidate"):
            return
        candidate = candidate_from_sdp(value["candidate"].removeprefix("candidate:"))
        candidate.sdpMid, candidate.sdpMLineIndex = value.get("sdpMid"), value.get("sdpMLineIndex")
        await self.peer.addIceCandidate(candidate)

    async def until_media(self):
        async with asyncio.timeout(25):
            while len(self.numbers) < 45 or len(self.sound) < 60:
                await asyncio.sleep(0.1)

    async def leave(self):
        await self.socket.emit("hangupVideo", self.user)
        await asyncio.sleep(0.2)
        await self.peer.close()
        await self.socket.disconnect()

    def check(self):
        later = self.numbers[10:]
        assert later == sorted(later) and later[-1] > later[0] + 20, self.numbers
        wave = numpy.concatenate(self.sound[20:]).astype(float)
        assert abs(strongest_frequency(wave) - 440) < 15, strongest_frequency(wave)


def strongest_frequency(wave):
    spectrum = numpy.abs(numpy.fft.rfft(wave * numpy.hanning(len(wave))))
    return spectrum.argmax() * 48000 / len(wave)


def check_kiosk_sees(kiosk):
    before = kiosk.front_panel("/display.png")
    wait_for(lambda: kiosk.front_panel("/display.png") != before, 5, "the picture on the kiosk's display moves")


@pytest.fixture
def heard(tmp_path):
    """The file that the kiosk's speaker is recorded to."""
    return tmp_path / "heard.wav"


@pytest.fixture
def kiosk(programs, switchboard, tmp_path, heard):
    with Kiosk(programs, tmp_path / "kiosk", switchboard.url, board={"speaker": {"wav": str(heard)}}) as running:
        running.wait_until_joined()
        yield running


@pytest.mark.parametrize("role", ["caller", "answerer"])
def test_aiortc_is_the_other_end(switchboard, kiosk, heard, role):
    async def run():
        clinician = Clinician(switchboard.url)
        await clinician.join()
        if role == "caller":
            await clinician.call()
        else:
            answering = asyncio.create_task(clinician.answer())
            await asyncio.to_thread(kiosk.press)
            await answering
        await clinician.until_media()
        await asyncio.to_thread(check_kiosk_sees, kiosk)
        await asyncio.sleep(1.5)
        # What the speaker plays while the call goes on, without the chimes before and after it.
        recorded = numpy.frombuffer(heard.read_bytes()[44:], numpy.int16)[-72_000:].astype(float)
        await clinician.leave()
        clinician.check()
        assert abs(strongest_frequency(recorded) - 1000) < 15, strongest_frequency(recorded)

    asyncio.run(run())
    kiosk.wait_for_phase("idle")


def test_a_caller_who_takes_long_to_offer_finds_the_same_media_process(switchboard, kiosk):
    """A clinician reads the browser's question about the camera; meanwhile nothing is due in the media process."""
    media_process = kiosk.media_pid()

    async def run():
        clinician = Clinician(switchboard.url)
        await clinician.join()
        await clinician.call(hesitation=9)
        await clinician.until_media()
        await clinician.leave()

    asyncio.run(run())
    assert kiosk.media_pid() == media_process
    assert kiosk.status()["media"]["losses"] == 0
