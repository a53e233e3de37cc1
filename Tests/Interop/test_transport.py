"""The kiosk's WebSocket against servers that are within their rights and unusual."""

import base64
import hashlib
import json
import socket
import threading

from programs import Kiosk, wait_for


class OneSegmentServer:
    """Answers the upgrade and says its first packet in one segment, and notes what the client says after it."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.heard = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        connection, _ = self.listener.accept()
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(4096)
        key = next(line.split(b":", 1)[1].strip() for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        opening = b"0" + json.dumps({"sid": "s", "upgrades": [], "pingInterval": 25000, "pingTimeout": 20000}).encode()
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + accept + b"\r\n\r\n" + bytes([0x81, len(opening)]) + opening)
        while data := connection.recv(4096):
            mask, payload = data[2:6], data[6:6 + (data[1] & 127)]
            self.heard.append(bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))


def test_first_packet_in_one_segment_with_the_upgrade(programs, tmp_path):
    server = OneSegmentServer()
    with Kiosk(programs, tmp_path / "kiosk", server.url):
        wait_for(lambda: any(said.startswith(b"40") for said in server.heard), 8, "the kiosk has heard the first packet")
