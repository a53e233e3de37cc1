public import Primitives

/// The identifiers that `a=extmap` gave the extensions we speak; 0 means not negotiated.
public struct HeaderExtensionMap: Equatable, Sendable {
    /// `urn:ietf:params:rtp-hdrext:sdes:mid`
    public var mid: UInt8
    /// `http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01`
    public var transportSequenceNumber: UInt8
    /// `http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time`
    public var absoluteSendTime: UInt8

    public init(mid: UInt8 = 0, transportSequenceNumber: UInt8 = 0, absoluteSendTime: UInt8 = 0) {
        self.mid = mid
        self.transportSequenceNumber = transportSequenceNumber
        self.absoluteSendTime = absoluteSendTime
    }
}

/// The elements of a header extension in the one- or the two-byte form (RFC 8285 §4), one after another.
///
/// Ends at the first element that is malformed, and at identifier 15 of the one-byte form, which says so.
public struct HeaderExtensions: ~Escapable {
    public static let oneByteProfile: UInt16 = 0xBEDE
    public static let twoByteProfile: UInt16 = 0x1000

    /// An element: where its data is in the packet.
    public struct Element: Equatable, Sendable {
        public var id: UInt8
        public var range: Range<Int>
    }

    private let packet: RawSpan
    private let profile: UInt16
    private var position: Int
    private let end: Int

    /// The elements of `packet`, whose header is `header`.
    @_lifetime(copy packet)
    public init(of header: RTPHeader, in packet: RawSpan) {
        self.packet = packet
        profile = header.extensionProfile
        position = header.extensionRange.lowerBound
        end = min(header.extensionRange.upperBound, packet.byteCount)
    }

    @_lifetime(self: copy self)
    public mutating func next() -> Element? {
        while position < end, let head = packet.byte(at: position) {
            if head == 0 {  // padding between elements
                position += 1
                continue
            }
            let id: UInt8
            let count: Int
            let start: Int
            if profile == Self.oneByteProfile {
                id = head >> 4
                count = Int(head & 0x0F) + 1
                start = position + 1
                if id == 15 { break }
                // Identifier 0 with a length is padding that its data follows (RFC 8285 §4.2).
            } else if profile & 0xFFF0 == Self.twoByteProfile {
                guard position + 1 < end, let size = packet.byte(at: position + 1) else { break }
                id = head
                count = Int(size)
                start = position + 2
            } else {
                break
            }
            guard start + count <= end else { break }
            position = start + count
            if id == 0 { continue }
            return Element(id: id, range: start..<start + count)
        }
        position = end
        return nil
    }
}

/// What a received packet's extensions say.
public struct HeaderExtensionValues: Equatable, Sendable {
    public var mid: MediaIdentifier?
    public var transportSequenceNumber: UInt16?
    /// Seconds in 6.18 fixed point, 24 bits.
    public var absoluteSendTime: UInt32?

    /// Reads the values that `map` knows; the first of each wins and one of the wrong size is absent.
    public init(of header: RTPHeader, in packet: RawSpan, map: HeaderExtensionMap) {
        guard header.extensionProfile != 0 else { return }
        var elements = HeaderExtensions(of: header, in: packet)
        while let element = elements.next() {
            if element.id == map.transportSequenceNumber, transportSequenceNumber == nil, element.range.count == 2 {
                transportSequenceNumber = packet.bigEndian(UInt16.self, at: element.range.lowerBound)
            } else if element.id == map.absoluteSendTime, absoluteSendTime == nil, element.range.count == 3,
                let high = packet.byte(at: element.range.lowerBound),
                let low = packet.bigEndian(UInt16.self, at: element.range.lowerBound + 1)
            {
                absoluteSendTime = UInt32(high) << 16 | UInt32(low)
            } else if element.id == map.mid, mid == nil, let bytes = packet.slice(element.range) {
                mid = MediaIdentifier(bytes)
            }
        }
    }
}

extension RTPHeader {
    /// Where the data of extension `id` is; nil if the packet does not carry it.
    public func extensionElement(_ id: UInt8, in packet: RawSpan) -> Range<Int>? {
        guard id != 0, extensionProfile != 0 else { return nil }
        var elements = HeaderExtensions(of: self, in: packet)
        while let element = elements.next() { if element.id == id { return element.range } }
        return nil
    }

    /// Fills in the transport-wide sequence number; false if the packet has no place of two bytes for it.
    @discardableResult
    public func setTransportSequenceNumber(_ value: UInt16, id: UInt8, in packet: inout PooledBuffer) -> Bool {
        guard let place = extensionElement(id, in: packet.bytes), place.count == 2 else { return false }
        var bytes = packet.mutableBytes
        return bytes.setBigEndian(value, at: place.lowerBound)
    }

    /// Fills in the send time; false if the packet has no place of three bytes for it.
    @discardableResult
    public func setAbsoluteSendTime(_ now: Instant, id: UInt8, in packet: inout PooledBuffer) -> Bool {
        guard let place = extensionElement(id, in: packet.bytes), place.count == 3 else { return false }
        let value = NTPTimestamp(now).absoluteSendTime
        var bytes = packet.mutableBytes
        return bytes.setBigEndian(UInt8(truncatingIfNeeded: value >> 16), at: place.lowerBound)
            && bytes.setBigEndian(UInt16(truncatingIfNeeded: value), at: place.lowerBound + 1)
    }
}
