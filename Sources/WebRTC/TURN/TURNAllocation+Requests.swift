import Primitives
import STUN

extension TURNAllocation {
    static let transactionLimit = 80

    mutating func begin(_ purpose: TURNTransaction.Purpose) {
        guard !transactions.contains(where: { $0.purpose == purpose }), transactions.count < Self.transactionLimit
        else { return }
        transactions.append(
            TURNTransaction(
                id: STUNTransactionID(using: &random), purpose: purpose, nextSend: now,
                timeout: configuration.retransmissionTimeout))
    }

    /// The same request again under other credentials, as another transaction.
    mutating func repeatRequest(_ transaction: TURNTransaction) {
        var again = transaction
        again.id = STUNTransactionID(using: &random)
        again.sent = 0
        again.nextSend = now
        again.timeout = configuration.retransmissionTimeout
        again.expires = .distantFuture
        again.challenges += 1
        transactions.append(again)
    }

    /// The next thing to do. Drain until `.idle(until:)`.
    public mutating func poll() -> TURNOutput {
        if timers[.pool] == .distantFuture || timers[.pool] <= now {
            while let i = transactions.firstIndex(where: { $0.nextSend <= now }) {
                guard let buffer = encode(transactions[i]) else { break }
                scheduleAfterSending(i)
                return .transmit(buffer)
            }
            if isKeepaliveDue, let buffer = keepalive() { return .transmit(buffer) }
        }
        if !events.isEmpty { return .event(events.removeFirst()) }
        return .idle(until: nextDeadline)
    }

    private var nextDeadline: Instant {
        var next = timers.next
        for transaction in transactions {
            next = min(next, transaction.expires)
            if timers[.pool] == .distantFuture { next = min(next, transaction.nextSend) }
        }
        if state == .allocated, transport == .datagrams { next = min(next, keepaliveAt) }
        return next
    }

    private var keepaliveAt: Instant { max(lastSent + configuration.keepalive, poolResumesAt) }
    private var poolResumesAt: Instant { timers[.pool] == .distantFuture ? .zero : timers[.pool] }
    private var isKeepaliveDue: Bool { state == .allocated && transport == .datagrams && keepaliveAt <= now }

    /// A Binding indication, which keeps the mappings on the way (RFC 8489 §4).
    private mutating func keepalive() -> PooledBuffer? {
        guard var buffer = takeBuffer() else { return nil }
        var out = STUNMessageWriter(
            buffer.storage, .indication, .binding, transactionID: STUNTransactionID(using: &random))
        let size = out.finish(integrityKey: nil)
        buffer.setCount(size ?? 0)
        lastSent = now
        return buffer
    }

    private mutating func scheduleAfterSending(_ i: Int) {
        transactions[i].sent += 1
        lastSent = now
        switch transactions[i].purpose {
        case .release where state == .closed:
            transactions.remove(at: i)
            return
        default: break
        }
        if transport == .stream {
            transactions[i].nextSend = .distantFuture
            transactions[i].expires = now + configuration.streamPatience
        } else if transactions[i].sent < configuration.requestCount {
            transactions[i].nextSend = now + transactions[i].timeout
            transactions[i].timeout = min(transactions[i].timeout * 2, configuration.longestTimeout)
        } else {
            transactions[i].nextSend = .distantFuture
            transactions[i].expires = now + transactions[i].timeout
        }
    }

    /// Nobody has answered.
    mutating func expireTransactions() {
        while let i = transactions.firstIndex(where: { $0.expires <= now }) {
            switch transactions.remove(at: i).purpose {
            case .allocate, .refresh, .release: return end(.failed(.unanswered))
            // The next datagram for the peer asks again.
            case .permission(let address): permissions.removeAll { $0.address == address }
            case .channel(let number): forgetChannel(number)
            }
        }
    }

    private mutating func encode(_ transaction: TURNTransaction) -> PooledBuffer? {
        guard var buffer = takeBuffer() else { return nil }
        var out = STUNMessageWriter(
            buffer.storage, .request, transaction.purpose.method, transactionID: transaction.id)
        switch transaction.purpose {
        case .allocate:
            out.write(.requestedTransport, word: 17 << 24)  // UDP
            if asksForIPv6Only {
                out.write(.requestedAddressFamily, word: UInt32(IPAddress.Family.ipv6.rawValue) << 24)
            } else {
                out.write(.additionalAddressFamily, word: UInt32(IPAddress.Family.ipv6.rawValue) << 24)
            }
            out.write(.lifetime, word: lifetimeSeconds)
        case .refresh: out.write(.lifetime, word: lifetimeSeconds)
        case .release: out.write(.lifetime, word: 0)
        case .permission(let address): out.writeXOR(.xorPeerAddress, TransportAddress(address, port: 0))
        case .channel(let number):
            out.write(.channelNumber, word: UInt32(number) << 16)
            if let channel = channels.first(where: { $0.number == number }) {
                out.writeXOR(.xorPeerAddress, channel.peer)
            }
        }
        if let authentication, let credentials {
            out.write(.username, credentials.username)
            out.write(.realm, authentication.realm)
            out.write(.nonce, authentication.nonce)
        }
        let size = out.finish(integrityKey: authentication?.key)
        buffer.setCount(size ?? 0)
        return buffer
    }

    private var lifetimeSeconds: UInt32 { UInt32(clamping: configuration.lifetime.nanoseconds / 1_000_000_000) }

    private mutating func takeBuffer() -> PooledBuffer? {
        timers.stop(.pool)
        do {
            return try packets.take()
        } catch {
            counters.poolExhaustions += 1
            timers[.pool] = now + .milliseconds(5)
            return nil
        }
    }
}
