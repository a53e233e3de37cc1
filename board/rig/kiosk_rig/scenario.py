"""A scenario file: what it says and its steps."""

import dataclasses
import pathlib

import yaml

MODIFIERS = {"within", "for"}


class BadScenario(ValueError):
    pass


@dataclasses.dataclass
class Step:
    verb: str
    argument: object
    within: float | None
    lasting: float | None

    def __str__(self):
        words = self.verb if self.argument is None else f"{self.verb}: {plain(self.argument)}"
        return words + (f", within {self.within:g} s" if self.within else "") + (f", for {self.lasting:g} s" if self.lasting else "")


def plain(value):
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(inner)}" for key, inner in value.items())
    return {True: "yes", False: "no", None: ""}.get(value, str(value)) if isinstance(value, (bool, type(None))) else str(value)


@dataclasses.dataclass
class Scenario:
    name: str
    says: str
    board: dict
    site: dict
    steps: list
    finally_: list
    tags: list

    @classmethod
    def read(cls, file: pathlib.Path, verbs):
        """BadScenario, with the file's name, for a key or a verb that there is not."""
        contents = yaml.safe_load(file.read_text())
        unknown = set(contents) - {"says", "board", "site", "steps", "finally", "tags"}
        if unknown or not contents.get("says") or not contents.get("steps"):
            raise BadScenario(f"{file.name}: {'unknown ' + ', '.join(sorted(unknown)) if unknown else 'says and steps must be there'}")
        return cls(
            file.stem, contents["says"].strip(), contents.get("board", {}), contents.get("site", {}),
            [step(file, item, verbs) for item in contents["steps"]],
            [step(file, item, verbs) for item in contents.get("finally", [])], contents.get("tags", []))


def step(file, item, verbs):
    if isinstance(item, str):
        item = {item: None}
    names = [key for key in item if key not in MODIFIERS]
    if len(names) != 1 or names[0] not in verbs:
        raise BadScenario(f"{file.name}: a step is one of {', '.join(sorted(verbs))}; not {item!r}")
    return Step(names[0], item[names[0]], item.get("within"), item.get("for"))
