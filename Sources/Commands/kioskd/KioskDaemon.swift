import ArgumentParser
import DRMDisplay
import Devices
import KioskConfiguration
import LinuxIO
import LocalControl
import Logging
import Observability
import Supervisor

/// kioskd: decides and shows. Parses its arguments, reads both files and runs a `Kiosk`.
@main
struct KioskDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kioskd",
        abstract: "Runs a kiosk: its call state, signalling, screen and media process.",
        discussion: """
            State goes to $XDG_STATE_HOME or /var/lib/kiosk, sockets to $XDG_RUNTIME_DIR or /run/kiosk. SIGTERM and \
            SIGINT hang up, close the devices and end the media process. Exit status 78: the configuration is wrong; \
            69: something needed is not available.
            """,
        version: "0.1.0")

    @Option(help: ArgumentHelp("What the kiosk is made of.", valueName: "file"))
    var board: String

    @Option(help: ArgumentHelp("Where it stands and whom it answers.", valueName: "file|credential:name"))
    var site: String

    @Option(
        help: ArgumentHelp(
            "The socket at which systemd starts kiosk-mediad.",
            discussion: """
                Without, kiosk-mediad.sock beside our own socket if there is one; else we start kiosk-mediad ourselves.
                """, valueName: "path"))
    var media: String?

    @Option(help: "What is logged, at the least.")
    var logLevel = LogLevel.info

    mutating func run() async throws {
        let level = Logger.Level(rawValue: logLevel.rawValue) ?? .info
        LoggingSystem.bootstrap { StandardErrorLog(label: $0, level: level) }
        let manager = ServiceManager.takeFromEnvironment()
        let files = try Files(
            board: Self.path(board, manager), site: Self.path(site, manager), mediaSocket: media)
        let status = await TerminationSignals.cancelling { await Self.serve(files, manager) }
        guard status == 0 else { throw ExitCode(status) }
    }

    private struct Files: Sendable {
        var board: String
        var site: String
        var mediaSocket: String?
    }

    /// A file, or `credential:` and the name of one that systemd has put where we alone can read it.
    private static func path(_ argument: String, _ manager: ServiceManager) throws -> String {
        guard argument.hasPrefix("credential:") else { return argument }
        let name = String(argument.dropFirst("credential:".count))
        guard let path = manager.credential(name) else {
            throw ValidationError("systemd passes no credentials, so there is no '\(argument)'")
        }
        return path
    }

    private static func serve(_ files: Files, _ manager: ServiceManager) async -> Int32 {
        let logger = Logger(label: "kioskd")
        var errors: [ConfigurationError] = []
        var board: BoardConfiguration?
        var site: SiteConfiguration?
        do throws(ConfigurationError) { board = try BoardConfiguration(file: files.board) } catch {
            errors.append(error)
        }
        do throws(ConfigurationError) { site = try SiteConfiguration(file: files.site) } catch { errors.append(error) }
        guard let board, let site else {
            for error in errors { StandardError.print("kioskd: \(error)") }
            return 78
        }
        do throws(Kiosk.StartFailure) {
            try await Kiosk.run(
                board: board, boardFile: files.board, site: site, displays: Self.displays(of: board),
                mediaSocket: files.mediaSocket, manager: manager, logger: logger)
            return 0
        } catch {
            StandardError.print("kioskd: \(error)")
            return error.exitStatus
        }
    }

    private static func displays(of board: BoardConfiguration) -> (any DisplayBackend)? {
        board.display.drm.map { drm in
            DRMDisplay(connector: drm.connector, request: drm.mode)
        }
    }
}

/// `Logger.Level` as an argument.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}
