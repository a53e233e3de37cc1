import CallControl
import MediaControl
import Primitives

/// Candidates of browsers that hide their addresses behind `.local` names.
extension Supervisor {
    /// The most names that are asked for in one session.
    static let localNameLimit = 16

    /// Resolves what must be before the media process can use it.
    /// - Returns: false if `command` can go as it is.
    func resolvesFirst(_ command: MediaCommand) -> Bool {
        guard case .remoteCandidate(let peer, let text, let mid, let index) = command,
            let name = Self.localName(of: text)
        else { return false }
        if localNames.session != peer { localNames = (peer, 0) }
        localNames.count += 1
        guard localNames.count <= Self.localNameLimit else { return true }
        let resolve = with.resolve
        Task { [weak self] in
            let addresses = await resolve(name)
            // One is enough: the others are the same machine's.
            guard let address = addresses.first else { return }
            await self?.pass(
                .remoteCandidate(
                    peer: peer, candidate: Self.replacing(name, by: address, in: text), mid: mid, mLineIndex: index))
        }
        return true
    }

    private func pass(_ command: MediaCommand) {
        guard case .remoteCandidate(let peer, _, _, _) = command, machine.session == peer else { return }
        with.media.send(command)
    }

    /// The fifth word of a candidate is its address (RFC 8839 §5.1).
    static func localName(of candidate: String) -> String? {
        let words = candidate.split(separator: " ", maxSplits: 5)
        guard words.count == 6, words[4].utf8.count <= 69, words[4].lowercased().hasSuffix(".local") else { return nil }
        return String(words[4])
    }

    static func replacing(_ name: String, by address: IPAddress, in candidate: String) -> String {
        var words = candidate.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if let place = words.firstIndex(of: name) { words[place] = "\(address)" }
        return words.joined(separator: " ")
    }
}
