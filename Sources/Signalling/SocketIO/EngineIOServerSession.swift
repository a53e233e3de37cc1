public import Primitives

/// One Engine.IO session at the server: transport, upgrade, heartbeat, queue. A value; whoever holds it does the IO.
///
/// After each input the holder drains `poll()`. Times come in as arguments; `deadline` says when `advance` is due.
public struct EngineIOServerSession: Sendable {
    public enum Transport: Hashable, Sendable { case polling, webSocket }
    public enum CloseReason: Hashable, Sendable {
        case byClient, byServer, transportClosed, pingTimeout, protocolError, slowConsumer
    }
    public enum Output: Hashable, Sendable {
        /// For the session's WebSocket.
        case frame(EngineIOFrame)
        /// For the WebSocket that is tried out beside polling.
        case probeFrame(EngineIOFrame)
        /// The probing WebSocket is the session's from now on.
        case probeAdopted
        case probeClosed
        /// The body that answers the waiting GET.
        case pollAnswer(String)
        /// `.message` or `.binary` from the client.
        case message(EngineIOPacket)
        /// Last of all; the session's sockets are to be closed.
        case closed(CloseReason)
    }

    public let sid: String
    public let version: EngineIOVersion
    public private(set) var transport: Transport
    public private(set) var isClosed = false
    private let settings: EngineIOSettings
    private var isPollWaiting = false
    private var probe = Probe.none
    private var queue: [EngineIOPacket] = []
    private var queueBytes = 0
    private var outputs: [Output] = []
    private var timers = TimerTable<Timer>()

    private enum Timer: Int, CaseIterable, Sendable { case ping, dead, probe }
    private enum Probe { case none, opened, probed }

    public init(sid: String, version: EngineIOVersion, transport: Transport, settings: EngineIOSettings, now: Instant) {
        (self.sid, self.version, self.transport, self.settings) = (sid, version, transport, settings)
        switch version {
        case .v4: timers[.ping] = now + settings.pingInterval
        case .v3: timers[.dead] = now + settings.pingInterval + settings.pingTimeout
        }
        send(.open(settings.openBody(sid: sid, version: version, upgrades: transport == .polling)))
    }

    public mutating func poll() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }
    public var deadline: Instant { timers.next }

    /// Queues a packet, or sends it where the transport is ready.
    public mutating func send(_ packet: EngineIOPacket) {
        guard !isClosed else { return }
        if transport == .webSocket {
            outputs.append(.frame(packet.frame(version: version)))
            return
        }
        queue.append(packet)
        queueBytes += packet.text(version: version).utf8.count
        guard queue.count <= settings.queuePackets, queueBytes <= settings.queueBytes else {
            close(.slowConsumer)
            return
        }
        answerPoll()
    }

    /// A GET has come; false if it is to be refused. Otherwise `.pollAnswer` follows, now or later.
    public mutating func beginPoll() -> Bool {
        guard !isClosed, transport == .polling else { return false }
        guard !isPollWaiting else {
            close(.protocolError)
            return false
        }
        isPollWaiting = true
        answerPoll()
        // A client in mid-upgrade waits for its last GET to end before it goes on.
        if isPollWaiting, probe == .probed { endPoll(with: [.noop]) }
        return true
    }

    /// The waiting GET's connection has ended before its answer.
    public mutating func pollAborted() {
        guard isPollWaiting else { return }
        isPollWaiting = false
        close(.transportClosed)
    }

    /// A POST has come; false if it is to be refused.
    public mutating func receive(payload: [UInt8], now: Instant) -> Bool {
        guard !isClosed, transport == .polling else { return false }
        guard payload.count <= settings.maxPayload,
            let packets = try? EngineIOPayload.decode(payload, version: version)
        else {
            close(.protocolError)
            return false
        }
        for packet in packets where !isClosed { receive(packet, now: now) }
        return true
    }

    /// A WebSocket with this session's id has come; false if it is to be refused.
    public mutating func beginProbe(now: Instant) -> Bool {
        guard !isClosed, transport == .polling, probe == .none else { return false }
        probe = .opened
        timers[.probe] = now + settings.upgradeTimeout
        return true
    }

    public mutating func receiveProbe(_ frame: EngineIOFrame, now: Instant) {
        guard !isClosed, probe != .none else { return }
        switch (try? EngineIOPacket(frame, version: version), probe) {
        case (.ping("probe"), .opened):
            probe = .probed
            outputs.append(.probeFrame(EngineIOPacket.pong("probe").frame(version: version)))
            if isPollWaiting { endPoll(with: [.noop]) }
        case (.upgrade, .probed):
            if isPollWaiting { endPoll(with: [.noop]) }
            endProbe()
            transport = .webSocket
            outputs.append(.probeAdopted)
            for packet in queue { outputs.append(.frame(packet.frame(version: version))) }
            (queue, queueBytes) = ([], 0)
        default:
            endProbe()
            outputs.append(.probeClosed)
        }
    }

    public mutating func probeClosed() { endProbe() }

    /// A message on the session's WebSocket.
    public mutating func receive(_ frame: EngineIOFrame, now: Instant) {
        guard !isClosed, transport == .webSocket else { return }
        guard frame.byteCount <= settings.maxPayload, let packet = try? EngineIOPacket(frame, version: version) else {
            close(.protocolError)
            return
        }
        receive(packet, now: now)
    }

    public mutating func webSocketClosed() { close(.transportClosed) }

    /// Does what is due at `now`.
    public mutating func advance(to now: Instant) {
        while !isClosed, let timer = timers.expire(at: now) {
            switch timer {
            case .ping:
                timers[.dead] = now + settings.pingTimeout
                send(.ping(""))
            case .dead: close(.pingTimeout)
            case .probe:
                endProbe()
                outputs.append(.probeClosed)
            }
        }
    }

    public mutating func close(_ reason: CloseReason) {
        guard !isClosed else { return }
        if transport == .webSocket, reason == .byServer || reason == .pingTimeout {
            outputs.append(.frame(EngineIOPacket.close.frame(version: version)))
        }
        // A GET must not hang; to one whose client closed, the protocol answers with a noop.
        if isPollWaiting { endPoll(with: reason == .byClient ? [.noop] : [.close]) }
        if probe != .none {
            endProbe()
            outputs.append(.probeClosed)
        }
        isClosed = true
        (queue, queueBytes) = ([], 0)
        for timer in Timer.allCases { timers.stop(timer) }
        outputs.append(.closed(reason))
    }

    private mutating func receive(_ packet: EngineIOPacket, now: Instant) {
        // Generation 3 takes anything from the client as a sign of life; generation 4 only its pong.
        if version == .v3 { timers[.dead] = now + settings.pingInterval + settings.pingTimeout }
        switch (packet, version) {
        case (.message, _), (.binary, _): outputs.append(.message(packet))
        case (.ping(let body), .v3): send(.pong(body))
        case (.pong, .v4):
            timers.stop(.dead)
            timers[.ping] = now + settings.pingInterval
        case (.noop, _): break
        case (.close, _): close(.byClient)
        case (.open, _), (.upgrade, _), (.ping, .v4), (.pong, .v3): close(.protocolError)
        }
    }

    private mutating func answerPoll() {
        guard isPollWaiting, !queue.isEmpty else { return }
        let packets = queue
        (queue, queueBytes) = ([], 0)
        endPoll(with: packets)
    }

    private mutating func endPoll(with packets: [EngineIOPacket]) {
        isPollWaiting = false
        outputs.append(.pollAnswer(EngineIOPayload.encode(packets, version: version)))
    }

    private mutating func endProbe() {
        probe = .none
        timers.stop(.probe)
    }
}
