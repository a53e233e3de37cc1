import Glibc
public import Primitives

/// How far a connection is.
public enum StreamState: Sendable, Equatable {
    /// Connecting, or shaking hands.
    case opening
    case open
    /// Over; nil when the other side has ended it in order.
    case closed(StreamError?)
}

/// A connection that carries bytes both ways, non-blocking, for one thread that waits in an `EpollSet`.
///
/// Each time the set finds it ready, and once after `register`: `progress()`, then `receive` while it returns true, then
/// `updateInterest`. What is sent is kept whole or not at all, so that a queue that is full loses messages as a network
/// would and never tears one.
public protocol ByteStream: AnyObject {
    var state: StreamState { get }
    var localAddress: TransportAddress { get }
    var remoteAddress: TransportAddress { get }
    /// Messages that found no room in the queue.
    var unsent: Counter { get }
    /// Bytes in the queue.
    var backlog: Int { get }

    /// Adds the stream to `set` under `tag`.
    func register(in set: borrowing EpollSet, tag: UInt64) throws(SystemError)
    /// Has the set wake for writing as long as something waits to be written. A system call only where that changed.
    func updateInterest(in set: borrowing EpollSet) throws(SystemError)

    /// Goes on with opening and with what is queued.
    func progress()

    /// Shows `body` all bytes that came and were not taken yet; `body` returns how many of them, from the start, it has
    /// taken. Not called when nothing new came. Returns true while more may be waiting.
    ///
    /// The bytes shown are at most `receiveCapacity`; when so many have been left untaken the stream is closed with
    /// `messageTooLong`.
    func receive(_ body: (RawSpan) -> Int) -> Bool

    /// Queues `head` and `body` as one message; it leaves now or with a later `progress`. False, with nothing queued, when
    /// there is no room or the stream is over.
    @discardableResult
    func send(_ head: RawSpan, _ body: RawSpan) -> Bool

    /// Ends the connection at once; `state` is then `closed(nil)` unless it was closed before.
    func close(in set: borrowing EpollSet)
}

extension ByteStream {
    @discardableResult
    public func send(_ message: RawSpan) -> Bool { send(RawSpan(), message) }
}

/// Why a connection is over.
public enum StreamError: Error, Equatable, Sendable {
    /// Nobody listens there.
    case refused
    /// Nobody answered in time.
    case timedOut
    /// There is no way there, or a firewall says so.
    case unreachable
    /// The other side, or something between, broke it off.
    case reset
    /// A message longer than the buffer, which no peer has reason to send.
    case messageTooLong
    case tls(TLSFailure)
    case system(SystemError)

    package init(errno number: Int32, _ operation: @autoclosure () -> String) {
        switch number {
        case ECONNREFUSED: self = .refused
        case ETIMEDOUT: self = .timedOut
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EPERM, EACCES, EADDRNOTAVAIL: self = .unreachable
        case ECONNRESET, EPIPE: self = .reset
        default: self = .system(SystemError(errno: number, operation: operation()))
        }
    }
}

/// Why a TLS handshake failed, told apart as far as somebody can act on it.
public enum TLSFailure: Error, Equatable, Sendable {
    /// The certificate is in order, but for another name.
    case nameMismatch
    /// No chain from the certificate to an authority that is trusted here: a private authority, or a proxy that opens TLS.
    case notTrusted
    /// The certificate's time is over.
    case expired
    /// The certificate's time has not begun: this machine's clock is behind.
    case clockBehind
    /// The other side speaks no TLS, or none that is accepted. What OpenSSL calls it.
    case handshake(String)
}
