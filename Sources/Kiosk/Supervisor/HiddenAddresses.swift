import MulticastDNS
import Primitives

/// One call's random `.local` names for this host's addresses: what our candidates say in their place
/// (draft-ietf-mmusic-mdns-ice-candidates §3.1).
struct HiddenAddresses {
    private(set) var names: [IPAddress: String] = [:]

    /// The candidate as the other side may see it (RFC 8839 §5.1): a host's address as a name, and none beside a
    /// reflexive or relayed one.
    /// - Returns: nil if it must not be told; and a name that is new with this.
    mutating func hide(
        _ candidate: String, using random: inout RandomSource
    ) -> (text: String, new: (name: String, address: IPAddress)?)? {
        var words = candidate.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count >= 8, words[6] == "typ" else { return nil }
        var new: (String, IPAddress)?
        if words[7] == "host" {
            guard let address = IPAddress(words[4]) else { return nil }
            if let name = names[address] {
                words[4] = name
            } else {
                guard names.count < MulticastDNSResponder.nameLimit else { return nil }
                let name = MulticastDNSName.random(using: &random)
                (names[address], words[4], new) = (name, name, (name, address))
            }
        }
        for place in stride(from: 8, to: words.count - 1, by: 2) {
            if words[place] == "raddr" { words[place + 1] = words[place + 1].contains(":") ? "::" : "0.0.0.0" }
            if words[place] == "rport" { words[place + 1] = "9" }
        }
        return (words.joined(separator: " "), new)
    }
}
