"""A signalling server that behaves as the clinics' existing one does, traps included, on either generation.

Run by the Python of `.venv` (Socket.IO 4, Engine.IO protocol 4) or of `.venv-eio3` (Socket.IO 2, protocol 3):
    python ancestor_server.py PORT FOLDER
It serves FOLDER's page beside /socket.io/, keeps a user whose socket has gone, adds a user twice who joins twice, and fails
when an offer, an answer or a candidate comes from someone who is alone in the room; it counts those failures at /faults.
"""

import importlib.metadata
import sys

import eventlet
import eventlet.wsgi
import socketio

# Version 5 of the library speaks Socket.IO 3 and 4, version 4 speaks 1 and 2.
MODERN = int(importlib.metadata.version("python-socketio").split(".")[0]) >= 5
sio = socketio.Server(async_mode="eventlet", cors_allowed_origins="*", logger=False, engineio_logger=False)
rooms: dict[str, list[dict]] = {}
faults: list[str] = []


@sio.event
def connect(sid, environ, *_):
    tell(sid, "connectionSuccess", sid)


def tell(target, event, value):
    sio.emit(event, value, **{"to" if MODERN else "room": target})


@sio.on("checkRoom")
def check_room(sid, data):
    users = rooms.setdefault(str(data["roomId"]), [])
    tell(sid, "checkRoomSuccess", users)
    if len(users) > 1:
        return
    users.append({"userName": data["userName"], "roomId": data["roomId"], "sockId": sid})
    sio.enter_room(sid, str(data["roomId"]))
    tell(str(data["roomId"]), "joinRoomSuccess", users)


@sio.on("userLeave")
def user_leave(sid, data):
    room = str(data["roomId"])
    rooms[room] = [user for user in rooms.get(room, []) if user["sockId"] != data["sockId"]]
    tell(room, "userLeave", rooms[room])


@sio.on("toSendVideo")
def to_send_video(sid, user):
    tell(str(user["roomId"]), "receiveVideo", user)


def relay(event):
    @sio.on(event)
    def handler(sid, user):
        tell(str(user["roomId"]), event, user)


for name in ("cancelSendVideo", "rejectReceiveVideo", "answerVideo", "hangupVideo"):
    relay(name)


def other(event, data):
    """The other one in the room; without one the original throws inside its handler."""
    user = data["user"]
    others = [u for u in rooms.get(str(user["roomId"]), []) if u["sockId"] != user["sockId"]]
    if not others:
        faults.append(f"{event} from {user['userName']} while alone")
        return None
    return others[0]["sockId"]


@sio.on("receiveOffer")
def receive_offer(sid, data):
    if target := other("receiveOffer", data):
        tell(target, "receiveOffer", data["offer"])


@sio.on("receiveAnsewer")
def receive_answer(sid, data):
    if target := other("receiveAnsewer", data):
        tell(target, "receiveAnsewer", data["answer"])


@sio.on("addIceCandidate")
def add_ice_candidate(sid, data):
    if target := other("addIceCandidate", data):
        tell(target, "addIceCandidate", data["candidate"])


def count_faults(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["\n".join(faults).encode()]


if __name__ == "__main__":
    port, folder = int(sys.argv[1]), sys.argv[2]

    signalling = socketio.WSGIApp(
        sio, static_files={"/page": folder + "/ancestor_page.html", "/socket.io.js": folder + "/socket.io.js"})

    def app(environ, start_response):
        return (count_faults if environ["PATH_INFO"] == "/faults" else signalling)(environ, start_response)

    eventlet.wsgi.server(eventlet.listen(("127.0.0.1", port)), app, log_output=False)
