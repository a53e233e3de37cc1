import KioskConfiguration
import Devices
import Glibc
import LinuxIO
import MediaEngine

/// The statuses of sysexits.h that the supervisor and systemd know.
enum ExitStatus: Int32 {
    case usage = 64
    case system = 71
    case configuration = 78
}

@main
struct MediaDaemon {
    static func main() {
        do throws(ArgumentError) {
            switch try Arguments.parse(Array(CommandLine.arguments.dropFirst())) {
            case .help: print(Arguments.usage)
            case .version: print("kiosk-mediad \(version)")
            case .run(let arguments): run(arguments)
            }
        } catch {
            write("kiosk-mediad: \(error.text)\n\n\(Arguments.usage)")
            exit(ExitStatus.usage.rawValue)
        }
    }

    static let version = "0.1.0"

    private static func run(_ arguments: Arguments) {
        // A closed socket is an error where it is used, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let manager = ServiceManager.takeFromEnvironment()
        let board: BoardConfiguration
        do throws(ConfigurationError) { board = try BoardConfiguration(file: arguments.board) } catch {
            fail(.configuration, "\(error)")
        }
        let backend: any DeviceBackend
        do throws(DeviceError) { backend = try BoardDevices(board) } catch {
            fail(.configuration, "\(arguments.board): \(error)")
        }
        let configuration = MediaEngineConfiguration(board)
        if let fault = configuration.fault() { fail(.configuration, "\(arguments.board): \(fault)") }
        do throws(SystemError) {
            let socket = try control(arguments.control, manager)
            do throws(MediaEngineError) {
                let watchdog = Watchdog(manager)
                let engine = try MediaEngine(
                    configuration: configuration, devices: backend, control: socket, beat: { watchdog.feed() })
                manager.notify(["READY=1"])
                try engine.run()
                manager.notify(["STOPPING=1"])
            } catch {
                fail(.system, "\(error)")
            }
        } catch {
            fail(.system, "\(error)")
        }
    }

    private static func control(
        _ control: Arguments.Control?, _ manager: ServiceManager
    ) throws(SystemError) -> SeqPacketSocket {
        switch control ?? .activation {
        case .descriptor(let number): return SeqPacketSocket(owning: FileDescriptor(owning: number))
        case .path(let path):
            // The listener goes with this function: one client is served, and systemd starts the next process.
            return try SeqPacketListener(path: path).accept()
        case .activation:
            guard manager.listeners == 1 else {
                fail(
                    .usage,
                    manager.listeners == 0
                        ? "--control-fd N or --listen PATH is missing, and systemd passes no socket"
                        : "systemd passes \(manager.listeners) sockets where one is needed")
            }
            return try SeqPacketListener(inheriting: ServiceManager.firstListener).accept()
        }
    }

    private static func fail(_ status: ExitStatus, _ text: String) -> Never {
        write("kiosk-mediad: \(text)")
        exit(status.rawValue)
    }

    static func write(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
