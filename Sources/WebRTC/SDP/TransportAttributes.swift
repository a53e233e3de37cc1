/// The transport's attributes as one level of a description has them: texts, checked only where they are used, for
/// what stands in a refused section harms nobody.
struct TransportAttributes {
    var usernameFragment: String?
    var password: String?
    var fingerprints: [String] = []
    var setup: String?
    var trickle = false
    var isLite = false
    var hasCrypto = false

    /// False if the attribute is not one of these.
    mutating func take(_ attribute: Attribute) -> Bool {
        let value = attribute.value ?? ""
        switch attribute.name {
        case "ice-ufrag": usernameFragment = String(Text.trimmed(value))
        case "ice-pwd": password = String(Text.trimmed(value))
        case "ice-options": if Text.fields(value).contains("trickle") { trickle = true }
        case "ice-lite": isLite = true
        case "fingerprint": fingerprints.append(value)
        case "setup": setup = Text.lowercased(Text.trimmed(value))
        case "crypto": hasCrypto = true
        default: return false
        }
        return true
    }

    /// The trusted fingerprints of a level, each once.
    static func trusted(_ texts: [String], steps: inout Int) throws(NegotiationError) -> [Fingerprint] {
        var found: [Fingerprint] = []
        // A description may have as many as it has certificates and hash functions; eight are more than any has.
        guard texts.count <= 8 else { throw .malformedFingerprint }
        for text in texts {
            steps += 1
            switch Fingerprint.read(text) {
            case .fingerprint(let fingerprint): if !found.contains(fingerprint) { found.append(fingerprint) }
            case .unacceptable: continue
            case .malformed: throw .malformedFingerprint
            }
        }
        if found.isEmpty { throw texts.isEmpty ? .missingFingerprint : .weakFingerprint }
        return found
    }

    static func credentials(_ levels: [TransportAttributes]) throws(NegotiationError) -> (String, String) {
        // Both come from the same level: half a pair is none (RFC 8839 §5.4).
        guard let level = levels.first(where: { $0.usernameFragment != nil || $0.password != nil }),
            let usernameFragment = level.usernameFragment, let password = level.password
        else { throw .missingICECredentials }
        let lengths = (usernameFragment.utf8.count, password.utf8.count)
        guard lengths.0 >= 4, lengths.1 >= 22 else { throw .shortICECredentials }
        guard lengths.0 <= 256, lengths.1 <= 256, Text.isICEText(usernameFragment), Text.isICEText(password) else {
            throw .malformedICECredentials
        }
        return (usernameFragment, password)
    }
}

/// The other side's end of the transport, checked.
struct RemoteTransport: Hashable {
    var usernameFragment: String
    var password: String
    var fingerprints: [Fingerprint]
    var setup: SetupRole?
    var isLite: Bool
    var trickle: Bool
    var mid: String
    var mids: [String]
    var candidates: [NegotiatedTransport.Candidate]
    var endOfCandidates: Bool

    /// Credentials that are not `previous`'s (RFC 8839 §4.4.1.1.1).
    func restartsICE(after previous: RemoteTransport) -> Bool {
        usernameFragment != previous.usernameFragment || password != previous.password
    }

    /// A certificate that `previous` did not announce.
    func changesCertificate(after previous: RemoteTransport) -> Bool {
        !fingerprints.allSatisfy { previous.fingerprints.contains($0) }
    }
}
