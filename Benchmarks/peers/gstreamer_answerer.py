"""GStreamer's webrtcbin as one who answers, in the clinics' dialect: the clip and speech out, everything that comes decoded.

Prints a JSON line for what happens. Run by Debian's Python, which has GStreamer's bindings, with the tests' pure Python
packages on its path. The pipeline of a call is made when it rings and starts with the offer, which brings payload types."""

import argparse
import gc
import json
import queue
import random
import re
import time

import gi
import socketio

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--url")
parser.add_argument("--room")
parser.add_argument("--pictures")
parser.add_argument("--sound")
parser.add_argument("--count", type=int)
parser.add_argument("--every", type=int, default=30, help="say each so many pictures how many there were")
for name in ("width", "height", "bitrate"):
    parser.add_argument(f"--{name}", type=int)
options = parser.parse_args()
Gst.init(None)


def say(**values):
    print(json.dumps(values), flush=True)


# The encoder is set as kiosk-mediad sets its own, as far as vp8enc has a property for it. The pads' numbers are those of
# the offer's media sections: sound, then pictures. The sound file's header is played as 22 samples more.
SENDING = """
webrtcbin name=peer bundle-policy=max-bundle
multifilesrc location={pictures} stop-index={last} loop=true
 ! rawvideoparse format=i420 width={width} height={height} framerate=30/1 ! clocksync
 ! queue max-size-buffers=2 leaky=downstream
 ! vp8enc deadline=1 cpu-used=-12 threads=1 end-usage=cbr target-bitrate={bitrate} error-resilient=default
   min-quantizer=2 max-quantizer=56 undershoot=100 overshoot=15 buffer-size=1000 buffer-initial-size=500
   buffer-optimal-size=600 static-threshold=1 max-intra-bitrate=500 keyframe-max-dist=100000
 ! rtpvp8pay name=video picture-id-mode=15-bit ! capsfilter name=videocaps ! peer.sink_1
multifilesrc location={sound} loop=true
 ! rawaudioparse format=pcm pcm-format=s16le sample-rate=48000 num-channels=1 ! audiobuffersplit output-buffer-duration=1/50
 ! clocksync ! queue
 ! opusenc bitrate=32000 audio-type=voice complexity=5 inband-fec=true packet-loss-percentage=10
 ! rtpopuspay name=audio ! capsfilter name=audiocaps ! peer.sink_0
"""
RECEIVING = {
    "video": "queue ! rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec ! fakesink name=end sync=false",
    "audio": "queue ! rtpopusdepay ! opusdec ! fakesink name=end sync=false",
}


class Call:
    def __init__(self, number, tell):
        self.number, self.tell, self.decoded = number, tell, 0
        self.pipeline = Gst.parse_launch(SENDING.format(
            pictures=options.pictures, sound=options.sound, last=options.count - 1, width=options.width, height=options.height,
            bitrate=options.bitrate))
        self.peer = self.pipeline.get_by_name("peer")
        for index in (0, 1):
            transceiver = self.peer.emit("get-transceiver", index)
            transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDRECV)
            transceiver.set_property("do-nack", True)
        self.peer.connect("on-ice-candidate", self.found)
        self.peer.connect("pad-added", self.receive)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", lambda _, message: say(call=number, error=str(message.parse_error())))
        self.pipeline.set_state(Gst.State.READY)

    def accept(self, sdp):
        for kind, codec in (("video", "VP8/90000"), ("audio", "opus/48000")):
            payload_type = int(re.search(rf"^a=rtpmap:(\d+) {codec}", sdp, re.M | re.I)[1])
            # A fixed SSRC, said in the caps as well: webrtcbin may otherwise answer with one that it does not use.
            ssrc = random.randrange(1, 1 << 32)
            payloader = self.pipeline.get_by_name(kind)
            payloader.set_property("pt", payload_type)
            payloader.set_property("ssrc", ssrc)
            self.pipeline.get_by_name(kind + "caps").set_property("caps", Gst.Caps.from_string(
                f"application/x-rtp,media={kind},encoding-name={codec.split('/')[0].upper()},payload={payload_type},"
                f"ssrc=(uint){ssrc}"))
        self.pipeline.set_state(Gst.State.PLAYING)
        message = GstSdp.SDPMessage.new_from_text(sdp)[1]
        offer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.OFFER, message)
        self.peer.emit("set-remote-description", offer, Gst.Promise.new_with_change_func(self.described))

    def described(self, _):
        self.peer.emit("create-answer", None, Gst.Promise.new_with_change_func(self.answered))

    def answered(self, promise):
        reply = promise.get_reply()  # which owns the answer, so it has to live as long
        answer = reply.get_value("answer")
        self.peer.emit("set-local-description", answer, Gst.Promise.new())
        self.tell("receiveAnsewer", "answer", {"type": "answer", "sdp": answer.sdp.as_text()})

    def found(self, _, index, candidate):
        self.tell("addIceCandidate", "candidate", {"candidate": candidate, "sdpMLineIndex": index, "sdpMid": str(index)})

    def receive(self, _, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        kind = pad.get_current_caps().get_structure(0).get_string("media")
        decoding = Gst.parse_bin_from_description(RECEIVING[kind], True)
        if kind == "video":
            decoding.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, self.count)
        self.pipeline.add(decoding)
        decoding.sync_state_with_parent()
        pad.link(decoding.get_static_pad("sink"))

    def count(self, *_):
        self.decoded += 1
        if self.decoded == 1:
            say(call=self.number, frame=time.time() * 1000)
        elif self.decoded % options.every == 0:
            say(call=self.number, decoded=self.decoded, at=time.time())
        return Gst.PadProbeReturn.OK

    def end(self):
        self.pipeline.get_bus().remove_signal_watch()
        self.pipeline.set_state(Gst.State.NULL)
        # The pipeline holds this object by its signals, so this object must not hold the pipeline.
        self.pipeline = self.peer = None
        gc.collect()


class Answerer:
    """Socket.IO's thread only hands over what came; everything else is done by GLib's."""

    def __init__(self):
        self.loop = GLib.MainLoop()
        self.user = {"userName": "Answerer", "roomId": options.room, "sockId": None}
        self.call, self.calls = None, 0
        self.socket = socketio.Client(reconnection=False)
        for event in (self.connectionSuccess, self.receiveVideo, self.receiveOffer, self.addIceCandidate, self.hangupVideo):
            self.socket.on(event.__name__, self.on_loop(event))
        self.socket.on("disconnect", lambda *_: self.loop.quit())
        # What GStreamer's threads have to say leaves by one thread of ours.
        self.outgoing = queue.SimpleQueue()

    def on_loop(self, handler):
        def handle(values):
            handler(*values)
            return False

        return lambda *values: GLib.idle_add(handle, values, priority=GLib.PRIORITY_HIGH)

    def tell(self, event, name, value):
        self.outgoing.put((event, {"user": self.user, name: value}))

    def run(self):
        self.socket.connect(options.url, transports=["websocket"])
        # Only now: the identifier comes before the connection counts as made.
        self.socket.start_background_task(self.send)
        self.loop.run()

    def send(self):
        while True:
            self.socket.emit(*self.outgoing.get())

    def connectionSuccess(self, identifier):
        self.user["sockId"] = identifier
        self.outgoing.put(("checkRoom", self.user))

    def receiveVideo(self, user):
        if user["sockId"] != self.user["sockId"]:
            self.hangupVideo()
            self.calls += 1
            self.call = Call(self.calls, self.tell)
            self.outgoing.put(("answerVideo", self.user))

    def receiveOffer(self, offer, *_):
        self.call.accept(offer["sdp"])

    def addIceCandidate(self, value, *_):
        if self.call and value.get("candidate"):
            self.call.peer.emit("add-ice-candidate", value.get("sdpMLineIndex") or 0, value["candidate"])

    def hangupVideo(self, *_):
        if self.call:
            self.call.end()
            self.call = None


Answerer().run()
