"""The codecs alone on the same pictures and sound: what no program that makes this call can do without."""

import json
import pathlib
import subprocess

from . import clip, speech

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "raw.c"


def program():
    """The compiled program; compiles it when its source is newer."""
    path = clip.CACHE / "raw"
    if not path.exists() or path.stat().st_mtime < SOURCE.stat().st_mtime:
        clip.CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-O2", "-o", path, SOURCE, "-lvpx", "-lopus", "-lsrtp2", "-lm"], check=True)
    return path


def run(width, height, bitrate, seconds, paced):
    """CPU seconds per second of media of each part, and `codecs`, their sum without SRTP."""
    arguments = [clip.clip(width, height), speech.recording(), bitrate // 1000, seconds, "paced" if paced else "flat-out"]
    output = subprocess.run(
        [program(), *map(str, arguments)], check=True, capture_output=True, text=True, timeout=60 + 10 * seconds).stdout
    result = json.loads(output)
    result["codecs"] = result["encode"] + result["decode"] + result["opus"]
    return result
