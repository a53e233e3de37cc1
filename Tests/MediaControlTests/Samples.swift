import MediaControl
import Primitives

let frame = FrameDescription(
    slot: 3, width: 641, height: 479, strideY: 704, strideUV: 352, timestamp: Instant(nanoseconds: 123_456_789_012))

let network: NetworkSettings = {
    var settings = NetworkSettings()
    settings.servers = [
        MediaServer(
            url: ICEServerURL(scheme: .turns, host: "turn.example.org", port: 443, transport: .tcp),
            address: IPAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 1), username: "1700000000:kiosk",
            credential: "c2VjcmV0"),
        MediaServer(
            url: ICEServerURL(scheme: .stun, host: "192.0.2.1", port: 3478, transport: .udp),
            address: IPAddress(ipv4: 0xC000_0201)),
    ]
    settings.policy = .relay
    settings.usesTCP = false
    settings.ports = 50_000...50_099
    settings.exceptInterfaces = ["tun*"]
    settings.authorities = "/etc/kiosk/ca.pem"
    return settings
}()

let commands: [MediaCommand] = [
    .hello(version: 1),
    .openPeer(peer: 7, role: .offer, previous: []),
    .openPeer(
        peer: .max, role: .answer,
        previous: [MediaSection(mid: "0", kind: .audio), MediaSection(mid: "视频", kind: .video)]),
    .createOffer(peer: 1),
    .remoteOffer(peer: 2, sdp: "v=0\r\n"),
    .remoteAnswer(peer: 3, sdp: ""),
    .remoteCandidate(
        peer: 4, candidate: "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host", mid: "0", mLineIndex: 0),
    .remoteCandidate(peer: 4, candidate: "", mid: nil, mLineIndex: nil),
    .restartICE(peer: 5), .closePeer(peer: 6),
    .openDevices(camera: true, microphone: false, speaker: true), .closeDevices,
    .mute(microphone: false, camera: true), .privacy(true), .privacy(false),
    .playTone(.ringIn, repeating: true), .playTone(.fault, repeating: false), .stopTone,
    .network(NetworkSettings()), .network(network),
    .requestStatistics(peer: 8), .releaseFrame(slot: 9), .ping(number: 0xDEAD_BEEF),
]

let events: [MediaEvent] = [
    .hello(version: 1, pools: [PoolSummary(name: "packets", slots: 2_048, slotSize: 1_536)]),
    .frameMemory(FrameMemory(maximumWidth: 1_280, maximumHeight: 720, slots: 8, slotSize: 1_382_400)),
    .localDescription(peer: 1, type: .answer, sdp: "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n"),
    .localCandidate(peer: 1, candidate: "candidate:1", mid: nil, mLineIndex: 3),
    .connectionState(peer: 1, state: .connected),
    .restartNeeded(peer: 4_000_000_000),
    .deviceState(device: .camera, state: .failed, detail: "no such file"),
    .remoteFrame(frame), .localFrame(frame),
    .levels(microphone: -23.5, speaker: -127),
    .statistics(peer: 1, values: [Statistic("inbound-rtp/video/framesDecoded", 300), Statistic("", -0.5)]),
    .failure(peer: nil, code: .version, text: "version 9 is not ours"),
    .failure(peer: 2, code: .negotiation, text: ""),
    .pong(
        number: 1,
        heartbeats: [
            Heartbeat(thread: .network, age: .milliseconds(3)), Heartbeat(thread: .playout, age: .seconds(2)),
        ]),
]
