"""qmp.py SOCKET JSON: gives one command to the machine behind SOCKET and prints its answer."""

import json
import socket
import sys


def command(path, request, timeout=20.0):
    """The answer's `return`; RuntimeError with QEMU's own words if it refuses."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(timeout)
        link.connect(path)
        stream = link.makefile("rw", encoding="utf-8")
        stream.readline()
        for message in ({"execute": "qmp_capabilities"}, request):
            stream.write(json.dumps(message) + "\n")
            stream.flush()
            while True:
                answer = json.loads(stream.readline())
                if "error" in answer:
                    raise RuntimeError(answer["error"]["desc"])
                if "return" in answer:
                    break
        return answer["return"]


if __name__ == "__main__":
    print(json.dumps(command(sys.argv[1], json.loads(sys.argv[2]))))
