import NetworkCheck

/// Whether what is wrong with the network stands, or may be chance.
///
/// One look can meet a lost datagram or a server that is being started again. What two looks in a row have found wrong
/// stands, and so does what one has found after a call that could not be connected.
struct StandingFault {
    private(set) var finding: NetworkReport.Finding?
    private var isSuspected = false

    /// - Returns: whether it takes another look to know.
    mutating func looked(_ verdict: NetworkReport.Verdict) -> Bool {
        guard let fault = verdict.fault else {
            (finding, isSuspected) = (nil, false)
            return false
        }
        if isSuspected { finding = fault }
        isSuspected = true
        return finding == nil
    }

    mutating func callFailed() { isSuspected = true }
}
