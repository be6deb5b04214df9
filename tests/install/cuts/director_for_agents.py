"""A director with no table: follows the agent of this machine and says back what it would have done in a drain."""

import http.client
import json
import threading
import time

AGENT = ("127.0.0.1", 9781)
NAME = "LVS01"


HEARD = threading.Event()  # the agent knows of this director


def follow_for_ever():
    threading.Thread(target=_again_and_again, daemon=True).start()


def _again_and_again():
    while True:
        try:
            _follow()
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            pass
        time.sleep(0.05)


def _follow():
    connection = http.client.HTTPConnection(*AGENT, timeout=5)
    connection.request("GET", f"/v1/watch?heartbeat=1000&director={NAME}")
    watch, event = None, ""
    for line in connection.getresponse():
        key, _, value = line.decode().rstrip("\r\n").partition(": ")
        if key == "event":
            event = value
        elif key == "data" and event == "hello":
            watch = json.loads(value)["watch"]
        elif key == "data" and event == "state":
            _confirm(watch, json.loads(value))


def _confirm(watch, status):
    held = {one["address"]: _held(one["drain"]) for one in status["vips"]}
    connection = http.client.HTTPConnection(*AGENT, timeout=5)
    connection.request("POST", f"/v1/watch/{watch}", headers={"Content-Type": "application/json"},
                       body=json.dumps({"director": NAME, "seq": status["seq"], "vips": held}))
    if connection.getresponse().status < 300:
        HEARD.set()


def _held(drain):
    if drain is None:
        return "serving"
    return "quiesced" if drain["phase"] in ("quiescing", "draining") else "gone"
