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
        guard site.network.policy == .mdns, case .candidate(let candidate, let party) = action else { return action }
        guard let (text, new) = hidden.hide(candidate.candidate, using: &random) else { return nil }
        if let new { with.names?.publish(new.name, new.address) }
        var told = candidate
        told.candidate = text
        return .candidate(told, to: party)
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
