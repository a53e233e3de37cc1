"""What is done to the cable. Each has a time before, a time in which it is bad, and a time after it."""

from dataclasses import dataclass, field

BEFORE, DURING, AFTER = 10, 22, 15


@dataclass(frozen=True)
class Scenario:
    name: str
    what: str
    #: All the time, and what comes on top in the middle; as link.c takes them.
    always: dict = field(default_factory=dict)
    bad: dict = field(default_factory=dict)

    @property
    def limit(self):
        """Kilobits per second in the middle; None if it is not the rate that is bad."""
        return self.bad.get("rate")


FAR = {"delay": 50}
SCENARIOS = {scenario.name: scenario for scenario in (
    Scenario("loss2", "2 % lost, 50 ms", FAR, {"loss": 0.02}),
    Scenario("loss5", "5 % lost, 50 ms", FAR, {"loss": 0.05}),
    Scenario("loss10", "10 % lost, 50 ms", FAR, {"loss": 0.1}),
    Scenario("burst5", "5 % lost, five packets at a time, 50 ms", FAR, {"loss": 0.05, "burst": 5}),
    Scenario("far5", "5 % lost, 150 ms", {"delay": 150}, {"loss": 0.05}),
    Scenario("rate500", "500 kbit/s, queue of 300 ms", {}, {"rate": 500, "queue": 300}),
    Scenario("rate1000", "1 Mbit/s, queue of 300 ms", {}, {"rate": 1000, "queue": 300}),
    Scenario("step", "2 Mbit/s, then 0.5, then 2; queue of 300 ms", {"rate": 2000, "queue": 300}, {"rate": 500}),
    Scenario("jitter", "50 ms, 30 more or less", FAR, {"jitter": 30}),
)}
