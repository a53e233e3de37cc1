"""Where a process' time goes, by samples of what its threads are doing (perf)."""

import re
import shutil
import subprocess
from dataclasses import dataclass

#: What decides how much is sent and when, and what holds what has come until it is due: by the mangled names' modules,
#: and by the types that are this in modules that do more.
MODULES = ("CongestionControl", "JitterBuffer", "Playout")
TYPES = (
    "NACKGenerator", "TransportFeedback", "RetransmissionCache", "LossTrend", "KeyFrameRequestLimiter", "RateMeter",
    "LayerChoice", "nextTransmission", "EncoderAdaptation")
FREQUENCY = 1999


@dataclass
class Share:
    """Parts of all of a process' samples."""

    samples: int
    control: float  # of controller and buffers
    codecs: float  # of libvpx and libopus
    own: float  # of all that is in the program itself


def is_there():
    """Whether this machine has perf, and lets us."""
    if not shutil.which("perf"):
        return False
    tried = subprocess.run(
        ["perf", "record", "-q", "-e", "cpu-clock", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return tried.returncode == 0


def share(pid, seconds, file):
    """Samples `pid` for so long; `file` is written over. What the compiler has put into its caller counts as the caller's."""
    subprocess.run(
        ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(FREQUENCY), "-p", str(pid), "-o", file, "sleep", str(seconds)],
        check=True, capture_output=True)
    lines = subprocess.run(
        ["perf", "script", "-i", file, "-F", "ip,sym,dso", "--no-demangle"], check=True, capture_output=True, text=True).stdout
    total = control = codecs = own = 0
    for line in lines.splitlines():
        found = re.match(r"\s*[0-9a-f]+ (.*) \((\S+)\)\s*$", line)
        if not found:
            continue
        symbol, library = found[1], found[2].rsplit("/", 1)[-1]
        total += 1
        codecs += library.startswith(("libvpx", "libopus"))
        if library == "kiosk-mediad":
            own += 1
            module = re.match(r"\$s(\d+)(\w+)", symbol)
            name = module[2][: int(module[1])] if module else ""
            control += name in MODULES or any(kind in symbol for kind in TYPES)
    return Share(total, control / total, codecs / total, own / total) if total else None
