/// Descriptions of the shape that Firefox writes: transport values of the session, later sections bundle-only.
enum Firefox {
    static let fingerprint =
        "C4:08:7B:E1:5D:92:36:AF:60:1B:F8:43:D7:2E:89:0A:54:CB:71:96:3F:E5:18:A2:BD:67:04:DC:8E:39:F0:25"

    static let offer = lines(
        """
        v=0
        o=mozilla...THIS_IS_SDPARTA-99.0 2387440915531870412 0 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=fingerprint:sha-256 \(fingerprint)
        a=group:BUNDLE 0 1
        a=ice-options:trickle
        a=msid-semantic:WMS *
        a=extmap-allow-mixed
        m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101
        c=IN IP4 0.0.0.0
        a=sendrecv
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level
        a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
        a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
        a=fmtp:101 0-15
        a=ice-pwd:d3a97be10c64f28590e1b7d2a46cf853
        a=ice-ufrag:5e0d91ac
        a=mid:0
        a=msid:{6c1f22d8} {a9037be4}
        a=rtcp-mux
        a=rtpmap:109 opus/48000/2
        a=rtpmap:9 G722/8000/1
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:101 telephone-event/8000/1
        a=setup:actpass
        a=ssrc:3390218857 cname:{b7d90f13}
        m=video 0 UDP/TLS/RTP/SAVPF 120 124 121 125 126 127
        c=IN IP4 0.0.0.0
        a=bundle-only
        a=sendrecv
        a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:5 urn:ietf:params:rtp-hdrext:toffset
        a=extmap:6/recvonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
        a=extmap:7 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1
        a=fmtp:120 max-fs=12288;max-fr=60
        a=fmtp:124 apt=120
        a=fmtp:121 max-fs=12288;max-fr=60
        a=fmtp:125 apt=121
        a=fmtp:127 apt=126
        a=ice-pwd:d3a97be10c64f28590e1b7d2a46cf853
        a=ice-ufrag:5e0d91ac
        a=mid:1
        a=msid:{6c1f22d8} {e1502d77}
        a=rtcp-fb:120 nack
        a=rtcp-fb:120 nack pli
        a=rtcp-fb:120 ccm fir
        a=rtcp-fb:120 goog-remb
        a=rtcp-fb:120 transport-cc
        a=rtcp-fb:121 nack
        a=rtcp-fb:126 nack
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:120 VP8/90000
        a=rtpmap:124 rtx/90000
        a=rtpmap:121 VP9/90000
        a=rtpmap:125 rtx/90000
        a=rtpmap:126 H264/90000
        a=rtpmap:127 rtx/90000
        a=setup:actpass
        a=ssrc:771035262 cname:{b7d90f13}
        a=ssrc:3920110485 cname:{b7d90f13}
        a=ssrc-group:FID 771035262 3920110485
        """)
}

/// Of aiortc's shape: candidates in the text, three fingerprints, no trickle, no reduced-size RTCP.
enum Aiortc {
    static func hash(_ start: Int, _ count: Int) -> String {
        (0..<count).map { i in
            let text = String((start + i * 37) & 255, radix: 16, uppercase: true)
            return text.count == 1 ? "0" + text : text
        }.joined(separator: ":")
    }

    static func section(
        _ kind: String, _ formats: String, mid: Int, setup: String, extensions: String = "", _ codecs: String
    ) -> String {
        """
        m=\(kind) 47113 UDP/TLS/RTP/SAVPF \(formats)
        c=IN IP4 192.0.2.31
        a=sendrecv
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        \(extensions)
        a=mid:\(mid)
        a=msid:0d31f2a4 77b1-\(kind)
        a=rtcp:9 IN IP4 0.0.0.0
        a=rtcp-mux
        \(codecs)
        a=candidate:1a2b 1 udp 2130706431 192.0.2.31 47113 typ host
        a=candidate:3c4d 1 udp 2130706431 2001:db8::31 47114 typ host
        a=end-of-candidates
        a=ice-ufrag:kT9w
        a=ice-pwd:n5PqZx8cRb2vYm7hLd3sGf
        a=fingerprint:sha-256 \(hash(3, 32))
        a=fingerprint:sha-384 \(hash(5, 48))
        a=fingerprint:sha-512 \(hash(7, 64))
        a=setup:\(setup)
        """
    }
    static let absoluteSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

    static let session = """
        v=0
        o=- 3964410287 3964410287 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=msid-semantic:WMS *
        """

    static let offer = lines(
        session,
        section(
            "audio", "96 0 8", mid: 0, setup: "actpass",
            extensions: "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
            """
            a=ssrc:2206157731 cname:1f8e-aiortc
            a=rtpmap:96 opus/48000/2
            a=rtpmap:0 PCMU/8000
            a=rtpmap:8 PCMA/8000
            """),
        section(
            "video", "97 98 99 100", mid: 1, setup: "actpass", extensions: "a=extmap:3 \(absoluteSendTime)",
            """
            a=ssrc-group:FID 118245920 3008117645
            a=ssrc:118245920 cname:1f8e-aiortc
            a=ssrc:3008117645 cname:1f8e-aiortc
            a=rtpmap:97 VP8/90000
            a=rtcp-fb:97 nack
            a=rtcp-fb:97 nack pli
            a=rtcp-fb:97 goog-remb
            a=rtpmap:98 rtx/90000
            a=fmtp:98 apt=97
            a=rtpmap:99 H264/90000
            a=rtcp-fb:99 nack
            a=fmtp:99 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
            a=rtpmap:100 rtx/90000
            a=fmtp:100 apt=99
            """))

    /// To an offer of ours.
    static let answer = lines(
        session,
        section(
            "audio", "111", mid: 0, setup: "active",
            "a=ssrc:2206157731 cname:1f8e-aiortc\na=rtpmap:111 opus/48000/2"),
        section(
            "video", "96 97", mid: 1, setup: "active", extensions: "a=extmap:3 \(absoluteSendTime)",
            """
            a=ssrc-group:FID 118245920 3008117645
            a=ssrc:118245920 cname:1f8e-aiortc
            a=ssrc:3008117645 cname:1f8e-aiortc
            a=rtpmap:96 VP8/90000
            a=rtcp-fb:96 nack
            a=rtcp-fb:96 nack pli
            a=rtcp-fb:96 goog-remb
            a=rtpmap:97 rtx/90000
            a=fmtp:97 apt=96
            """))
}

/// Of GStreamer webrtcbin's shape: named mids, video first, numbers below 128 as it picks them.
enum GStreamer {
    static let fingerprint =
        "0F:E2:6B:94:1D:C7:58:A0:F3:3E:85:29:DB:70:16:BC:4A:E9:02:5F:97:D1:6C:38:AE:41:F5:8B:13:C0:7D:64"

    static func section(_ kind: String, port: Int, mid: String, format: Int, _ codec: String, ssrc: UInt32) -> String {
        """
        m=\(kind) \(port) UDP/TLS/RTP/SAVPF \(format)
        c=IN IP4 0.0.0.0
        a=setup:actpass
        a=ice-ufrag:VdM1rUqPz8eHkTn2
        a=ice-pwd:sBw4XyLc0GfJ6oEaRi9tKu3vNhQ5mZ7d
        \(port == 0 ? "a=bundle-only" : "a=ice-options:trickle")
        a=rtcp-mux
        a=rtcp-rsize
        a=sendrecv
        \(codec)
        a=framerate:30
        a=extmap:1 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=ssrc:\(ssrc) msid:user1880@host-55c0 webrtctransceiver\(mid.last ?? "0")
        a=ssrc:\(ssrc) cname:user1880@host-55c0
        a=mid:\(mid)
        a=fingerprint:sha-256 \(fingerprint)
        a=rtcp-mux-only
        """
    }

    static let offer = lines(
        """
        v=0
        o=- 5601139427790361184 0 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=ice-options:trickle
        a=group:BUNDLE video0 audio1
        """,
        section(
            "video", port: 9, mid: "video0", format: 100,
            """
            a=rtpmap:100 VP8/90000
            a=rtcp-fb:100 nack
            a=rtcp-fb:100 nack pli
            a=rtcp-fb:100 ccm fir
            a=rtcp-fb:100 transport-cc
            """, ssrc: 403311298),
        section(
            "audio", port: 0, mid: "audio1", format: 101,
            "a=rtpmap:101 OPUS/48000/2\na=rtcp-fb:* transport-cc\na=fmtp:101 sprop-maxcapturerate=48000;sprop-stereo=0",
            ssrc: 2890517004))
}

enum Specimens {
    static let offers = [
        Chromium.offer, Chromium.offerWithData, Chromium.offerWithScreen, Firefox.offer, Aiortc.offer, GStreamer.offer,
    ]
    /// To our first offer.
    static let answers = [Chromium.answer, Aiortc.answer]
    static let all = offers + answers
}
