"""Pictures, pages and trace events, read strictly: what a browser, Perfetto and speedscope rely on."""
import collections
import html
import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

from casts import Wrong, hold, strict_json

SVG = "{http://www.w3.org/2000/svg}"
# Elements that may not be in a picture that a stranger opens, and what would fetch something.
ACTIVE = {"script", "foreignObject", "iframe", "image", "use", "animate", "set"}
FETCHES = re.compile(r"""@import|url\(\s*['"]?(?!#)|(?:src|href)\s*=\s*["'](?!#|data:)""")


def lanes_of(text):
    """The names of the lanes, from what `simmer trace` prints: the table of totals has them all."""
    table = re.search(r"(?m)^ +ran +held up +waited.*\n((?:.+\n)+)", text)
    hold(table, "no totals in the text")
    return [re.sub(r"^[│├└ ]*", "", re.split(r"  +\d", line)[0]).strip()
            for line in table[1].splitlines()]


def hold_ids(ids, used):
    twice = [name for name, count in collections.Counter(ids).items() if count > 1]
    hold(not twice, "an id twice:", twice)
    hold(set(used) <= set(ids), "what is referred to is not there:", set(used) - set(ids))


def references(attributes):
    for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
        yield from (attributes.get(name) or "").split()
    for value in attributes.values():
        yield from re.findall(r"url\(#([^)]*)\)", value or "")
    for name in ("href", "{http://www.w3.org/1999/xlink}href"):
        if (attributes.get(name) or "").startswith("#"):
            yield attributes[name][1:]


def hold_svg(content, text, theme=None):
    """A document of its own; `text` is what `simmer trace` prints of the same run."""
    source = content.decode("utf-8")
    hold("<!DOCTYPE" not in source and "<!ENTITY" not in source, "it has a DOCTYPE")
    root = strict_xml(source)
    hold(root.tag == SVG + "svg", "the root is", root.tag)
    hold(not FETCHES.search(source.replace("http://www.w3.org/", "")), "it fetches something:",
         FETCHES.search(source.replace("http://www.w3.org/", "")))
    elements = list(root.iter())
    names = {element.tag.removeprefix(SVG) for element in elements}
    hold(not names & ACTIVE, "it has", names & ACTIVE)
    hold(all(element.tag.startswith(SVG) for element in elements), "elements of another kind")
    left, top, width, height = (float(n) for n in root.get("viewBox").split())
    hold(width > 0 and height > 0, "an empty picture")
    hold(root.get("role") == "img", "no role")
    hold(root.find(SVG + "title") is not None and root.find(SVG + "title").text.strip(), "no title")
    hold(root.find(SVG + "desc") is not None and len(root.find(SVG + "desc").text) > 20,
         "no description")
    hold_ids([e.get("id") for e in elements if e.get("id")],
             [name for e in elements for name in references(e.attrib)])
    style = "".join(e.text or "" for e in root.iter(SVG + "style"))
    hold(("prefers-color-scheme" in style) == (theme is None), "the media query and --theme", theme)
    said = [" ".join("".join(e.itertext()).split()) for e in root.iter(SVG + "text")]
    for lane in lanes_of(text):
        begin = " ".join(lane.split())[:8].rstrip("…")
        hold(any(begin in line for line in said), "no lane", lane, "in", said[:20])
    for e in root.iter(SVG + "text"):
        x, y = (float((e.get(n) or "0").split()[0]) for n in "xy")
        hold(left <= x <= left + width and top <= y <= top + height, "text outside the picture:",
             "".join(e.itertext()), x, y)
    for e in root.iter(SVG + "rect"):
        x, y, w, h = (float(e.get(n) or "0") for n in ("x", "y", "width", "height")) \
            if "%" not in str(e.attrib) else (left, top, width, height)
        hold(w >= 0 and h >= 0 and x >= left - 1 and x + w <= left + width + 1 and
             y + h <= top + height + 1, "a box outside the picture:", e.attrib)


class Page(HTMLParser):
    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
            "wbr"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.used, self.text, self.scripts = [], [], [], [], []
        self.count = collections.Counter()
        self.attributes = {}

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        hold(len(set(names)) == len(names), f"<{tag}> has an attribute twice:", names)
        attributes = dict(attrs)
        # A picture has a title of its own.
        self.count["svg " + tag if "svg" in self.open else tag] += 1
        self.attributes.setdefault(tag, []).append(attributes)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.used += references(attributes)
        hold(not any(name.startswith("on") for name in names), f"<{tag}> has a script in an attribute")
        for name in ("src", "href", "action", "data"):
            value = attributes.get(name)
            hold(value is None or tag == "data" or value.startswith(("#", "data:")), f"<{tag}> fetches", value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        hold(self.open and self.open[-1] == tag, f"</{tag}> closes", self.open[-1:], "in line", self.getpos()[0])
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif not self.open or self.open[-1] != "style":
            self.text.append(data)


def strict_xml(source):
    try:
        return ElementTree.fromstring(source)
    except ElementTree.ParseError as error:
        raise Wrong(f"no XML: {error}") from None


def plain(markup):
    return " ".join(html.unescape(re.sub("<[^>]*>", "", markup)).split())


def hold_sentences(told, steps):
    """What is told of each step is what `simmer trace --steps` says at the end of its line."""
    lines = [" ".join(line.split()) for line in steps.split("\n")
             if re.match(r" *[\d.]+ +\d+ +\d+ ", line)]
    hold(len(told) == len(lines), len(told), "steps are told of", len(lines))
    for sentence, line in zip(told, lines):
        hold(sentence and line.endswith(" " + sentence), "told:", sentence, "but it is:", line)


def hold_html(content, text, steps):
    """A page of its own; `text` and `steps` are what `simmer trace` prints of the same run."""
    source = content.decode("utf-8")
    hold(source.lower().startswith("<!doctype html>"), "no doctype")
    hold(b"charset" in content[:1024].lower(), "no charset in the first kilobyte")
    page = Page()
    page.feed(source)
    page.close()
    hold(not page.open, "left open:", page.open)
    hold(page.count["html"] == page.count["title"] == page.count["body"] == 1, "not one page")
    hold(page.attributes["html"][0].get("lang"), "no language")
    hold_ids(page.ids, page.used)
    styles = "".join(re.findall(r"(?s)<style[^>]*>(.*?)</style>", source))
    hold(not re.search(r"@import|url\(\s*['\"]?(?!#|data:)", styles), "a style fetches something")
    hold("prefers-color-scheme" in styles, "no media query")
    ranges = [a for a in page.attributes.get("input", []) if a.get("type") == "range"]
    hold(len(ranges) == 1, len(ranges), "sliders")
    hold(page.count["svg"] >= 1, "no picture")
    for picture in re.findall(r"(?s)<svg.*?</svg>", source):
        strict_xml(picture)
    told = [plain(t) for t in re.findall(r'(?s)<span class="told">(.*?)</span></a>', source)]
    hold_sentences(told[1:], steps)
    shown = " ".join("".join(page.text).split())
    for lane in lanes_of(text):
        hold(" ".join(lane.split())[:8] in shown, "no lane", lane)


# ---- trace events ---------------------------------------------------------------------------------


def hold_trace_events(content, steps):
    """What it holds: (count of slices, of flows, of counters). `steps` is what `simmer trace --steps` prints
    of the same run."""
    told = strict_json(content.decode("utf-8"))
    events = told["traceEvents"] if type(told) is dict else told
    hold(type(events) is list and events, "no events")
    kinds = collections.defaultdict(list)
    for event in events:
        hold(event.get("ph") in ("M", "X", "b", "e", "n", "s", "t", "f", "i", "C"), "an odd event:", event)
        hold(all(type(event.get(n)) is int for n in ("pid", "tid")), "an event of nobody:", event)
        hold(event.get("ts", 0) >= 0 and type(event.get("name")) is str, "no time or name:", event)
        kinds[event["ph"]].append(event)
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in kinds["M"] if e["name"] == "thread_name"}
    hold(all(e["ts"] == 0 for e in kinds["M"] if "ts" in e), "a name that has a time")
    hold(len(names) == sum(e["name"] == "thread_name" for e in kinds["M"]), "a lane is named twice")
    processes = {e["pid"] for e in kinds["M"] if e["name"] == "process_name"}
    for event in events:
        if event["ph"] in "Xsf":
            hold((event["pid"], event["tid"]) in names, "a lane without a name:", event)
        hold(event["pid"] in processes, "a process without a name:", event)
    # A slice is written when it ends. Readers sort by time, and keep the order of what has the same.
    events = sorted((event for event in events if event["ph"] != "M"), key=lambda event: event["ts"])
    lanes = hold_nesting(kinds["X"])
    hold_async(events)
    flows = hold_flows(kinds["s"], kinds["f"], lanes)
    for event in kinds["C"]:
        hold(event["args"] and all(type(n) is int and n >= 0 for n in event["args"].values()),
             "an odd counter:", event)
    for event in kinds["i"]:
        hold(event.get("s") in ("t", "p", "g"), "an instant of no extent:", event)
    hold_slices(kinds["X"], steps)
    return len(kinds["X"]), flows, len(kinds["C"])


def hold_slices(slices, steps):
    """Whatever a slice tells, `simmer trace --steps` tells too, at that time."""
    lines = [" ".join(line.split()) for line in steps.split("\n")]
    told = [e["args"] for e in slices if "what" in e.get("args", {})]
    hold(told, "no slice tells what happened")
    for args in told:
        sentence = " ".join(f'{args["what"]} {args.get("why", "")}'.split())
        hold(any(line.endswith(" " + sentence) for line in lines), "a slice tells:", sentence)


def hold_nesting(slices):
    """Each slice of a lane lies within the one that is open, or after it. Returns lane -> slices."""
    lanes = collections.defaultdict(list)
    for event in slices:
        hold(event["dur"] >= 0, "a slice of negative length:", event)
        lanes[event["pid"], event["tid"]].append(event)
    for events in lanes.values():
        open_ends = []
        for event in sorted(events, key=lambda event: (event["ts"], -event["dur"])):
            begin, end = event["ts"], event["ts"] + event["dur"]
            while open_ends and open_ends[-1] <= begin:
                open_ends.pop()
            hold(not open_ends or end <= open_ends[-1], "a slice reaches out of the one around it:", event)
            open_ends.append(end)
    return lanes


def hold_async(events):
    """Each b has its e: by category and id (and name), nested."""
    stacks = collections.defaultdict(list)
    for event in events:
        if event["ph"] in "ben":
            hold("cat" in event and ("id" in event or "id2" in event), "no category or id:", event)
            key = event["pid"], event["cat"], json.dumps(event.get("id", event.get("id2")))
        if event["ph"] == "b":
            stacks[key].append(event["name"])
        elif event["ph"] == "e":
            hold(stacks[key] and stacks[key].pop() == event["name"], "an end without a beginning:", event)
    open_waits = {key: names for key, names in stacks.items() if names}
    hold(not open_waits, "waits without an end:", dict(list(open_waits.items())[:3]))


def hold_flows(begins, ends, lanes):
    """Each flow begins and ends inside a slice, and goes forward."""
    def key(event):
        return event.get("cat"), event["id"], event["name"]

    opened = {key(event): event for event in begins}
    hold(len(opened) == len(begins), "two flows with one id")
    hold(sorted(map(str, opened)) == sorted(str(key(e)) for e in ends), "flows that do not pair")
    for event in ends:
        hold(event.get("bp") == "e", "the end of a flow without bp e:", event)
        hold(opened[key(event)]["ts"] <= event["ts"], "a flow goes back in time:", event)
    for event in [*begins, *ends]:
        slices = lanes[event["pid"], event["tid"]]
        hold(any(s["ts"] <= event["ts"] <= s["ts"] + s["dur"] for s in slices),
             "a flow outside of slices:", event)
    return len(begins)
