import LinuxIO
import Primitives
import Testing

@Suite struct NetworkInterfacesTests {
    @Test func loopbackIsThereOnlyWhenAskedFor() throws {
        let all = try NetworkInterfaces.addresses(includingLoopback: true)
        #expect(all.contains { $0.name == "lo" && $0.address == IPAddress(ipv4: 0x7F00_0001) })
        #expect(try NetworkInterfaces.addresses(includingLoopback: false).allSatisfy { !$0.address.isLoopback })
        #expect(
            NetworkInterfaces.source(towards: TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 9))?.isLoopback
                == true)
    }

    @Test func theFilterGoesByNameAndEnding() {
        let usual = InterfaceFilter()
        for name in ["eth0", "wlan0", "wwan0", "br0", "tun0", "enp3s0"] { #expect(usual.admits(name), "\(name)") }
        for name in ["docker0", "br-1f2e", "veth12", "virbr0", "cni0"] { #expect(!usual.admits(name), "\(name)") }
        let wired = InterfaceFilter(included: ["eth*", "docker0"], excluded: ["eth1"])
        #expect(wired.admits("eth0") && wired.admits("docker0") && !wired.admits("eth1") && !wired.admits("wlan0"))
    }

    @Test func aLastingAddressGivesWayToItsTemporaryTwin() {
        func v6(_ high: UInt64, _ low: UInt64, _ index: UInt32, temporary: Bool = false) -> InterfaceAddress {
            InterfaceAddress(
                name: "eth\(index)", index: index, address: IPAddress(ipv6High: high, low: low), isTemporary: temporary)
        }
        let (first, second): (UInt64, UInt64) = (0x2001_0DB8_0000_0001, 0x2001_0DB8_0000_0002)
        let list = [
            v6(first, 1, 1), v6(first, 2, 1, temporary: true), v6(second, 1, 1), v6(first, 3, 2),
            InterfaceAddress(name: "eth1", index: 1, address: IPAddress(ipv4: 0x0A00_0001)),
        ]
        #expect(NetworkInterfaces.withoutLastingTwins(list) == Array(list[1...]))
    }

    @Test func aRangeOfPortsIsUsedUpAndThenRefused() throws {
        let host = IPAddress(ipv4: 0x7F00_0001)
        let free = try UDPSocket(binding: TransportAddress(host, port: 0)).localAddress.port
        let range = min(free, 65_533)...min(free, 65_533) + 2
        var held: [UDPSocket] = []
        for _ in range {
            guard let socket = try? UDPSocket(binding: host, ports: range, startingAt: range.upperBound) else { break }
            held.append(socket)
        }
        #expect(Set(held.map(\.localAddress.port)).count == held.count && !held.isEmpty)
        #expect(held.allSatisfy { range.contains($0.localAddress.port) })
        #expect(throws: SystemError.self) { _ = try UDPSocket(binding: host, ports: range, startingAt: 1) }
    }

    @Test func theWatchSaysNothingOfNothing() throws {
        #expect(try AddressWatch().changes() == [])
    }
}

/// Netlink messages of routes: what the kernel says, and what it never would.
@Suite struct DefaultRouteTests {
    private static func little(_ value: UInt32, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }

    private static func attribute(_ type: UInt32, _ payload: [UInt8], length: Int? = nil) -> [UInt8] {
        var bytes = little(UInt32(length ?? payload.count + 4), 2) + little(type, 2) + payload
        while bytes.count % 4 != 0 { bytes.append(0) }
        return bytes
    }

    /// RTM_NEWROUTE, in the main table, unicast, towards everything.
    private static func message(family: UInt8 = 2, prefix: UInt8 = 0, type: UInt32 = 24, _ attributes: [[UInt8]])
        -> [UInt8]
    {
        let body = [family, prefix, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0] + Array(attributes.joined())
        return little(UInt32(16 + body.count), 4) + little(type, 2) + [UInt8](repeating: 0, count: 10) + body
    }

    private static let gateway = attribute(5, [192, 0, 2, 1])
    private static let index = attribute(4, little(7, 4))
    private static let metric = attribute(6, little(600, 4))

    @Test func aDefaultRouteIsRead() throws {
        let route = try #require(
            NetworkInterfaces.defaultRoute(in: Self.message([Self.gateway, Self.index, Self.metric])))
        #expect(route.family == .ipv4 && route.index == 7 && route.metric == 600 && route.table == 254)
        #expect(route.gateway == IPAddress(ipv4: 0xC000_0201))
        // The first of two hops, its interface and its gateway.
        let hop: [UInt8] = Self.little(16, 2) + [0, 0] + Self.little(9, 4) + Self.attribute(5, [192, 0, 2, 9])
        let several = try #require(NetworkInterfaces.defaultRoute(in: Self.message([Self.attribute(9, hop + hop)])))
        #expect(several.index == 9 && several.gateway == IPAddress(ipv4: 0xC000_0209))
        // IPv4 by way of a gateway that speaks IPv6 (RFC 5549).
        let via = Self.attribute(18, [10, 0, 0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1])
        let mixed = try #require(NetworkInterfaces.defaultRoute(in: Self.message([via, Self.index])))
        #expect(mixed.gateway == IPAddress(ipv6High: 0xFE80_0000_0000_0000, low: 1))
        #expect(NetworkInterfaces.defaultRoute(in: Self.message(family: 10, [Self.index]))?.gateway == nil)
    }

    @Test func whatIsNoDefaultRouteIsNone() {
        #expect(NetworkInterfaces.defaultRoute(in: Self.message(prefix: 24, [Self.gateway])) == nil)
        #expect(NetworkInterfaces.defaultRoute(in: Self.message(type: 25, [Self.gateway])) == nil)
        #expect(NetworkInterfaces.defaultRoute(in: Self.message(family: 7, [Self.gateway])) == nil)
        #expect(NetworkInterfaces.defaultRoute(in: []) == nil)
    }

    /// Every cut, every length that lies, and noise: never more is read than there is, and nothing is made up.
    @Test func hostileMessages() {
        let hop: [UInt8] = Self.little(16, 2) + [0, 0] + Self.little(9, 4) + Self.attribute(5, [192, 0, 2, 9])
        let whole = Self.message([Self.gateway, Self.index, Self.metric, Self.attribute(9, hop)])
        for length in 0..<whole.count {
            #expect(NetworkInterfaces.defaultRoute(in: Array(whole.prefix(length))) == nil)
        }
        for lie in [0, 1, 3, 5, 9, 200, 65_535] {
            let short = Self.message([Self.attribute(5, [192, 0], length: lie)])
            #expect(NetworkInterfaces.defaultRoute(in: short)?.gateway == nil)
            let hop: [UInt8] = Self.little(UInt32(lie), 2) + [0, 0] + Self.little(9, 4)
            let hops = Self.message([Self.attribute(9, hop)])
            #expect(NetworkInterfaces.defaultRoute(in: hops)?.gateway == nil)
        }
        var random = RandomSource(seed: 11)
        var read = 0
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 16..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if NetworkInterfaces.defaultRoute(in: bytes) != nil { read += 1 }
        }
        #expect(read > 1_000, "most noise is in attributes, which are passed over")
    }

    @Test func theKernelIsAsked() throws {
        let once = try NetworkInterfaces.defaultRoutes()
        #expect(once.allSatisfy { $0.table != 255 })
        #expect(try NetworkInterfaces.defaultRoutes() == once)
    }
}
