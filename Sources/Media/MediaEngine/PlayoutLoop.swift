import Devices
import JitterBuffer
import LinuxIO
import MediaControl
import PeerConnection
import Playout
import Primitives

/// The playout thread: opens the speaker for a call or a tone, and plays every 10 ms what all peers say and the tone.
struct PlayoutLoop: ~Copyable {
    private let state: EngineState
    private var waiter: Waiter
    private let peers: [StreamPlayer]
    private var tone: ToneGenerator
    private var played = PlayedReport()
    private var meter = LoudnessMeter()
    private var mix = [Int32](repeating: 0, count: AudioFormat.periodSamples)
    private var samples = [Int16](repeating: 0, count: AudioFormat.periodSamples)
    private var latency = Interval.milliseconds(20)

    private static let retry = Interval.seconds(1)

    init(_ state: EngineState) throws(SystemError) { self.init(state, try Waiter(state.playoutSignal)) }

    private init(_ state: EngineState, _ waiter: consuming Waiter) {
        self.state = state
        self.waiter = waiter
        tone = ToneGenerator(level: state.configuration.toneLevel)
        var bounds = AudioJitterConfiguration()
        bounds.minimumDelay = state.configuration.minimumAudioDelay
        bounds.maximumDelay = state.configuration.maximumAudioDelay
        peers = (0..<state.configuration.maximumPeers).compactMap { _ in try? StreamPlayer(configuration: bounds) }
    }

    mutating func run() {
        while !state.stops {
            tone.follow(ToneRequest(packed: state.tone.current))
            guard isNeeded else {
                takeItems()
                state.heartbeats.rest(.playout)
                waiter.wait(until: .distantFuture, now: .zero)
                continue
            }
            do throws(DeviceError) {
                try play()
                state.speaker.closed(control: state.control)
            } catch {
                state.speaker.failed(error, control: state.control)
                pause()
            }
        }
    }

    private var isNeeded: Bool { state.speaker.isWanted || tone.isActive }

    /// The speaker is open exactly as long as this function runs.
    private mutating func play() throws(DeviceError) {
        let speaker = try state.devices.openSpeaker()
        state.speaker.opened("48 kHz, mono", now: MonotonicClock.now(), control: state.control)
        played.begin()
        defer {
            state.speaker.closing()
            state.speakerLevel.set(-1_270)
            forget()
        }
        while isNeeded, !state.stops {
            let now = MonotonicClock.now()
            state.heartbeats.beat(.playout, now: now)
            takeItems()
            fill(now: now)
            latency = try speaker.write(samples.span)
            played.post(samples, heardAt: MonotonicClock.now() + latency, state)
            if latency <= .zero { state.counters.underruns.increment() }
            state.counters.playoutLatency.set(latency.nanoseconds)
            report()
            state.allocations.note(.playout)
            tone.follow(ToneRequest(packed: state.tone.current))
        }
    }

    private mutating func fill(now: Instant) {
        let delay = Interval(nanoseconds: state.audioDelay.current)
        Self.sum(peers, &tone, into: &mix, minimumDelay: delay, now: now, latency: latency)
        for i in samples.indices { samples[i] = Int16(clamping: mix[i]) }
    }

    private static func sum(
        _ peers: [StreamPlayer], _ tone: inout ToneGenerator, into mix: inout [Int32], minimumDelay: Interval,
        now: Instant,
        latency: Interval
    ) {
        var span = mix.mutableSpan
        for i in 0..<span.count { span[i] = 0 }
        for peer in peers { peer.add(to: &span, minimumDelay: minimumDelay, now: now, latency: latency) }
        tone.add(to: &span)
    }

    private mutating func report() {
        meter.add(samples)
        guard let level = meter.takeLevel() else { return }
        state.speakerLevel.set(level)
        if !state.microphone.isOpen { state.offerLevels() }
        for (index, peer) in peers.enumerated() { state.jitterStatistics[index].value = peer.statistics }
        let shown = Int(state.shownPeer.current)
        state.heard.value = peers.indices.contains(shown) ? peers[shown].lastPlayed : nil
    }

    private func takeItems() {
        while let item = state.toPlay.pop() {
            switch consume item {
            case .packet(let peer, let session, let packet):
                if peers.indices.contains(peer), state.speaker.isOpen { insert(packet, into: peers[peer], session) }
            case .forget(let peer):
                if peers.indices.contains(peer) { peers[peer].forget() }
            }
        }
    }

    private func insert(_ packet: consuming ReceivedAudioPacket, into peer: StreamPlayer, _ session: UInt32) {
        let arrival = packet.receivedAt
        peer.insert(packet.takePacket(), session: session, arrival: arrival)
    }

    private func forget() {
        for peer in peers { peer.forget() }
        state.heard.value = nil
    }

    private mutating func pause() {
        let end = MonotonicClock.now() + Self.retry
        while state.speaker.isWanted, !state.stops {
            let now = MonotonicClock.now()
            guard now < end else { return }
            state.heartbeats.beat(.playout, now: now)
            takeItems()
            waiter.wait(until: end, now: now)
        }
        // A tone that cannot be played is not tried again.
        tone.ignore(ToneRequest(packed: state.tone.current))
        state.speaker.closed(control: state.control)
    }
}
