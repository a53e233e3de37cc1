"""Many calls in a row leave nothing behind: memory, descriptors, threads, pool slots."""

import os
import pathlib

import pytest

from console import Console
from programs import wait_for

CALLS = int(os.environ.get("CALLPOINT_CALLS", "200"))


def resources(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()

    def field(text, name):
        return int(next(line for line in text.splitlines() if line.startswith(name)).split()[1])

    return {
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": field(status, "Threads:"),
        "kibibytes": field(rollup, "Pss:"),
    }


@pytest.mark.timeout(60 + 15 * CALLS)
def test_calls_in_a_row(browser, switchboard, kiosk):
    console = Console(browser, switchboard.url)
    pids = {"kioskd": kiosk.child.pid, "kiosk-mediad": kiosk.media_pid(), "switchboard": switchboard.child.pid}
    early = None
    for number in range(CALLS):
        console.call()
        kiosk.wait_for_phase("ringing")
        kiosk.press()  # the patient does not wait for the countdown, so that two hundred calls fit into minutes
        console.wait_for_phase("inCall", timeout=30)
        console.click("hangup")
        console.wait_for_phase("idle")
        kiosk.wait_for_phase("idle")
        if number == min(20, CALLS // 4):
            early = {name: resources(pid) for name, pid in pids.items()}
    wait_for(lambda: kiosk.status()["state"] == "idle", 10, "the kiosk is idle")
    late = {name: resources(pid) for name, pid in pids.items()}
    print(f"after {min(20, CALLS // 4)} calls {early}, after {CALLS} calls {late}")
    assert kiosk.media_pid() == pids["kiosk-mediad"], "the media process has lived through all of it"
    for name in pids:
        assert late[name]["descriptors"] <= early[name]["descriptors"] + 3, name
        assert late[name]["threads"] <= early[name]["threads"] + 2, name
        # An allocator's own slack; a leak of one call's buffers would be far above it.
        assert late[name]["kibibytes"] <= early[name]["kibibytes"] * 1.15 + 4096, name
    pools = kiosk.control("stats")["pools"]
    assert pools, "the media process reports its pools"
    for name, pool in pools.items():
        assert pool.get("inUse", 0) == 0, (name, pool)
