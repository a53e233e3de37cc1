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
