"""Many calls in a row leave nothing behind: memory, descriptors, threads, pool slots."""

import os
import pathlib

import pytest

from console import Console
from programs import wait_for

CALLS = int(os.environ.get("CALLPOINT_CALLS", "200"))


EARLY = min(20, CALLS // 4)


def pool_use(kiosk):
    """Slots in use by pool in the call that is on; a running call holds some, and later ones no more than the first."""
    values = kiosk.control("stats")["call"]
    used = {name: value for name, value in values.items() if name.startswith("pool") and name.endswith("inUse")}
    assert used, sorted(values)
    return used


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
    early, pools = None, []
    for number in range(CALLS):
        console.call()
        kiosk.wait_for_phase("ringing")
        kiosk.press()  # the patient does not wait for the countdown, so that two hundred calls fit into minutes
        console.wait_for_phase("inCall", timeout=30)
        if number in (EARLY, CALLS - 1):
            pools.append(pool_use(kiosk))
        console.click("hangup")
        console.wait_for_phase("idle")
        # The screen tells for 5 s that the call is over; a new one may come meanwhile.
        wait_for(lambda: kiosk.status()["state"] in ("ended", "idle"), 15, "the call is over at the kiosk")
        if number == EARLY:
            early = {name: resources(pid) for name, pid in pids.items()}
    kiosk.wait_for_phase("idle")
    late = {name: resources(pid) for name, pid in pids.items()}
    print(f"after {EARLY + 1} calls {early}, after {CALLS} calls {late}")
    assert kiosk.media_pid() == pids["kiosk-mediad"], "the media process has lived through all of it"
    for name in pids:
        assert late[name]["descriptors"] <= early[name]["descriptors"] + 3, name
        assert late[name]["threads"] <= early[name]["threads"] + 2, name
        # An allocator's own slack; a leak of one call's buffers would be far above it.
        assert late[name]["kibibytes"] <= early[name]["kibibytes"] * 1.15 + 4096, name
    print(f"pools in an early and in the last call: {pools}")
    for name, in_use in pools[0].items():
        assert pools[1][name] <= in_use + 64, f"{name}: slots of earlier calls are still out"
