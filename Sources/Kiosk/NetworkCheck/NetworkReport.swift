public import Primitives

/// What a look at the network has found, and what that means for calls.
public struct NetworkReport: Equatable, Sendable {
    /// Why something was not reached.
    public enum Fault: Equatable, Sendable {
        /// The name has no address, or no resolver says so.
        case noAddress
        case timedOut
        case refused
        case unreachable
        /// Broken off, by the server or by something between.
        case reset
        /// The certificate is for another name.
        case otherName
        /// The certificate leads to no authority that is trusted here.
        case notTrusted
        case expired
        /// The certificate's time has not begun.
        case clockBehind
        /// What answers is not what was asked for.
        case otherProtocol
    }

    public enum Outcome: Equatable, Sendable {
        /// Answered after so long.
        case answered(Interval)
        case failed(Fault)
    }

    /// What a relay said to our credentials.
    public enum RelayAccess: Equatable, Sendable {
        /// An allocation, which was given back.
        case granted
        /// No, with the number of an ERROR-CODE (RFC 8656 §18): 401 credentials, 486 quota, 508 capacity …
        case refused(Int)
        /// Nothing, though it had answered who has none.
        case silent
    }

    /// One server in one way.
    public struct Probe: Equatable, Sendable {
        public var url: ICEServerURL
        public var outcome: Outcome
        /// What the server sees us as, where it says so.
        public var mapped: IPAddress?
        /// Nil where there were no credentials to ask with.
        public var access: RelayAccess?

        public init(url: ICEServerURL, outcome: Outcome, mapped: IPAddress? = nil, access: RelayAccess? = nil) {
            (self.url, self.outcome, self.mapped, self.access) = (url, outcome, mapped, access)
        }

        /// A relay that calls can use, as far as is known.
        var isOfUse: Bool { isReached && (access ?? .granted) == .granted }

        public var isReached: Bool { if case .answered = outcome { true } else { false } }
    }

    /// The signalling server's host and port, and how it fared; nil if none was asked for.
    public struct Signalling: Equatable, Sendable {
        public var host: String
        public var port: UInt16
        public var outcome: Outcome
        /// By how many seconds this machine's clock is ahead of the server's; nil if the server does not say.
        public var clockAhead: Int64?

        public init(host: String, port: UInt16, outcome: Outcome, clockAhead: Int64? = nil) {
            (self.host, self.port, self.outcome, self.clockAhead) = (host, port, outcome, clockAhead)
        }
    }

    public var signalling: Signalling?
    public var probes: [Probe]

    public init(signalling: Signalling?, probes: [Probe]) { (self.signalling, self.probes) = (signalling, probes) }
}
