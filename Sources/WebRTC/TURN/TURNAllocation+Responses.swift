import Primitives
import STUN

extension TURNAllocation {
    /// Of one transaction; a server that goes on asking is left.
    private static let challengeLimit = 4
    /// Bytes of user name, realm and nonce together, so that any request fits a datagram.
    private static let credentialLimit = 1200

    /// An answer to one of our requests, or something that pretends to be one.
    mutating func take(_ message: borrowing STUNMessage) {
        let id = message.transactionID
        guard let i = transactions.firstIndex(where: { $0.id == id && $0.sent > 0 }),
            transactions[i].purpose.method == message.method, isCredible(message)
        else {
            counters.unsolicitedResponses += 1
            return
        }
        let transaction = transactions.remove(at: i)
        if message.messageClass == .success {
            succeed(transaction, message)
        } else {
            refuse(transaction, message)
        }
    }

    /// Success must prove that it comes from who knows our password; a refusal may be unable to (RFC 8489 §9.2.5).
    private func isCredible(_ message: borrowing STUNMessage) -> Bool {
        guard let key = authentication?.key else { return true }
        return message.hasIntegrity(under: key)
            || message.messageClass == .error && !message.hasMessageIntegrity
    }

    private mutating func succeed(_ transaction: TURNTransaction, _ message: borrowing STUNMessage) {
        switch transaction.purpose {
        case .allocate:
            relayedIPv4 = message.xorRelayedAddress(.ipv4)
            relayedIPv6 = message.xorRelayedAddress(.ipv6)
            mappedAddress = message.xorMappedAddress
            guard relayedIPv4 ?? relayedIPv6 != nil, let lifetime = message.lifetime, lifetime > 0 else {
                return end(.failed(.malformed))
            }
            state = .allocated
            scheduleRefresh(lifetime)
            events.append(.allocated)
        case .refresh: scheduleRefresh(message.lifetime ?? lifetimeDefault)
        case .release: if state == .allocating { begin(.allocate) }
        case .permission(let address):
            guard let known = permissions.firstIndex(where: { $0.address == address }) else { return }
            permissions[known].isGranted = true
            permissions[known].renewsAt = now + configuration.permissionRefresh
            timers[.permissions] = min(timers[.permissions], permissions[known].renewsAt)
        case .channel(let number):
            guard let known = channels.firstIndex(where: { $0.number == number }) else { return }
            channels[known].isBound = true
            channels[known].renewsAt = now + configuration.permissionRefresh
            channels[known].expires = now + .seconds(600)
            timers[.channels] = min(timers[.channels], channels[known].renewsAt)
        }
    }

    private var lifetimeDefault: UInt32 { 600 }

    private mutating func scheduleRefresh(_ seconds: UInt32) {
        timers[.refresh] = now + .seconds(Int64(min(max(seconds, 20), 3600))) / 2
    }

    private mutating func refuse(_ transaction: TURNTransaction, _ message: borrowing STUNMessage) {
        guard let code = message.errorCode else { return end(.failed(.malformed)) }
        switch code {
        case 401, 438: return answerChallenge(transaction, message, code: code)
        default: break
        }
        switch transaction.purpose {
        case .allocate: refuseAllocation(message, code: code)
        case .refresh: end(.failed(.refused(code)))
        // There was nothing to release, or it is not ours: the way is as free as it gets.
        case .release: if state == .allocating { begin(.allocate) }
        case .permission(let address):
            if code == 437 { return end(.failed(.refused(code))) }
            guard let known = permissions.firstIndex(where: { $0.address == address }) else { return }
            permissions[known].isForbidden = true
            permissions[known].isGranted = false
        case .channel(let number):
            if code == 437 { return end(.failed(.refused(code))) }
            forgetChannel(number)
        }
    }

    private mutating func refuseAllocation(_ message: borrowing STUNMessage, code: Int) {
        switch code {
        case 300:
            guard let other = message.alternateServer, other != server, other.port != 0 else {
                return end(.failed(.malformed))
            }
            end(.redirected(other))
        case 437 where !hasReleasedOld:
            // An allocation of an earlier life on the same address and port (RFC 8656 §7.4).
            hasReleasedOld = true
            begin(.release)
        case 440 where !asksForIPv6Only:
            asksForIPv6Only = true
            begin(.allocate)
        default: end(.failed(code == 401 || code == 403 && authentication == nil ? .unauthorized : .refused(code)))
        }
    }

    /// 401 to who has said nothing yet, 438 to who has said it with a nonce that is over (RFC 8489 §9.2.5).
    private mutating func answerChallenge(
        _ transaction: TURNTransaction, _ message: borrowing STUNMessage, code: Int
    ) {
        guard let credentials, transaction.challenges < Self.challengeLimit,
            code == 438 || authentication == nil || transaction.challenges == 0 && isOtherRealm(message)
        else { return end(.failed(.unauthorized)) }
        guard let nonce = message.nonce?.toArray(), let realm = message.realm?.toArray() ?? authentication?.realm,
            credentials.username.count + realm.count + nonce.count <= Self.credentialLimit
        else { return end(.failed(.malformed)) }
        let known = authentication.flatMap { $0.realm == realm ? $0.key : nil }
        let key =
            known
            ?? LongTermKey.md5(username: credentials.username, realm: realm, password: credentials.password)
        guard let key else { return end(.failed(.unauthorized)) }
        authentication = Authentication(realm: realm, nonce: nonce, key: key)
        repeatRequest(transaction)
    }

    private func isOtherRealm(_ message: borrowing STUNMessage) -> Bool {
        guard let realm = message.realm, let known = authentication?.realm else { return true }
        return realm.toArray() != known
    }
}
