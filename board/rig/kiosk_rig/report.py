"""What came of the scenarios: JUnit for machines, a page with pictures for people."""

import html
import xml.etree.ElementTree as xml


class Result:
    def __init__(self, scenario):
        self.scenario = scenario
        self.seconds = 0.0
        self.wrong = None
        self.skipped = None
        self.account = []
        #: (caption, file name beside the report)
        self.pictures = []
        self.log = ""

    @property
    def outcome(self):
        return "skipped" if self.skipped else "failed" if self.wrong else "passed"


def write_junit(file, results, target):
    suite = xml.Element("testsuite", name=f"kiosk-rig {target}", tests=str(len(results)),
                        failures=str(sum(bool(r.wrong) for r in results)), skipped=str(sum(bool(r.skipped) for r in results)),
                        time=f"{sum(r.seconds for r in results):.1f}")
    for result in results:
        case = xml.SubElement(suite, "testcase", classname="kiosk-rig", name=result.scenario.name, time=f"{result.seconds:.1f}")
        if result.wrong:
            xml.SubElement(case, "failure", message=printable(result.wrong)).text = printable(result.log)
        if result.skipped:
            xml.SubElement(case, "skipped", message=result.skipped)
    xml.ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)


def printable(text):
    """Without the control characters that XML has no place for."""
    return "".join(c for c in text if c in "\n\t" or ord(c) >= 32)


STYLE = """body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1b1f;background:#fff}
h2{margin:2.5rem 0 .2rem}.passed{color:#1a7f37}.failed{color:#c62828}.skipped{color:#777}table{border-collapse:collapse}
td{padding:.1rem .8rem .1rem 0;vertical-align:top}td:first-child{text-align:right;font-variant-numeric:tabular-nums;color:#555}
figure{display:inline-block;margin:.5rem 1rem .5rem 0}img{max-width:32rem;border:1px solid #ccc}pre{overflow:auto;max-height:24rem;background:#f5f5f7;padding:.6rem}
@media(prefers-color-scheme:dark){body{color:#eee;background:#16161a}pre{background:#222}td:first-child{color:#aaa}}"""


def write_page(file, results, target):
    say = html.escape
    parts = [f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>kiosk-rig</title><style>{STYLE}</style>",
             f"<h1>kiosk-rig on {say(target)}</h1><p>" + ", ".join(
                 f"<b class={o}>{sum(r.outcome == o for r in results)} {o}</b>" for o in ("passed", "failed", "skipped")) + "</p><ul>",
             *(f"<li class={r.outcome}><a href='#{say(r.scenario.name)}'>{say(r.scenario.name)}</a> {r.outcome}, {r.seconds:.0f} s</li>" for r in results), "</ul>"]
    for result in results:
        parts.append(f"<h2 id='{say(result.scenario.name)}'>{say(result.scenario.name)} <small class={result.outcome}>{result.outcome}</small></h2><p>{say(result.scenario.says)}</p>")
        if result.skipped:
            parts.append(f"<p>{say(result.skipped)}</p>")
        if result.wrong:
            parts.append(f"<p class=failed><b>{say(result.wrong)}</b></p>")
        parts.append("<table>" + "".join(
            f"<tr><td>{seconds:.1f} s<td class={'failed' if wrong else 'passed'}>{say(str(step))}" for step, seconds, wrong in result.account) + "</table>")
        parts += [f"<figure><img loading=lazy src='{say(name)}' alt=''><figcaption>{say(caption)}</figcaption></figure>" for caption, name in result.pictures]
        if result.log:
            parts.append(f"<details><summary>the kiosk's journal</summary><pre>{say(result.log)}</pre></details>")
    file.write_text("\n".join(parts))
