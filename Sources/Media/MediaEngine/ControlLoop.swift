import LinuxIO
import MediaControl
import Primitives
import TLS

/// The control thread: reads what kioskd sends, obeys what is about devices, tones and pictures itself, and hands the rest
/// to the network thread.
struct ControlLoop: ~Copyable {
    private let state: EngineState
    private let buffer: UnsafeMutableRawBufferPointer
    /// The sessions that kioskd has opened and not closed; the end of the last closes the devices. It is kept here, in the
    /// order of the commands, so that devices opened for the next call stay open.
    private var sessions: Set<PeerNumber> = []
    private var greeted = false
    private var tones: UInt32 = 0
    /// Until when kioskd is taken to live. It begins with the first ping, and each one prolongs it.
    private var lease = Instant.distantFuture
    private var turnedAt = MonotonicClock.now()
    private let beat: @Sendable () -> Void

    /// Three times what kioskd lets pass between pings: a kioskd that is frozen must not keep a camera open.
    static let leaseLength = Interval.seconds(3)

    /// - Parameter beat: called at every turn at which this process is fit to do its work.
    init(_ state: EngineState, beat: @escaping @Sendable () -> Void) {
        self.state = state
        self.beat = beat
        buffer = .allocate(byteCount: MediaControl.maximumMessageSize, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Returns at the end of the connection, or when kioskd has shown no sign of life for `leaseLength`.
    mutating func run() {
        while true {
            if !state.heartbeats.isStuck(.network, now: MonotonicClock.now()) { beat() }
            switch state.control.receive(into: buffer) {
            case .command(let count): guard read(count) else { return }
            case .nothing: break
            case .ended: return
            }
            guard holdsLease(at: MonotonicClock.now()) else { return }
        }
    }

    private mutating func holdsLease(at now: Instant) -> Bool {
        // Pings that wait to be read after we stood still ourselves are not held against kioskd.
        if now - turnedAt > ControlLink.patience * 2 { lease = max(lease, now + ControlLink.patience * 2) }
        turnedAt = now
        return now < lease
    }

    /// - Returns: false if whoever is there is none of ours.
    private mutating func read(_ count: Int) -> Bool {
        let datagram = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(buffer).prefixed(count))
        do throws(MediaControlError) {
            let command = try MediaCommand.decode(datagram)
            guard greeted || accepts(command) else { return false }
            obey(command)
        } catch {
            state.counters.commandsRefused.increment()
            state.control.post(.failure(peer: nil, code: .command, text: "\(error)"))
        }
        return true
    }

    /// The first command is a hello of our version, or the end.
    private mutating func accepts(_ command: MediaCommand) -> Bool {
        greeted = command == .hello(version: MediaControl.version)
        if !greeted {
            let text = "this is version \(MediaControl.version) of the messages"
            state.control.post(.failure(peer: nil, code: .version, text: text))
        }
        return greeted
    }

    private mutating func obey(_ command: MediaCommand) {
        switch command {
        case .hello: break
        case .openDevices(let camera, let microphone, let speaker):
            state.want(camera: camera, microphone: microphone, speaker: speaker)
        case .closeDevices: closeDevices()
        case .mute(let microphone, let camera):
            state.microphoneMuted.set(microphone)
            state.cameraMuted.set(camera)
        case .privacy(let isOn): state.cut(isOn)
        case .playTone(let tone, let repeating): play(tone, repeating: repeating)
        case .stopTone: play(nil, repeating: false)
        case .releaseFrame(let slot): state.pictures.release(slot: slot)
        case .ping(let number):
            let now = MonotonicClock.now()
            lease = now + Self.leaseLength
            state.heartbeats.beat(.control, now: now)
            state.control.post(.pong(number: number, heartbeats: state.heartbeats.ages(now: now)))
        case .openPeer(let peer, _, _):
            sessions.insert(peer)
            pass(command)
        case .closePeer(let peer):
            if sessions.remove(peer) != nil, sessions.isEmpty { closeDevices() }
            pass(command)
        case .network(let settings):
            trust(settings)
            pass(command)
        case .createOffer, .remoteOffer, .remoteAnswer, .remoteCandidate, .restartICE, .requestStatistics:
            pass(command)
        }
    }

    /// Reads the authorities again where they may be needed; what cannot be read trusts nobody, and kioskd is told.
    private func trust(_ settings: NetworkSettings) {
        guard settings.servers.contains(where: { $0.url.scheme == .turns }) else { return }
        do throws(SystemError) {
            state.authorities.value = try TLSAuthorities(file: settings.authorities)
        } catch {
            state.authorities.value = nil
            state.control.post(.failure(peer: nil, code: .media, text: "\(error)"))
        }
    }

    private func closeDevices() { state.want(camera: false, microphone: false, speaker: false) }

    private mutating func play(_ tone: Tone?, repeating: Bool) {
        tones &+= 1
        state.tone.set(ToneRequest(tone: tone, repeating: repeating, number: tones).packed)
        state.playoutSignal.signal()
    }

    private func pass(_ command: MediaCommand) {
        if let refused = state.commands.push(command) {
            state.counters.commandsRefused.increment()
            state.control.post(.failure(peer: refused.peer, code: .command, text: "too many commands at once"))
        }
        state.networkSignal.signal()
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func prefixed(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: prefix(count))
    }
}
