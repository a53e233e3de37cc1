import CallControl
import KioskConfiguration
import MediaControl
import Primitives
import SignallingClient
import SignallingMessages

/// Our candidates with `.local` names, where the site wants that. The media process knows addresses only, and this process
/// answers for the names as long as the call lives.
extension Supervisor {
    /// - Returns: nil if the action would tell an address and cannot be made not to.
    func withoutAddresses(_ action: SignallingAction) -> SignallingAction? {
        guard site.network.policy == .mdns else { return action }
        switch action {
        case .candidate(let candidate, let party):
            guard let text = hide(candidate.candidate) else { return nil }
            var told = candidate
            told.candidate = text
            return .candidate(told, to: party)
        case .offer(let sdp, let party): return .offer(withoutAddresses(sdp: sdp), to: party)
        case .answerDescription(let sdp, let party): return .answerDescription(withoutAddresses(sdp: sdp), to: party)
        default: return action
        }
    }

    /// What was gathered before the description was made stands in it. The same candidate gets the same name again.
    private func withoutAddresses(sdp: String) -> String {
        let attribute = "a="
        return sdp.split(omittingEmptySubsequences: false) { $0 == "\r\n" || $0 == "\n" }.compactMap { line in
            guard line.hasPrefix(attribute + "candidate:") else { return String(line) }
            return hide(String(line.dropFirst(attribute.count))).map { attribute + $0 }
        }.joined(separator: "\r\n")
    }

    private func hide(_ candidate: String) -> String? {
        guard let (text, new) = hidden.hide(candidate, using: &random) else { return nil }
        if let new { with.names?.publish(new.name, new.address) }
        return text
    }

    /// Names end with the call they were made for.
    func withdrawNames() {
        guard !hidden.names.isEmpty else { return }
        switch machine.state.phase {
        case .connecting, .inCall: return
        case .idle, .ringingIn, .ringingOut, .ended:
            hidden = HiddenAddresses()
            with.names?.withdraw()
        }
    }
}
