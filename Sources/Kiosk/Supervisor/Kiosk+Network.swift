import KioskConfiguration
import LinuxIO
import Logging
import NetworkCheck
import TLS

extension Kiosk {
    /// Looks at the network on threads of their own: names, sockets and authorities' files all make their caller wait.
    static func look(_ site: SiteConfiguration, _ logger: Logger) -> Supervisor.NetworkLook {
        let endpoint = ServerEndpoint(url: site.signalling.url)
        let (media, signalling) = (site.network.authorities, site.signalling.authorities)
        return { servers, isOver in
            await withCheckedContinuation { continuation in
                let thread = try? MediaThread(name: "check") {
                    do {
                        let check = NetworkCheck(
                            servers: servers, signalling: endpoint, authorities: try TLSAuthorities(file: media),
                            signallingAuthorities: try TLSAuthorities(file: signalling))
                        continuation.resume(returning: check.run(unless: isOver))
                    } catch {
                        logger.warning("the network is not looked at", metadata: ["reason": "\(error)"])
                        continuation.resume(returning: nil)
                    }
                }
                if thread == nil { continuation.resume(returning: nil) }
            }
        }
    }
}
