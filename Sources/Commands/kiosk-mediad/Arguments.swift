/// The command line, read by hand: a library for it would be a third of the program's size.
struct Arguments {
    enum Control {
        /// An inherited socket.
        case descriptor(Int32)
        /// A socket to make and listen at, for one client.
        case path(String)
        /// A listening socket that systemd has made.
        case activation
    }

    enum Request {
        case run(Arguments)
        case help
        case version
    }

    var board: String
    /// Nil: a socket that systemd passes, if it does.
    var control: Control?

    static let usage = """
        usage: kiosk-mediad --board FILE [--control-fd N | --listen PATH | --listen-fds]

        Camera, microphone, speaker, codecs and WebRTC sessions of a Callpoint kiosk, under the orders of kioskd.

          --board FILE      the board's configuration
          --control-fd N    serve the SOCK_SEQPACKET socket inherited as descriptor N
          --listen PATH     make a SOCK_SEQPACKET socket at PATH and serve the first who connects
          --listen-fds      serve the first who connects to the socket that systemd passes; so it is without any of the three
          --version         print the version
          --help            print this

        Ends with all devices closed, status 0, when the control socket ends or kioskd has been silent for 3 s. Status 64: wrong arguments; 71: the system
        refused something; 78: the board file does not do.
        """

    /// - Throws: what is wrong, in words.
    static func parse(_ words: [String]) throws(ArgumentError) -> Request {
        var board: String?
        var control: Control?
        var rest = words[...]
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1)
            let name = parts.first.map(String.init) ?? word
            func value() throws(ArgumentError) -> String {
                if parts.count == 2 { return String(parts[1]) }
                guard let value = rest.popFirst() else { throw ArgumentError("\(name) needs a value") }
                return value
            }
            switch name {
            case "--help", "-h": return .help
            case "--version": return .version
            case "--board": board = try value()
            case "--control-fd":
                guard control == nil else { throw ArgumentError("the control socket is given twice") }
                let text = try value()
                guard let number = Int32(text), number >= 0 else {
                    throw ArgumentError("--control-fd needs a descriptor's number, not '\(text)'")
                }
                control = .descriptor(number)
            case "--listen":
                guard control == nil else { throw ArgumentError("the control socket is given twice") }
                control = .path(try value())
            case "--listen-fds":
                guard control == nil else { throw ArgumentError("the control socket is given twice") }
                control = .activation
            default: throw ArgumentError("'\(word)' is not an option")
            }
        }
        guard let board else { throw ArgumentError("--board FILE is missing") }
        return .run(Arguments(board: board, control: control))
    }
}

struct ArgumentError: Error {
    let text: String
    init(_ text: String) { self.text = text }
}
