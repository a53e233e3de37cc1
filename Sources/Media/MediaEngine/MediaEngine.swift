import DTLS
public import Devices
public import LinuxIO
import MediaControl
import Primitives

/// Why the media process cannot start.
public enum MediaEngineError: Error, Sendable, CustomStringConvertible {
    /// The board file's sizes do not allow a call.
    case configuration(String)
    case system(SystemError)
    case certificate

    public var description: String {
        switch self {
        case .configuration(let fault): fault
        case .system(let error): error.description
        case .certificate: "no certificate could be made"
        }
    }
}

/// The media process but for its command line: camera, microphone, speaker, codecs and WebRTC sessions, under the orders
/// of kioskd.
///
/// `run` is the control thread and starts the six others. All memory that media need is taken before the first call.
/// When the control socket ends, for whatever reason, all devices are closed and `run` returns.
public final class MediaEngine: Sendable {
    private let state: EngineState
    private let certificate: DTLSCertificate
    private let beat: @Sendable () -> Void

    /// - Parameter beat: called twice a second and more often by the control thread, as long as it and the network thread
    ///   go round their loops.
    /// - Throws: `configuration` if no call could be made; see `MediaEngineConfiguration.fault`.
    public convenience init(
        configuration: MediaEngineConfiguration, devices: any DeviceBackend, control: SeqPacketSocket,
        beat: @escaping @Sendable () -> Void = {}
    ) throws(MediaEngineError) {
        if let fault = configuration.fault() { throw .configuration(fault) }
        try self.init(unchecked: configuration, devices: devices, control: control, beat: beat)
    }

    /// Takes any pool sizes: what is starved is dropped and counted, and never traps.
    package init(
        unchecked configuration: MediaEngineConfiguration, devices: any DeviceBackend, control: SeqPacketSocket,
        threadAllocations: (@convention(c) () -> UInt64)? = nil, beat: @escaping @Sendable () -> Void = {}
    ) throws(MediaEngineError) {
        self.beat = beat
        do throws(DTLSError) { certificate = try DTLSCertificate() } catch { throw .certificate }
        do throws(SystemError) {
            state = try EngineState(
                configuration: configuration, devices: devices, control: control,
                allocations: AllocationProbe(threadAllocations))
        } catch {
            throw .system(error)
        }
    }

    /// Serves kioskd until the socket ends. Once, and on a thread of its own.
    public func run() throws(MediaEngineError) {
        do throws(SystemError) {
            state.cut(state.configuration.startsCut)
            state.control.post(.hello(version: MediaControl.version, pools: state.pools.summaries))
            try state.control.post(state.pictures.description, descriptor: state.pictures.memory.raw)
            let threads = try start()
            var control = ControlLoop(state, beat: beat)
            control.run()
            stop(threads)
        } catch {
            throw .system(error)
        }
    }

    private func start() throws(SystemError) -> [MediaThread] {
        var threads: [MediaThread] = []
        let (state, certificate) = (state, certificate)
        do throws(SystemError) {
            threads.append(
                try start("network", priority: 14, of: state) { () throws(SystemError) in
                    var loop = try NetworkLoop(state, certificate: certificate)
                    loop.run()
                })
            threads.append(
                try start("capture", priority: 10, of: state) { () throws(SystemError) in
                    var loop = try CaptureLoop(state)
                    loop.run()
                })
            threads.append(
                try start("encode", priority: nil, of: state) { () throws(SystemError) in
                    var loop = try EncodeLoop(state)
                    loop.run()
                })
            threads.append(
                try start("microphone", priority: 17, of: state) { () throws(SystemError) in
                    var loop = try MicrophoneLoop(state)
                    loop.run()
                })
            threads.append(
                try start("decode", priority: nil, of: state) { () throws(SystemError) in
                    var loop = try DecodeLoop(state)
                    loop.run()
                })
            threads.append(
                try start("playout", priority: 20, of: state) { () throws(SystemError) in
                    var loop = try PlayoutLoop(state)
                    loop.run()
                })
        } catch {
            stop(threads)
            throw error
        }
        return threads
    }

    /// Codecs take no real-time priority: a picture may wait, sound and packets may not. The highest is 20, which is what
    /// the service is allowed (LimitRTPRIO): less than the kernel's own threads have.
    private func start(
        _ name: String, priority: Int32?, of state: EngineState,
        _ body: @escaping @Sendable () throws(SystemError) -> Void
    ) throws(SystemError) -> MediaThread {
        try MediaThread(name: name, priority: priority) {
            do throws(SystemError) { try body() } catch {
                // Without this thread no call can be made; kioskd sees the socket end and starts the process anew.
                state.control.post(.failure(peer: nil, code: .media, text: "\(name): \(error)"))
                state.control.shutdown()
            }
        }
    }

    private func stop(_ threads: [MediaThread]) {
        state.isStopping.set()
        state.want(camera: false, microphone: false, speaker: false)
        for thread in threads { thread.join() }
    }
}
