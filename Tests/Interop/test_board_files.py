"""The files in board/ and a site file, held to board/schema.json as an editor holds them."""

import json
import pathlib

import jsonschema
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "board" / "schema.json").read_text())
BOARDS = sorted((ROOT / "board").glob("*.yaml"))
SITES = [ROOT / "board" / "debian" / "site.yaml"]


def problems(document, kind):
    schema = {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.name)
def test_board(file):
    assert problems(yaml.safe_load(file.read_text()), "board") == []


@pytest.mark.parametrize("file", SITES, ids=lambda file: file.name)
def test_site(file):
    assert problems(yaml.safe_load(file.read_text()), "site") == []


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.name)
def test_a_slip_is_seen(file):
    document = yaml.safe_load(file.read_text())
    document["camera"] = {**document.get("camera", {}), "widht": 640}
    assert problems(document, "board") != []
