public import Devices
public import KioskConfiguration
import FrontPanel
import Glibc
public import LinuxIO
import LocalControl
public import Logging
import Primitives
import Screens
import SignallingClient

/// A whole kiosk on this machine: makes the supervisor's collaborators and runs it. What kioskd's `main` calls.
public enum Kiosk {
    /// Why a kiosk cannot start.
    public enum StartFailure: Error, CustomStringConvertible {
        /// Status 78: the configuration is at fault.
        case configuration(String)
        /// Status 69: something it needs is not to be had.
        case unavailable(String)

        public var description: String {
            switch self {
            case .configuration(let text), .unavailable(let text): text
            }
        }
        public var exitStatus: Int32 {
            switch self {
            case .configuration: 78  // EX_CONFIG of sysexits.h
            case .unavailable: 69  // EX_UNAVAILABLE
            }
        }
    }

    /// Runs until the current task is cancelled, and ends with devices closed and the media process gone.
    /// - Parameters:
    ///   - displays: where the screen is shown; nil if it is only seen on the front panel.
    ///   - mediaSocket: where systemd starts kiosk-mediad for whoever connects; nil looks at the usual place, and starts
    ///     it as a child if there is no such socket.
    ///   - manager: who is told how kioskd is doing.
    public static func run(
        board: BoardConfiguration, boardFile: String, site: SiteConfiguration, displays: (any DisplayBackend)? = nil,
        mediaSocket: String? = nil, manager: ServiceManager? = nil, logger: Logger
    ) async throws(StartFailure) {
        let languages = try languages(site)
        for directory in [RuntimePaths.runtimeDirectory, RuntimePaths.stateDirectory] {
            if let reason = RuntimePaths.make(directory) { throw .unavailable("no directory: \(reason)") }
        }
        let clock = SystemClock()
        let display = VirtualDisplay(
            width: board.display.width, height: board.display.height, options: ScreenOptions(languages: languages))
        let presenter = try displays.map { displays throws(StartFailure) in try present(display, on: displays, logger) }
        defer { presenter?.stop() }
        let media = try media(boardFile, mediaSocket, display, logger)
        let signalling = try signalling(site, logger)
        let exchange = ControlExchange()
        let control: ControlServer
        do throws(ControlServer.Failure) {
            control = try ControlServer(path: RuntimePaths.controlSocket) { await exchange.answer($0) }
        } catch {
            throw .unavailable("\(error)")
        }
        defer { control.stop() }
        let panel = try await panel(board, display, clock, logger)
        var collaborators = Supervisor.Collaborators(
            media: media, signalling: signalling, panel: panel, screen: display, clock: clock,
            callLog: CallLog(directory: RuntimePaths.stateDirectory), lines: try lines(board), manager: manager,
            display: presenter.map(Self.pulse))
        collaborators.look = look(site, logger)
        if site.network.policy == .mdns { collaborators.names = MulticastNames() }
        let supervisor = Supervisor(site: site, with: collaborators, logger: logger)
        await exchange.open(to: supervisor)
        let network: NetworkMonitor?
        do throws(SystemError) {
            network = try NetworkMonitor { addresses in
                Task {
                    logger.info("the network has changed", metadata: ["addresses": "\(addresses)"])
                    await signalling.networkChanged(addresses) { NetworkInterfaces.source(towards: $0) }
                    await supervisor.networkChanged()
                }
            }
        } catch {
            network = nil
            logger.warning("this host's addresses are not watched", metadata: ["reason": "\(error)"])
        }
        await supervisor.run()
        network?.stop()
    }

    private static func pulse(_ presenter: ScreenPresenter) -> @Sendable () async -> Void {
        { await awaitBeat { presenter.beatAt } }
    }

    private static func media(
        _ boardFile: String, _ socket: String?, _ display: VirtualDisplay, _ logger: Logger
    ) throws(StartFailure) -> RemoteMedia {
        if let socket = socket ?? (access(RuntimePaths.mediaSocket, F_OK) == 0 ? RuntimePaths.mediaSocket : nil) {
            logger.info("the media process is systemd's", metadata: ["socket": "\(socket)"])
            return RemoteMedia(socket: socket, pictures: display, logger: logger)
        }
        guard let mediad = ExecutableSearch.find("kiosk-mediad") else {
            throw .unavailable("kiosk-mediad is neither beside kioskd nor in $PATH")
        }
        return RemoteMedia(
            executable: mediad, arguments: ["--board", boardFile, "--control-fd", "3"], pictures: display,
            logger: logger)
    }

    private static func languages(_ site: SiteConfiguration) throws(StartFailure) -> [ScreenLanguage] {
        var languages: [ScreenLanguage] = []
        for tag in site.kiosk.languages {
            guard let language = ScreenLanguage.matching(tag) else {
                let known = ScreenLanguage.all.map(\.tag).joined(separator: ", ")
                throw .configuration("kiosk.languages: there are no texts for '\(tag)'; there are for \(known)")
            }
            if !languages.contains(language) { languages.append(language) }
        }
        return languages
    }

    private static func signalling(_ site: SiteConfiguration, _ logger: Logger) throws(StartFailure) -> SignallingClient
    {
        let configuration = SignallingConfiguration(
            url: site.signalling.url, name: site.kiosk.name, place: site.kiosk.place, room: site.kiosk.room,
            stateDirectory: RuntimePaths.stateDirectory, certificateAuthorities: site.signalling.authorities)
        do throws(SignallingConfigurationError) {
            return try SignallingClient(configuration, logger: logger)
        } catch {
            switch error {
            case .invalidURL(let url): throw .configuration("signalling.url: '\(url)' is no address of a server")
            case .invalidRoom(let room): throw .configuration("kiosk.room: '\(room)' is not 1 to 4 digits")
            case .unreadableAuthorities(let text): throw .configuration("signalling.authorities: \(text)")
            }
        }
    }

    private static func panel(
        _ board: BoardConfiguration, _ display: VirtualDisplay, _ clock: SystemClock, _ logger: Logger
    ) async throws(StartFailure) -> FrontPanelServer? {
        guard let listen = board.panel.listen else { return nil }
        do throws(FrontPanelError) {
            let panel = try await FrontPanelServer.start(
                host: "\(listen.address)", port: Int(listen.port), display: display, clock: { clock.now() },
                logger: logger)
            logger.info("front panel", metadata: ["port": "\(panel.port)"])
            return panel
        } catch {
            throw .unavailable("\(error)")
        }
    }
}

/// Between the local socket, which is there first so that a second kioskd notices at once, and the supervisor.
private actor ControlExchange {
    private var supervisor: Supervisor?

    func open(to supervisor: Supervisor) { self.supervisor = supervisor }

    func answer(_ request: ControlRequest) async -> ControlReply {
        guard let supervisor else { return .refused("kioskd is starting") }
        return await supervisor.answer(request)
    }
}
