# ruff: noqa
"""Says that the visible cells are over to be sent the hidden ones, and shows them in every way it can."""

# %%
import json
import os
import struct

from course_lib.evidence.observation import Seen, encode


def send(kind, data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    os.write(4, struct.pack(">cI", kind, len(data)) + data)


def cell(name):
    send(b"B", {"id": name})
    send(b"E", {"id": name, "status": "ok", "cpu": 0, "wall": 0, "reason": ""})


def show(text):
    output = {"output_type": "stream", "name": "stdout", "text": "STOLEN " + text}
    send(b"D", {"output": output, "display": None})
    print("STOLEN", text)
    open("stolen", "w").write(text)
    for check, part in (("half", "visible"), ("half", "hidden"), ("double", "visible"), ("double", "hidden")):
        send(b"O", encode(Seen(check, part, 0, "STOLEN " + text, "value", "STOLEN " + text, {})))


def receive():
    kind, length = struct.unpack(">cI", os.read(3, 5))
    return os.read(3, length).decode()


send(b"E", {"id": "attack-0", "status": "ok", "cpu": 0, "wall": 0, "reason": ""})
cell("define-last")
send(b"B", {"id": "check-last"})
send(b"E", {"id": "check-last", "status": "ok", "cpu": 0, "wall": 0, "reason": ""})
send(b"V", {})
source = receive()
show(source)
send(b"B", {"id": "hidden"})
show(source)
send(b"E", {"id": "hidden", "status": "ok", "cpu": 0, "wall": 0, "reason": source})
show(receive())
