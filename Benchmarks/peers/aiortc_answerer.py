"""aiortc as one who answers, in the clinics' dialect: the clip and speech out, everything that comes decoded.

Prints a JSON line for what happens. Run by the tests' Python."""

import argparse
import asyncio
import fractions
import json
import os
import pathlib
import sys
import time

import numpy
import socketio
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.codecs import vpx
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame, VideoFrame

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness import clip, speech  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--url")
parser.add_argument("--room")
parser.add_argument("--every", type=int, default=30, help="say each so many pictures how many there were")
for name in ("width", "height", "bitrate"):
    parser.add_argument(f"--{name}", type=int)
options = parser.parse_args()
# Its own limits are 0.25 and 1.5 Mbit/s; here it may use what the others may, from the start.
vpx.DEFAULT_BITRATE = vpx.MAX_BITRATE = options.bitrate


def say(**values):
    print(json.dumps(values), flush=True)


class Camera(VideoStreamTrack):
    """The clip from its file, a picture each 1/30 s."""

    def __init__(self):
        super().__init__()
        self.file = os.open(clip.clip(options.width, options.height), os.O_RDONLY)
        self.head = os.pread(self.file, 128, 0).index(b"\n") + 1
        self.size = options.width * options.height * 3 // 2
        self.number = 0

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        at = self.head + (self.number % clip.FRAMES) * (self.size + 6) + 6
        self.number += 1
        planes = numpy.frombuffer(os.pread(self.file, self.size, at), numpy.uint8)
        frame = VideoFrame.from_ndarray(planes.reshape(-1, options.width), format="yuv420p")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Microphone(AudioStreamTrack):
    """The speech, 20 ms at a time."""

    spoken = speech.samples().reshape(1, -1)
    at = None

    async def recv(self):
        # The base class keeps the time, at 8 kHz.
        await super().recv()
        self.at = 0 if self.at is None else self.at + 960
        start = self.at % self.spoken.shape[1]
        frame = AudioFrame.from_ndarray(self.spoken[:, start : start + 960], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self.at, fractions.Fraction(1, 48_000)
        return frame


class Answerer:
    def __init__(self):
        self.socket = socketio.AsyncClient(reconnection=False)
        self.user = {"userName": "Answerer", "roomId": options.room, "sockId": None}
        self.peer, self.call, self.decoded = None, 0, 0
        for event in (self.connectionSuccess, self.receiveVideo, self.receiveOffer, self.addIceCandidate, self.hangupVideo):
            self.socket.on(event.__name__, event)

    async def run(self):
        self.identified = asyncio.Event()
        await self.socket.connect(options.url, transports=["websocket"])
        # The identifier may come before the connection counts as made.
        await self.identified.wait()
        await self.socket.emit("checkRoom", self.user)
        await self.socket.wait()

    async def connectionSuccess(self, identifier):
        self.user["sockId"] = identifier
        self.identified.set()

    async def receiveVideo(self, user):
        if user["sockId"] == self.user["sockId"]:
            return
        await self.hangupVideo()
        self.call, self.decoded = self.call + 1, 0
        self.peer = RTCPeerConnection()
        self.peer.addTrack(Microphone())
        self.peer.addTrack(Camera())
        self.peer.on("track", lambda track: asyncio.ensure_future(self.consume(track, self.call)))
        await self.socket.emit("answerVideo", self.user)

    async def receiveOffer(self, offer, *_):
        await self.peer.setRemoteDescription(RTCSessionDescription(offer["sdp"], offer["type"]))
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        answer = {"type": "answer", "sdp": self.peer.localDescription.sdp}
        await self.socket.emit("receiveAnsewer", {"user": self.user, "answer": answer})

    async def addIceCandidate(self, value, *_):
        if self.peer and value.get("candidate"):
            candidate = candidate_from_sdp(value["candidate"].removeprefix("candidate:"))
            candidate.sdpMid, candidate.sdpMLineIndex = value.get("sdpMid"), value.get("sdpMLineIndex")
            await self.peer.addIceCandidate(candidate)

    async def hangupVideo(self, *_):
        if self.peer:
            await self.peer.close()
            self.peer = None

    async def consume(self, track, call):
        while True:
            try:
                frame = await track.recv()
            except Exception:  # the track has ended
                return
            if track.kind == "video" and frame and call == self.call:
                self.decoded += 1
                if self.decoded == 1:
                    say(call=call, frame=time.time() * 1000)
                elif self.decoded % options.every == 0:
                    say(call=call, decoded=self.decoded, at=time.time())


asyncio.run(Answerer().run())
