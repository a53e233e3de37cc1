import DTLS
import PeerConnection
import Primitives
import SDP

/// How the two reach each other.
enum Way: Sendable {
    /// By datagrams, and nothing between.
    case direct
    /// By ChannelData of a relay: over UDP, and over TCP.
    case relay, relayByStream
    /// Straight over TCP (RFC 6544).
    case connection
}

/// A datagram on its way between the two.
struct Datagram: ~Copyable, Sendable {
    var packet: PooledBuffer
    var from: TransportAddress
    var to: TransportAddress
}

/// One that has left, and when it arrives.
struct Flight: ~Copyable, Sendable {
    var datagram: Datagram
    var due: Instant
}

/// What was written to a connection.
struct Written: ~Copyable, Sendable {
    var packet: PooledBuffer
    var number: StreamNumber
}

/// One engine, what it is fed with, and what was counted; written so that it takes nothing from the heap itself.
final class End {
    var peer: PeerConnection
    let address: TransportAddress
    let packets = BufferPool(slotCount: 1024, slotSize: 1536)
    let outgoing = Ring<Datagram>(capacity: 1024)
    /// On their way from here, the first one apart.
    private let flights = Ring<Flight>(capacity: 1024)
    private var first: Flight?
    let written = Ring<Written>(capacity: 1024)
    /// Connections that are to be made.
    var requests: [StreamRequest] = []
    private let keyFrame: [UInt8]
    private let frame = [UInt8](repeating: 0x11, count: 4_000)
    private let sound = [UInt8](repeating: 0x78, count: 80)
    private var wantsKeyFrame = true
    private var upperIsNext = false
    var candidates: [(text: String, mid: String, index: Int)] = []
    var deadline = Instant.distantFuture
    var framesReceived = 0
    var soundsReceived = 0
    private var sounds: UInt32 = 0

    init(
        host: UInt32, certificate: DTLSCertificate, security: SecurityKind, way: Way, requestsBitrate: Bool,
        now: Instant
    ) {
        var configuration = PeerConfiguration()
        configuration.usesTCP = way == .connection
        if way == .relay || way == .relayByStream {
            configuration.candidatePolicy = .relay
            configuration.iceServers = [Wire.server(byStream: way == .relayByStream)]
        }
        if requestsBitrate { configuration.capabilities.withdraw([.transportCC]) }
        address = TransportAddress(IPAddress(ipv4: host), port: 40_000)
        // A start code and a size (RFC 6386 §9.1), which receivers look at.
        keyFrame = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01] + [UInt8](repeating: 0, count: 12_000)
        peer = PeerConnection(
            configuration: configuration, certificate: certificate, packets: packets,
            frames: BufferPool(slotCount: 16, slotSize: 65_536), random: RandomSource(seed: UInt64(host)), now: now,
            security: security)
        peer.addLocalAddress(address, now: now)
    }

    func sendFrame(now: Instant) {
        let bytes = wantsKeyFrame ? keyFrame : frame
        let isUpper = upperIsNext && !wantsKeyFrame
        peer.sendVideo(
            bytes.span.bytes, isKeyFrame: wantsKeyFrame, isNonReference: isUpper, capturedAt: now, now: now)
        upperIsNext = !isUpper
        wantsKeyFrame = false
    }

    func sendSound(now: Instant) {
        let sound = sound
        peer.sendAudio(sound.span.bytes, timestamp: sounds &* 960, capturedAt: now, now: now)
        sounds &+= 1
    }

    /// Packets of the other one's that were lost and made again.
    var repaired: UInt64 {
        peer.statistics(now: .zero).inboundRTP.reduce(0) { $0 + $1.packetsRepaired }
    }

    /// The contract's inner loop.
    func drain() {
        while true {
            switch peer.poll() {
            case .transmit(let packet, let from, let to):
                _ = outgoing.push(Datagram(packet: packet, from: from, to: to))
            case .open(let request): requests.append(request)
            case .write(let packet, let number, _): _ = written.push(Written(packet: packet, number: number))
            case .close: break
            case .video: framesReceived += 1
            case .audio: soundsReceived += 1
            case .event(.keyFrameRequested): wantsKeyFrame = true
            case .event(.localCandidate(let text, let mid, let index)): candidates.append((text, mid, index))
            case .event: break
            case .idle(let until):
                deadline = until
                return
            }
        }
    }

    func depart(_ datagram: consuming Datagram, due: Instant) {
        _ = flights.push(Flight(datagram: datagram, due: due))
    }

    /// Delivers the next one that has arrived.
    func deliver(to other: End, now: Instant) -> Bool {
        if first == nil { first = flights.pop() }
        guard let flight = first.take() else { return false }
        guard flight.due <= now else {
            first = consume flight
            return false
        }
        other.receive(flight.datagram, now: now)
        return true
    }

    func receive(_ datagram: borrowing Datagram, now: Instant) {
        receive(datagram.packet, from: datagram.from, now: now)
    }

    func receive(_ sent: borrowing PooledBuffer, from: TransportAddress, now: Instant) {
        guard var packet = try? packets.take() else { return }
        packet.copy(from: sent.bytes)
        peer.receive(packet, from: from, to: address, at: now)
    }

    /// In two pieces, as nobody cuts a stream where its messages end.
    func receive(_ sent: borrowing PooledBuffer, on stream: StreamNumber, now: Instant) {
        let cut = sent.count / 3
        if let piece = sent.bytes.slice(0..<cut) { peer.receive(piece, on: stream, at: now) }
        if let piece = sent.bytes.slice(cut..<sent.count) { peer.receive(piece, on: stream, at: now) }
    }
}

/// Two engines, in virtual time.
final class Pair {
    let caller: End
    let callee: End
    let wire: Wire
    private(set) var datagrams = 0
    private var now = Instant(nanoseconds: 1_000_000_000)
    private var random = RandomSource(seed: 7)
    private var milliseconds: Int64 = 0
    /// The share of datagrams that are lost.
    var loss = 0.0
    /// One way.
    var delay = Interval.zero

    init(security: SecurityKind, way: Way = .direct, requestsBitrate: Bool = false) throws {
        let certificate = try DTLSCertificate()
        caller = End(
            host: 0x0A00_0001, certificate: certificate, security: security, way: way,
            requestsBitrate: requestsBitrate, now: now)
        callee = End(
            host: 0x0A00_0002, certificate: certificate, security: security, way: way,
            requestsBitrate: requestsBitrate, now: now)
        wire = Wire(way, caller: caller, callee: callee)
        callee.peer.addLocalListener(Wire.listener, now: now)
        let offer = try caller.peer.createOffer(now: now)
        let answer = try callee.peer.accept(offer: offer, now: now)
        try caller.peer.accept(answer: answer, now: now)
        settle()  // relays' candidates come with it, as nothing takes any time
        for (text, mid, index) in caller.candidates {
            callee.peer.addRemoteCandidate(text, mid: mid, mLineIndex: index, now: now)
        }
        for (text, mid, index) in callee.candidates {
            caller.peer.addRemoteCandidate(text, mid: mid, mLineIndex: index, now: now)
        }
        settle()
    }

    /// Goes on for so many seconds, with 25 frames and 50 packets of sound in each, both ways.
    func run(seconds: Int64) {
        let end = milliseconds + seconds * 1_000
        while milliseconds < end {
            milliseconds += 5
            now += .milliseconds(5)
            if milliseconds % 20 == 0 { both { $0.sendSound(now: $1) } }
            if milliseconds % 40 == 0 { both { $0.sendFrame(now: $1) } }
            both { end, now in if end.deadline <= now { end.peer.advance(to: now) } }
            settle()
        }
    }

    private func both(_ body: (End, Instant) -> Void) {
        body(caller, now)
        body(callee, now)
    }

    /// Carries datagrams to and fro until nobody has anything to say.
    private func settle() {
        var isMoving = true
        while isMoving {
            both { end, _ in end.drain() }
            wire.connect(now: now)
            let sent = carry(from: caller, to: callee)
            let answered = carry(from: callee, to: caller)
            isMoving = sent || answered
        }
    }

    private func carry(from: End, to: End) -> Bool {
        var any = false
        while let datagram = from.outgoing.pop() {
            any = true
            datagrams += 1
            if loss > 0, random.chance(loss) { continue }
            if delay > .zero {
                from.depart(datagram, due: now + delay)
            } else {
                wire.carry(datagram, from: from, to: to, now: now)
            }
        }
        while let written = from.written.pop() {
            any = true
            datagrams += 1
            wire.carry(written, from: from, to: to, now: now)
        }
        while from.deliver(to: to, now: now) { any = true }
        return any
    }
}
