import ArgumentParser
import LocalControl
import SignallingMessages

/// kioskctl: asks the kioskd of this machine (of this XDG_RUNTIME_DIR) and checks configurations.
@main
struct KioskControl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kioskctl",
        abstract: "Looks at and operates the kiosk of this machine.",
        discussion: """
            Exit status: 0 done; 1 there was nothing to do (no call to hang up, none to answer); 64 wrong usage; \
            69 kioskd is not running; 78 the configuration is wrong.
            """,
        version: "0.1.0",
        subcommands: [
            Status.self, Call.self, Hangup.self, Answer.self, Refuse.self, Stats.self, Config.self, ListDevices.self,
            Test.self, Snapshot.self, Network.self,
        ])
}

/// What all questions to kioskd share.
struct AskOptions: ParsableArguments {
    @Flag(help: "Answer in JSON.")
    var json = false

    /// Asks, prints, and ends with the status that the answer means.
    func ask(_ request: ControlRequest, _ text: (JSONValue) -> String) throws {
        let reply: ControlReply
        do throws(ControlClient.Failure) {
            reply = try ControlClient.ask(request, path: RuntimePaths.controlSocket)
        } catch {
            if json {
                print(ControlReply.refused("\(error)").json.text)
            } else {
                StandardError.print("kioskctl: \(error)")
            }
            throw ExitCode(69)
        }
        if json { print(reply.json.text) }
        switch reply {
        case .done(let result): if !json { print(text(result)) }
        case .refused(let reason):
            if !json { StandardError.print("kioskctl: \(reason)") }
            throw ExitCode(1)
        }
    }
}

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows what the kiosk is doing.")
    @OptionGroup var options: AskOptions
    func run() throws { try options.ask(.status, StatusText.describe) }
}

struct Call: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Calls the clinic, as the button does.")
    @OptionGroup var options: AskOptions
    func run() throws { try options.ask(.call, StatusText.describe) }
}

struct Hangup: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ends, cancels or refuses the call.")
    @OptionGroup var options: AskOptions
    func run() throws { try options.ask(.hangup, StatusText.describe) }
}

struct Answer: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Answers the call that rings.")
    @OptionGroup var options: AskOptions
    func run() throws { try options.ask(.answer, StatusText.describe) }
}

struct Refuse: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Refuses the call that rings.")
    @OptionGroup var options: AskOptions
    func run() throws { try options.ask(.refuse, StatusText.describe) }
}

struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows counters, and the figures of the call that is on.")
    @OptionGroup var options: AskOptions
    func run() throws { try options.ask(.stats, StatusText.list) }
}
