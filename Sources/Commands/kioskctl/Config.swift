import ArgumentParser
import KioskConfiguration
import LocalControl
import SignallingMessages

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Works on configurations.", subcommands: [ConfigCheck.self])
}

struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Reads configuration files as kioskd does and reports every problem.")

    @Option(help: ArgumentHelp("A board file.", valueName: "file"))
    var board: String?

    @Option(help: ArgumentHelp("A site file.", valueName: "file"))
    var site: String?

    @Flag(help: "Answer in JSON.")
    var json = false

    func validate() throws {
        guard board != nil || site != nil else { throw ValidationError("name a --board or a --site file") }
    }

    func run() throws {
        var problems: [ConfigurationError.Problem] = []
        do throws(ConfigurationError) {
            if let board { _ = try BoardConfiguration(file: board) }
        } catch { problems += error.problems }
        do throws(ConfigurationError) {
            if let site { _ = try SiteConfiguration(file: site) }
        } catch { problems += error.problems }
        if json {
            let list = problems.map { problem in
                JSONValue.members([
                    ("file", .string(problem.file)), ("line", .integer(Int64(problem.line))),
                    ("key", .string(problem.key)), ("message", .string(problem.message)),
                ])
            }
            print(JSONValue.members([("ok", .bool(problems.isEmpty)), ("problems", .array(list))]).text)
        } else {
            for problem in problems { StandardError.print("\(problem)") }
            if problems.isEmpty {
                print([board, site].compactMap(\.self).map { "\($0): good" }.joined(separator: "\n"))
            }
        }
        guard problems.isEmpty else { throw ExitCode(78) }
    }
}
