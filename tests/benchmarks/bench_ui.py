"""Times what the reader feels: from an arrow key on a slider to the new picture, in JupyterLab in headless Chromium.

Each explorer has a notebook of its own, and there, in the same kernel: the floor (a slider that sends back 8 x 8
pixels), and the gamma/beta explorer's figure by `interact` and by ipympl. All of them are visited in turn, so that
whatever else the machine does hits them alike. Nobody watches meanwhile: Playwright opens the notebook and lets go of
it, since the reports of every message that it asks for take 10 ms of each step; the page keeps the time, and posts what
it measured. Writes ui_results.json and a section of README.md.

python tests/benchmarks/bench_ui.py [--steps 40] [--only gamma_beta coat] [--folder tests/benchmarks]
"""

import argparse
import contextlib
import http.server
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import sync_playwright

from bnlib.explorers import EXPLORERS
from bnlib.live.training_explorer import TrainingExplorer

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/browser"))

from lab_server import LabServer  # noqa: E402
from notebook_page import CHROMIUM_FLAGS, NO_CHROMIUM, RUN_IN_KERNEL, NotebookPage, find_chromium, write_notebook  # noqa: E402

BEGIN, END = "<!-- ui:begin -->", "<!-- ui:end -->"
EVALUATE_A_NET = {"batch_mix", "coat", "train_eval", "training_time"}  # beside those that train one
BY_HAND = "interact + inline", "ipympl, set_data"
VISIT = 5  # steps of a slider before it is another one's turn
HOLD = 1.0  # seconds for which a key is held
PRESSES = 6  # of each slider while it trains
# (times the floor's median, times the floor's p95, median of interact and of ipympl over ours), ms of all other steps
TARGETS = {"median": 1.35, "p95": 1.6, BY_HAND[0]: 5, BY_HAND[1]: 2.5}
SLOWEST = 150
PLAYING_FPS = 15  # at least, while it trains

FLOOR = """
import ipywidgets, numpy as np
from bnlib.pictures.png import Encoder
encode = Encoder()
floor = ipywidgets.Image(value=encode(np.zeros((8, 8, 4), np.uint8)), width=8, height=8)
floor_slider = ipywidgets.IntSlider(0, min=0, max=100)
def send(change):
    floor.value = encode(np.full((8, 8, 4), change["new"], np.uint8))
floor_slider.observe(send, "value")
ipywidgets.VBox([floor_slider, floor])
"""
# sent: for each picture, how many backgrounds were drawn until the one before it and until it, and the state it shows
OURS = """
from bnlib.explorers import EXPLORERS
explorer, sent, drawn = EXPLORERS[{name!r}](), [], [0]
def note(change):
    drawn.append(sum(drawing.backgrounds_drawn for drawing in explorer.drawings.values()))
    sent.append([*drawn[-2:], explorer.state])
explorer.picture.observe(note, "value")
explorer
"""
# A new figure at each step, as tutorials do it.
INTERACT = """
%matplotlib inline
from IPython.display import display
from bnlib.explorers import GammaBeta
maker = GammaBeta()
def draw(gamma):
    figure = maker.make_figures()["unit"]
    maker.state = maker.state | {"gamma": gamma}
    maker.show(maker.compute(**maker.state))
    for artist in figure.findobj(lambda artist: artist.get_animated()):
        artist.set_animated(False)
    display(figure)
ipywidgets.interact(draw, gamma=ipywidgets.FloatSlider(1, min=-3, max=3, step=0.05));
"""
IPYMPL = """
from ipympl.backend_nbagg import Canvas, FigureManager
keeper = GammaBeta()
figure = keeper.drawings["unit"].figure
for artist in figure.findobj(lambda artist: artist.get_animated()):
    artist.set_animated(False)
canvas = Canvas(figure)
FigureManager(canvas, 1)
gamma = ipywidgets.FloatSlider(1, min=-3, max=3, step=0.05)
def change_data(change):
    keeper.state = keeper.state | {"gamma": change["new"]}
    keeper.show(keeper.compute(**keeper.state))
    canvas.draw_idle()
gamma.observe(change_data, "value")
ipywidgets.VBox([gamma, canvas])
"""
SEEN = "import json; print(json.dumps(sent, default=lambda value: value.tolist())); sent.clear()"
CELLS = {"floor": 0, "ours": 1, BY_HAND[0]: 2, BY_HAND[1]: 3}

# A picture counts once its image is new and decoded, or, for ipympl, once its canvas was painted; and it is on the
# screen after the next frame: a message sent in its callback arrives when it has been painted. A slider goes to and
# fro; at its end it turns.
IN_THE_PAGE = """([plan, seen, address]) => {
  const runInKernel = RUN_IN_KERNEL;
  const cells = [...document.querySelectorAll('.jp-CodeCell')];
  const pause = ms => new Promise(done => setTimeout(done, ms));
  const nextFrame = () => new Promise(done => requestAnimationFrame(() => {
    const {port1, port2} = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
  }));

  const drawImage = CanvasRenderingContext2D.prototype.drawImage;
  let arrived = false;
  CanvasRenderingContext2D.prototype.drawImage = function (source, ...rest) {
    drawImage.call(this, source, ...rest);
    if (source instanceof HTMLImageElement) arrived = true;
    else if (arrived && this.canvas.isConnected) {
      arrived = false;
      this.canvas.dispatchEvent(new Event('picture', {bubbles: true}));
    }
  };

  const watch = (cell, onPicture) => {
    let last = [...cell.querySelectorAll('img')].at(-1)?.src;
    const observer = new MutationObserver(() => {
      const image = [...cell.querySelectorAll('img')].at(-1);
      if (!image?.src || image.src === last) return;
      last = image.src;
      image.decode().catch(() => {}).then(nextFrame).then(() => onPicture(performance.now()));
    });
    observer.observe(cell, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
    const onCanvas = () => nextFrame().then(() => onPicture(performance.now()));
    cell.addEventListener('picture', onCanvas);
    return () => { observer.disconnect(); cell.removeEventListener('picture', onCanvas); };
  };

  const press = (handle, key) => {
    const [now, low, high] = ['now', 'min', 'max'].map(name => Number(handle.getAttribute('aria-value' + name)));
    if (now >= high) key = 'ArrowLeft';
    if (now <= low) key = 'ArrowRight';
    handle.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    return key;
  };

  const handleOf = async (cell, slider) => {
    cells[cell].scrollIntoView({block: 'start'});
    const handle = cells[cell].querySelectorAll('.noUi-handle')[slider];
    handle.focus({preventScroll: true});
    await pause(50);
    return handle;
  };

  const ways = {
    async steps(cell, slider, steps) {
      const handle = await handleOf(cell, slider), times = [];
      for (let i = 0; i < steps; i++) {
        let begun, stop;
        const painted = new Promise(done => {
          stop = watch(cells[cell], now => done(now - begun));
          setTimeout(() => done(null), 5000);
        });
        begun = performance.now();
        press(handle, i % 2 ? 'ArrowLeft' : 'ArrowRight');
        times.push(await painted);
        stop();
        await pause(20 + 20 * Math.random());
      }
      return times;
    },

    async hold(cell, slider, ms) {
      const handle = await handleOf(cell, slider), painted = [];
      const stop = watch(cells[cell], now => painted.push(now));
      const begun = performance.now();
      let key = 'ArrowRight', last = begun;
      while (last - begun < ms) {
        key = press(handle, key);
        await pause(30);
        last = performance.now();
      }
      last -= 30;
      while (performance.now() - Math.max(last, painted.at(-1) ?? 0) < 600) await pause(50);
      stop();
      const frames = new Set(painted.filter(now => now < last));
      return [1000 * frames.size / (last - begun), painted.length ? Math.max(0, painted.at(-1) - last) : 0];
    },

    async played(cell, slider, steps) {
      const handle = await handleOf(cell, slider), painted = [], pressed = [];
      const button = [...cells[cell].querySelectorAll('.widget-button')].find(one => one.innerText.trim() === 'play');
      const stop = watch(cells[cell], now => painted.push(now));
      button.click();
      const begun = performance.now();
      await pause(300);
      handle.focus({preventScroll: true});
      for (let i = 0; i < steps; i++) {
        pressed.push(performance.now());
        press(handle, i % 2 ? 'ArrowLeft' : 'ArrowRight');
        await pause(300 + 20 * Math.random());
      }
      const rate = 1000 * painted.length / (performance.now() - begun);
      button.click();
      await pause(700);
      stop();
      return {painted, pressed, rate};
    },
  };

  const all = async () => {
    await pause(1500);  // until whoever watched has gone
    const answers = [];
    for (const {way, given, before} of plan) {
      await runInKernel(before);
      await pause(50);
      const measured = await ways[way](...given);
      answers.push({measured, sent: JSON.parse((await runInKernel(seen)).text)});
    }
    return answers;
  };
  all().catch(error => ({error: String(error)})).then(
    body => fetch(address, {method: 'POST', mode: 'no-cors', body: JSON.stringify(body)}));
}""".replace("RUN_IN_KERNEL", RUN_IN_KERNEL)


class Post:
    """A small server on this computer, for the one message in which the page sends what it measured."""

    def __enter__(self):
        post, self.arrived = self, threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                post.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()
                post.arrived.set()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.server.shutdown()

    def wait(self, seconds=600):
        if not self.arrived.wait(seconds):
            raise TimeoutError(f"the page sent no measurements in {seconds} s")
        self.arrived.clear()
        if "error" in self.body:
            raise RuntimeError(f"in the page: {self.body['error']}")
        return self.body


class Page(NotebookPage):
    """A notebook in a browser that stays when Playwright lets go of it."""

    def __init__(self, playwright, address, lab, notebook):
        self.playwright, self.address = playwright, address
        self.watcher = playwright.chromium.connect_over_cdp(address)
        self.new_page = lambda **_: self.watcher.contexts[0].pages[0]  # the only one; its size is that of the window
        super().__init__(self, lab, notebook)

    def let_go(self):
        """Nobody listens to the page from here on."""
        self.watcher.close()

    def come_back(self):
        self.watcher = self.playwright.chromium.connect_over_cdp(self.address)
        self.page = self.new_page()

    def end(self):
        """End the kernel, and leave the page empty."""
        self.end_kernel()
        self.page.goto("about:blank")
        self.let_go()


@contextlib.contextmanager
def unwatched_chromium(folder, width=1280, height=1100):
    """Chromium without a window, with nobody connected: the address where one may connect."""
    if (path := find_chromium()) is None:
        sys.exit(NO_CHROMIUM)
    command = [
        path,
        "--headless",
        *CHROMIUM_FLAGS,
        "--disable-background-timer-throttling",
        "--disable-renderer-backgrounding",
        "--disable-backgrounding-occluded-windows",
        "--disable-extensions",
        "--disable-field-trial-config",
        "--disable-breakpad",
        "--force-color-profile=srgb",
        "--hide-scrollbars",
        f"--window-size={width},{height}",
        f"--user-data-dir={folder}",
        "--remote-debugging-port=0",
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port, deadline = Path(folder) / "DevToolsActivePort", time.monotonic() + 60
        while not (port.exists() and port.read_text()):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{path} did not start")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text().split()[0]}"
    finally:
        process.terminate()
        process.wait(30)


def p95(times):
    return float(np.percentile(times, 95))


def write_notebooks(folder, names):
    for name in names:
        write_notebook(folder / f"{name}.ipynb", (FLOOR, OURS.format(name=name), INTERACT, IPYMPL))


def plan_of(name, sliders, steps):
    """What the page does in turn: list of (case, its visit, the step as the page takes it)."""
    cases = {"floor": ("floor", 0)} | {slider: ("ours", i) for i, slider in enumerate(sliders)}
    cases |= {way: (way, 0) for way in BY_HAND}
    plan = []

    def add(case, visit, way, *given, before="sent.clear()"):
        cell, slider = cases[case]
        given = [CELLS[cell], slider, *given]
        plan.append((case, visit, {"way": way, "given": given, "before": before}))

    for visit in range(-1, steps // VISIT):  # the first one warms up
        for case, (cell, _) in cases.items():
            if cell in BY_HAND and visit % 2:  # they are slow: half as many visits
                continue
            add(case, visit, "steps", {"floor": 2 * VISIT, "ours": VISIT}.get(cell, 4) if visit >= 0 else 2)
    for case, (cell, _) in cases.items():
        if cell not in BY_HAND or name == "gamma_beta":
            add(case, 0, "hold", 1000 * HOLD)
        if cell == "ours" and issubclass(EXPLORERS[name], TrainingExplorer):
            add(case, 0, "played", PRESSES, before="explorer.reset(); sent.clear()")
    return plan


def measure(notebook, post, name, steps):
    """All cases of one notebook: dict, case -> times in ms, and what else was seen."""
    sliders = notebook.value("[name for name, control in explorer.controls.items() if hasattr(control, 'min')]")
    plan = plan_of(name, sliders, steps)
    notebook.page.evaluate(IN_THE_PAGE, [[step for *_, step in plan], SEEN, post.address])
    notebook.let_go()
    found = {case: {"times": [], "redrawn": []} for case, *_ in plan}
    for (case, visit, step), answer in zip(plan, post.wait(), strict=True):
        measured, sent, case_found = answer["measured"], answer["sent"], found[case]
        if step["way"] == "steps" and visit >= 0:
            case_found["times"] += measured
            case_found["redrawn"] += [after > before for before, after, _ in sent]
        elif step["way"] == "hold":
            case_found["held fps"], case_found["held lag"] = measured
        elif step["way"] == "played":
            case_found["playing fps"] = measured["rate"]
            case_found["playing"] = answers(case, measured, [state for *_, state in sent])
    return found


def answers(slider, seen, states):
    """For each key press, ms until the page showed the first picture of the slider's new value."""
    values = [state[slider] for state in states]
    first = [when for old, new, when in zip(values, values[1:], seen["painted"][1:], strict=False) if old != new]
    if len(seen["painted"]) != len(states) or len(first) != len(seen["pressed"]):
        return []  # a picture or a value was skipped: what belongs to which cannot be told
    return [painted - pressed for painted, pressed in zip(first, seen["pressed"], strict=True)]


def summary(name, slider, found):
    """One line of the table: ratios are to what was measured in turn with it, in the same notebook."""
    times = [time for time in found[slider]["times"] if time is not None]
    line = {"explorer": name, "slider": slider, "steps": len(found[slider]["times"]), "unchanged": 0}
    line["unchanged"] = line["steps"] - len(times)  # steps after which no new picture came in 5 s
    line |= {"median": median(times), "p95": p95(times)} if times else {"median": np.inf, "p95": np.inf}
    floor = found["floor"]["times"]
    line["median / floor"], line["p95 / floor"] = line["median"] / median(floor), line["p95"] / p95(floor)
    line |= {f"{way} / ours": median(found[way]["times"]) / line["median"] for way in BY_HAND}
    line |= {key: value for key, value in found[slider].items() if key in ("held fps", "held lag", "playing fps")}
    if "playing" in found[slider]:
        line["playing median"] = median(found[slider]["playing"] or [np.inf])
    trains = issubclass(EXPLORERS[name], TrainingExplorer)
    line["net"] = "trains" if trains else "evaluates" if name in EVALUATE_A_NET else ""
    line["background"] = sum(found[slider]["redrawn"])
    line["missed"] = missed(line)
    return line


def missed(line):
    """The targets that this line misses."""
    if line["net"] or line["background"]:
        wrong = [f"median over {SLOWEST} ms"] if line["median"] > SLOWEST else []
    else:
        wrong = [
            f"{key} over {TARGETS[key]} × the floor"
            for key in ("median", "p95")
            if line[f"{key} / floor"] > TARGETS[key]
        ]
        wrong += [f"not {TARGETS[way]} × faster than {way}" for way in BY_HAND if line[f"{way} / ours"] < TARGETS[way]]
    if "playing fps" in line:
        wrong += [f"under {PLAYING_FPS} pictures a second"] * (line["playing fps"] < PLAYING_FPS)
        wrong += [f"over {SLOWEST} ms while it trains"] * (line["playing median"] > SLOWEST)
    return wrong


def table(lines, found, by_hand):
    head = [
        "explorer",
        "slider",
        "median, ms",
        "p95, ms",
        "median / floor",
        "p95 / floor",
        "interact / it",
        "ipympl / it",
        "key held: fps",
        "lag of the last, ms",
        "does",
        "misses",
    ]
    rows = []
    for line in lines:
        does = [f"net: {line['net']}"] * bool(line["net"])
        does += [f"background: {line['background']} of {line['steps']}"] * bool(line["background"])
        rows.append(
            [
                line["explorer"],
                line["slider"],
                f"{line['median']:.0f}",
                f"{line['p95']:.0f}",
                f"{line['median / floor']:.2f}",
                f"{line['p95 / floor']:.2f}",
                *(f"{line[f'{way} / ours']:.1f}" for way in BY_HAND),
                f"{line['held fps']:.0f}",
                f"{line['held lag']:.0f}",
                ", ".join(does),
                "; ".join(line["missed"]),
            ]
        )
    floors = [time for cases in found.values() for time in cases["floor"]["times"]]
    for way, times in {"floor, 8 × 8 pixels": floors, **by_hand}.items():
        held = [cases["floor" if times is floors else way] for cases in found.values()]
        held = [one for one in held if "held fps" in one]
        rate, lag = (f"{median(one[key] for one in held):.0f}" if held else "" for key in ("held fps", "held lag"))
        rows.append(
            [
                "",
                way,
                f"{median(times):.0f}",
                f"{p95(times):.0f}",
                f"{median(times) / median(floors):.2f}",
                f"{p95(times) / p95(floors):.2f}",
                "",
                "",
                rate,
                lag,
                "",
                "",
            ]
        )
    return markdown(head, rows)


def playing_table(lines):
    head = ["explorer", "slider", "new pictures a second", "key press to its picture: median, ms"]
    rows = [
        [line["explorer"], line["slider"], f"{line['playing fps']:.0f}", f"{line['playing median']:.0f}"]
        for line in lines
        if "playing fps" in line
    ]
    return markdown(head, rows) if rows else "No explorer that trains was measured.\n"


def markdown(head, rows):
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]) + "\n"


def machine(browser):
    model = (
        next(
            (
                line.split(":", 1)[1].strip()
                for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")
            ),
            "",
        )
        if Path("/proc/cpuinfo").exists()
        else platform.processor()
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = "/".join(f"{load:.1f}" for load in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{model}, {cores} cores, {platform.system()}, Python {platform.python_version()}, Chromium "
        f"{browser.version}; load before the start (1, 5, 15 minutes): {load}; {time.strftime('%Y-%m-%d')}"
    )


SECTION = """{begin}
## From the key press to the picture

`make bench-ui` writes this section, and `ui_results.json` with every single time. It starts JupyterLab and headless
Chromium. Each explorer has a notebook and a kernel of its own, and in the same notebook stand what it is compared with:

- the floor: a slider that sends back a picture of 8 × 8 pixels, which is what Jupyter and the browser cost alone;
- the figure of the γ/β explorer by `interact` and an inline figure, made anew at each step, as tutorials do it (about
  30 ms of it is the figure's layout, which ours computes only once);
- the same figure by ipympl: kept, `set_data` and `draw_idle`.

The Jupyter server runs with `tools/jupyter_server_config.py`, as `make lab` starts it. Without it, Linux holds each
picture back until the browser has acknowledged the message before it: on an idle machine the floor is then 75 ms
instead of 25, and all steps take about 35 ms longer, by whatever way.

All are visited in turn, {visit} steps at a time. A step lasts from the arrow key's event on the focused slider until
the new picture is decoded and the next frame of the screen is painted. Held: a key event every 30 ms for {hold:g} s;
the lag of the last picture is counted from the last key event. All ratios are to what was measured in turn with the
slider, in the same notebook. Nobody watches the page meanwhile: Playwright asks the browser for a report of each
message, and with these reports a step lasts about 10 ms longer. Another busy program spoils the numbers, too.

Targets: where a step neither redraws the background nor evaluates a trained net: median at most {median} × and p95 at
most {p95} × that of the floor, at least {interact} × faster than `interact`, {ipympl} × faster than ipympl. All other
steps: median at most {slowest} ms. {verdict}

{machine}

{table}
While the nets train (a key press every 0.3 s; at least {fps} pictures a second and at most {slowest} ms are asked for):

{playing}{end}
"""


def write_section(readme, section):
    """Replace the section between the marks, or add it at the end."""
    text = readme.read_text(encoding="utf-8") if readme.exists() else "# Benchmarks\n"
    if BEGIN in text:
        before, rest = text.split(BEGIN)
        text = before + section.rstrip("\n") + rest.split(END)[1]
    else:
        text = text.rstrip("\n") + "\n\n" + section
    readme.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=40, help=f"of each slider, a multiple of {VISIT} (default 40)")
    parser.add_argument("--only", nargs="+", choices=EXPLORERS, default=list(EXPLORERS), metavar="EXPLORER")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent, help="for README.md and ui_results.json")
    options = parser.parse_args()
    try:
        import ipympl  # noqa: F401
    except ImportError:
        sys.exit("ipympl is compared with, and it is not installed: run this as make bench-ui")
    found, begun = {}, time.monotonic()
    with contextlib.ExitStack() as stack:
        # Chromium's last process may still write when the folders go.
        temporary = (tempfile.TemporaryDirectory(ignore_cleanup_errors=True) for _ in range(2))
        folder, profile = (Path(stack.enter_context(one)) for one in temporary)
        (folder / "notebooks").mkdir()
        write_notebooks(folder / "notebooks", options.only)
        address = stack.enter_context(unwatched_chromium(profile))
        lab, post = stack.enter_context(LabServer(folder / "notebooks")), stack.enter_context(Post())
        playwright = stack.enter_context(sync_playwright())
        watcher = playwright.chromium.connect_over_cdp(address)
        about = machine(watcher)
        watcher.close()
        for name in options.only:
            notebook = Page(playwright, address, lab, f"{name}.ipynb")
            if not notebook.run_all():
                sys.exit(f"{name}: a cell raised an exception: {notebook.troubled_outputs()}")
            notebook.page.wait_for_timeout(500)
            found[name] = measure(notebook, post, name, options.steps)
            notebook.come_back()
            notebook.end()
            print(f"{name}: measured, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    by_hand = {way: [time for cases in found.values() for time in cases[way]["times"]] for way in BY_HAND}
    others = {"floor", *BY_HAND}
    lines = [summary(name, slider, cases) for name, cases in found.items() for slider in cases if slider not in others]
    verdict = f"{sum(not line['missed'] for line in lines)} of {len(lines)} sliders meet them."
    section = SECTION.format(
        begin=BEGIN,
        end=END,
        visit=VISIT,
        hold=HOLD,
        median=TARGETS["median"],
        p95=TARGETS["p95"],
        slowest=SLOWEST,
        interact=TARGETS[BY_HAND[0]],
        ipympl=TARGETS[BY_HAND[1]],
        fps=PLAYING_FPS,
        verdict=verdict,
        machine=about,
        table=table(lines, found, by_hand),
        playing=playing_table(lines),
    )
    print(section)
    write_section(options.folder / "README.md", section)
    results = {"machine": about, "summary": lines, "single": found}
    (options.folder / "ui_results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
