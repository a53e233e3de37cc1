import ArgumentParser
import DRMDisplay
import Devices
import KioskConfiguration
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

    @Option(help: ArgumentHelp("Where it stands and whom it answers.", valueName: "file"))
    var site: String

    @Option(help: "What is logged, at the least.")
    var logLevel = LogLevel.info

    mutating func run() async throws {
        let level = Logger.Level(rawValue: logLevel.rawValue) ?? .info
        LoggingSystem.bootstrap { StandardErrorLog(label: $0, level: level) }
        let (boardFile, siteFile) = (board, site)
        let status = await TerminationSignals.cancelling { await Self.serve(boardFile: boardFile, siteFile: siteFile) }
        guard status == 0 else { throw ExitCode(status) }
    }

    private static func serve(boardFile: String, siteFile: String) async -> Int32 {
        let logger = Logger(label: "kioskd")
        var errors: [ConfigurationError] = []
        var board: BoardConfiguration?
        var site: SiteConfiguration?
        do throws(ConfigurationError) { board = try BoardConfiguration(file: boardFile) } catch { errors.append(error) }
        do throws(ConfigurationError) { site = try SiteConfiguration(file: siteFile) } catch { errors.append(error) }
        guard let board, let site else {
            for error in errors { StandardError.print("kioskd: \(error)") }
            return 78
        }
        do throws(Kiosk.StartFailure) {
            try await Kiosk.run(
                board: board, boardFile: boardFile, site: site, displays: Self.displays(of: board), logger: logger)
            return 0
        } catch {
            StandardError.print("kioskd: \(error)")
            return error.exitStatus
        }
    }

    private static func displays(of board: BoardConfiguration) -> (any DisplayBackend)? {
        board.display.drm.map { drm in
            DRMDisplay(
                connector: drm.connector,
                request: drm.mode.map { ModeRequest(width: $0.width, height: $0.height, rate: $0.rate) })
        }
    }
}

/// `Logger.Level` as an argument.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}
