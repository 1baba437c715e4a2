"""The base of explorers that train while one watches, on a small explorer of this file. No browser, no training."""

import asyncio
import gc
import time
import weakref

import ipywidgets
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

from bnlib.live import FloatSlider, IntSlider, cells, one_thread, training_explorer
from bnlib.live.training_explorer import TrainingExplorer
from bnlib.pictures import plots


class RandomWalk:
    """Stands for a training run: where it is depends on its seed, its stride and the number of steps."""

    def __init__(self, stride):
        self.rng, self.stride, self.path = np.random.default_rng(0), stride, [0.0]
        self.before_step = lambda: None

    def advance(self, steps):
        for _ in range(steps):
            self.before_step()
            self.path.append(self.path[-1] + self.stride * self.rng.standard_normal())


class Walks(TrainingExplorer):
    """Two walks of the same seed, one of them with the stride chosen."""

    continues = ("scale_of_view",)
    first_steps, last_step, steps_a_picture = 5, 60, 4
    buttons = {"long strides": "lengthen"}

    def make_controls(self):
        return {
            "stride": FloatSlider(1.0, min=0.0, max=3.0, step=0.1, description="stride"),
            "power": IntSlider(1, min=1, max=3, description="power"),
            "scale_of_view": FloatSlider(1.0, min=0.5, max=2.0, step=0.1, description="view"),
        }

    def make_figures(self):
        figure, ax = plots.figure(width=300, height=200)
        ax.set(xlim=(0, self.last_step), ylim=(-30, 30))
        self.lines = [ax.plot([], [], animated=True)[0] for _ in range(2)]
        return {"walks": figure}

    def start_run(self, stride, power, **_):
        if stride == 2.5:
            raise ValueError("no walk has this stride")
        return {"fixed": RandomWalk(1.0), "chosen": RandomWalk(stride**power)}

    def evaluate(self, run, stride, scale_of_view, **_):
        if stride == 2.6:
            raise ValueError("no view of this stride")
        return [scale_of_view * np.array(walk.path) for walk in run.values()]

    def show(self, paths, **_):
        for line, path in zip(self.lines, paths, strict=True):
            line.set_data(np.arange(len(path)), path)
        return f"After {self.steps_done} steps the walk is at {paths[1][-1]:.2f}."

    def lengthen(self):
        self.set(stride=3.0)


@pytest.fixture
def walks():
    explorer = Walks()
    yield explorer
    explorer.close()


def drawn_in_python(explorer):
    """The picture of a new explorer in the same state, at the same step."""
    new = eval(explorer.code(), {"Walks": Walks})
    assert (new.state, new.steps_done, new.caption) == (explorer.state, explorer.steps_done, explorer.caption)
    picture = new.picture.value
    new.close()
    return picture


def path_of(stride, steps):
    rng = np.random.default_rng(0)
    return np.append(0, np.cumsum([stride * rng.standard_normal() for _ in range(steps)]))


def others():
    """Tasks of this loop beside the test's own."""
    return asyncio.all_tasks() - {asyncio.current_task()}


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


def widgets_of(explorer):
    found = [explorer.widget]
    for widget in found:
        found += getattr(widget, "children", ())
    return found


def buttons_of(explorer):
    return {widget.description: widget for widget in widgets_of(explorer) if isinstance(widget, ipywidgets.Button)}


# Step by step, without an event loop.


def test_it_starts_paused_with_its_first_steps_done(walks):
    assert (walks.steps_done, walks.playing) == (5, False)
    assert "After 5 steps" in walks.caption and walks.status.value == "step 5 of 60, paused"
    np.testing.assert_allclose(walks.lines[1].get_ydata(), path_of(1.0, 5), atol=1e-12)


def test_a_run_advances_and_is_drawn_up_to_its_last_step(walks):
    walks.set(stride=2.0)
    walks.advance(20)
    np.testing.assert_allclose(walks.lines[1].get_ydata(), path_of(2.0, 25), atol=1e-12)
    walks.advance(1000)
    assert (walks.steps_done, len(walks.run["fixed"].path)) == (60, 61)
    assert walks.status.value == "step 60 of 60, at its end"


def test_the_step_button_trains_for_one_picture(walks):
    buttons_of(walks)["4 steps"].click()
    assert walks.steps_done == 9 and walks.picture.value == drawn_in_python(walks)


@pytest.mark.parametrize("name, value", [("stride", 2.0), ("power", 3)])
def test_a_control_of_the_run_restarts_it_from_the_same_seed(walks, name, value):
    walks.set(stride=1.5)
    walks.advance(20)
    walks.controls[name].value = value
    assert walks.steps_done == 5
    strides = {"stride": 2.0, "power": 1.5**3}
    np.testing.assert_allclose(walks.lines[1].get_ydata(), path_of(strides[name], 5), atol=1e-12)


@pytest.mark.parametrize("name, value", [("stride", 2.0), ("power", 3)])
def test_a_control_of_the_run_restarts_it_with_its_first_steps_however_many_it_was_built_with(name, value):
    explorer = Walks(steps=17)
    explorer.set(**{name: value})
    assert explorer.steps_done == 5 and explorer.picture.value == drawn_in_python(explorer)
    explorer.close()


def test_a_control_of_the_view_leaves_the_run_as_it_is(walks):
    walks.advance(20)
    run, path = walks.run, list(walks.run["chosen"].path)
    walks.set(scale_of_view=2.0)
    assert walks.run is run and walks.run["chosen"].path == path and walks.steps_done == 25
    np.testing.assert_allclose(walks.lines[1].get_ydata(), 2 * path_of(1.0, 25), atol=1e-12)


def test_restart_keeps_the_controls_and_reset_does_not():
    explorer = Walks(stride=2.0, steps=17)
    first, picture = explorer.code(), explorer.picture.value
    assert first == "Walks(stride=2.0, steps=17)"
    explorer.set(stride=0.5, scale_of_view=0.7)
    explorer.advance(9)
    buttons_of(explorer)["restart"].click()
    assert (explorer.state["stride"], explorer.steps_done) == (0.5, 5)
    buttons_of(explorer)["reset"].click()
    assert (explorer.code(), explorer.picture.value) == (first, picture)
    explorer.advance(9)
    explorer.reset()
    assert (explorer.code(), explorer.picture.value) == (first, picture)
    explorer.close()


def test_the_same_number_of_steps_gives_the_same_picture_whatever_path_led_there(walks):
    for paths in ([20], [1] * 20, [7, 13], [4] * 5):
        walks.restart()
        for steps in paths:
            walks.advance(steps)
        assert walks.steps_done == 25 and walks.picture.value == drawn_in_python(walks)
    assert walks.code() == "Walks(steps=25)"


@pytest.mark.parametrize("steps", [4, 61, -1, 7.0, "many"])
def test_an_impossible_number_of_steps_is_refused_and_leaves_nothing_open(steps):
    before = len(open_widgets)
    with pytest.raises(ValueError, match=f"steps.*5 to 60.*{steps}"):
        Walks(steps=steps)
    assert len(open_widgets) == before


def test_a_state_that_has_no_run_is_refused_and_the_old_run_goes_on(walks):
    walks.advance(10)
    run, caption, picture = walks.run, walks.caption, walks.picture.value
    with pytest.raises(ValueError, match="no walk"):
        walks.set(stride=2.5)
    with pytest.raises(ValueError, match="no view"):
        walks.set(stride=2.6)
    assert (walks.run, walks.steps_done, walks.state["stride"]) == (run, 15, 1.0)
    walks.advance(0)
    assert (walks.caption, walks.picture.value) == (caption, picture)


@pytest.mark.parametrize("steps", [-1, 2.5, "many"])
def test_an_impossible_number_of_steps_to_advance_is_refused_and_changes_nothing(walks, steps):
    before = walks.code(), walks.picture.value, list(walks.run["chosen"].path)
    with pytest.raises(ValueError, match=f"whole number.*{steps}"):
        walks.advance(steps)
    assert (walks.code(), walks.picture.value, walks.run["chosen"].path) == before


def test_interrupted_runs_are_at_the_same_step_again(walks):
    def interrupt():
        if len(walks.run["chosen"].path) > 12:
            raise KeyboardInterrupt

    walks.advance(3)
    walks.run["chosen"].before_step = interrupt
    with pytest.raises(KeyboardInterrupt):
        walks.advance(20)
    assert {len(walk.path) for walk in walks.run.values()} == {9} and walks.steps_done == 8
    walks.advance(2)
    assert walks.picture.value == drawn_in_python(walks)


def test_a_run_that_is_interrupted_again_while_it_is_mended_begins_again_and_says_so(walks):
    def interrupt():
        raise KeyboardInterrupt

    def interrupted_run(**_):
        raise KeyboardInterrupt

    walks.advance(3)
    start_run, walks.start_run = walks.start_run, interrupted_run
    walks.run["chosen"].before_step = interrupt
    with pytest.raises(KeyboardInterrupt):
        walks.advance(20)
    walks.start_run = start_run
    walks.advance(2)
    assert {len(walk.path) for walk in walks.run.values()} == {11} and walks.steps_done == 10
    assert walks.picture.value == drawn_in_python(walks)


def test_a_number_of_steps_may_be_one_of_numpy():
    explorer = Walks(steps=np.int64(17))
    explorer.advance(np.int32(3))
    assert explorer.steps_done == 20 and explorer.code() == "Walks(steps=20)"
    explorer.reset()
    assert explorer.code() == "Walks(steps=17)"
    explorer.close()


@pytest.mark.parametrize("use", ["play", "pause", "step", "restart", "reset", "code"])
def test_a_closed_run_says_so_and_leaves_no_task(use):
    async def play():
        explorer = Walks()
        explorer.close()
        with pytest.raises(AttributeError, match="this Walks is closed"):
            getattr(explorer, use)()
        assert not others()

    asyncio.run(play())


def test_play_says_what_it_needs_where_no_event_loop_runs(walks):
    with pytest.raises(RuntimeError, match=r"event loop.*advance\(steps\)"):
        walks.play()
    assert not walks.playing and walks.steps_done == 5
    walks.advance(1)


# Playing, on an event loop.


def test_it_plays_to_its_end_and_stops(walks):
    async def play():
        walks.play()
        assert walks.playing and walks.status.value == "step 5 of 60, training"
        await until(lambda: not walks.playing)
        assert walks.steps_done == 60 and walks.status.value == "step 60 of 60, at its end"
        await until(lambda: not others())

    asyncio.run(play())
    assert walks.picture.value == drawn_in_python(walks)


def test_each_picture_shows_the_steps_of_one_picture_more(walks):
    shown, show = [], walks.show
    walks.show = lambda paths, **state: shown.append(walks.steps_done) or show(paths, **state)

    async def play():
        walks.play()
        await until(lambda: not walks.playing)

    asyncio.run(play())
    assert shown == [*range(9, 60, 4), 60]


def test_slow_training_is_drawn_after_each_step(walks):
    shown, show = [], walks.show
    walks.show = lambda paths, **state: shown.append(walks.steps_done) or show(paths, **state)
    walks.run["chosen"].before_step = lambda: time.sleep(1.1 * training_explorer.SLICE)

    async def play():
        walks.play()
        await until(lambda: walks.steps_done >= 10)

    asyncio.run(play())
    assert shown[:5] == [6, 7, 8, 9, 10]


def test_the_play_button_plays_and_pauses_and_plays_a_finished_run_again(walks):
    button = walks.play_button

    async def play():
        assert button.description == "play"
        button.click()
        assert button.description == "pause" and walks.playing
        await until(lambda: walks.steps_done > 5)
        button.click()
        assert button.description == "play" and not walks.playing
        steps = walks.steps_done
        await until(lambda: not others())
        assert walks.steps_done == steps and walks.status.value == f"step {steps} of 60, paused"
        assert walks.picture.value == drawn_in_python(walks)
        walks.advance(60)
        button.click()
        assert walks.steps_done == 5 and walks.playing
        await until(lambda: walks.steps_done > 5)
        buttons_of(walks)["reset"].click()
        assert walks.steps_done == 5 and not walks.playing

    asyncio.run(play())


def test_paused_before_its_first_picture_it_does_nothing(walks):
    async def play():
        walks.play()
        walks.pause()
        await until(lambda: not others())

    asyncio.run(play())
    assert walks.steps_done == 5


def test_pause_and_play_at_once_leaves_one_task(walks):
    async def play():
        for _ in range(20):
            walks.play()
            await asyncio.sleep(0)
            walks.pause()
            walks.play()
            walks.play()
        await until(lambda: len(others()) == 1)
        assert walks.playing
        await until(lambda: not walks.playing)

    asyncio.run(play())
    assert len(walks.run["fixed"].path) == 61


def test_a_control_acts_at_once_while_it_plays_and_it_plays_on(walks):
    async def play():
        walks.play()
        await until(lambda: walks.steps_done > 5)
        walks.controls["stride"].set_state({"value": 2.0})
        assert walks.steps_done == 5 and "After 5 steps" in walks.caption and walks.playing
        np.testing.assert_allclose(walks.lines[1].get_ydata(), path_of(2.0, 5), atol=1e-12)
        await until(lambda: walks.steps_done > 5)
        before = walks.steps_done
        walks.controls["scale_of_view"].set_state({"value": 2.0})
        assert walks.steps_done == before and walks.playing
        await until(lambda: not walks.playing)

    asyncio.run(play())
    np.testing.assert_allclose(walks.lines[1].get_ydata(), 2 * path_of(2.0, 60), atol=1e-12)


def test_after_a_thousand_events_while_it_plays_the_picture_is_that_of_the_last_state(walks):
    rng = np.random.default_rng(1)

    async def play():
        walks.play()
        for event in range(1000):
            name = ("stride", "power", "scale_of_view")[event % 3]
            control = walks.controls[name]
            place = rng.integers(0, round((control.max - control.min) / control.step), endpoint=True)
            value = control.min + place * control.step
            if name != "stride" or round(value, 1) not in (2.5, 2.6):
                control.set_state({"value": int(value) if name == "power" else value})
            if event % 10 == 0:
                await asyncio.sleep(0)
            if not walks.playing:
                walks.play()
        walks.pause()
        await until(lambda: not others())

    asyncio.run(play())
    assert walks.picture.value == drawn_in_python(walks)


def test_it_stops_when_nothing_was_touched_for_sixty_seconds(walks):
    now = [1000.0]
    walks.clock = lambda: now[0]

    def wait(seconds):
        now[0] += seconds

    async def play():
        walks.play()
        walks.run["chosen"].before_step = lambda: wait(1)  # a second a step
        await until(lambda: not walks.playing)
        assert walks.steps_done == 60 and walks.status.value.endswith("at its end")  # 55 seconds
        walks.restart()
        walks.play()
        walks.run["chosen"].before_step = lambda: wait(4)
        await until(lambda: not walks.playing)
        assert walks.steps_done == 21 and "nothing was touched for 60 seconds" in walks.status.value
        await until(lambda: not others())
        walks.play()  # goes on from there
        await until(lambda: walks.steps_done == 29)
        walks.set(scale_of_view=2.0)  # and a touch gives it another 60 seconds
        await until(lambda: not walks.playing)
        assert walks.steps_done == 45

    asyncio.run(play())


def test_an_error_while_it_plays_stops_it_and_is_reported(walks):
    reported = []

    def fail():
        raise FloatingPointError("no number")

    async def play():
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context["exception"]))
        walks.run["chosen"].before_step = fail
        walks.play()
        await until(lambda: not walks.playing)
        gc.collect()
        await until(lambda: reported)

    asyncio.run(play())
    assert isinstance(reported[0], FloatingPointError) and "error" in walks.status.value


def test_closing_it_while_it_plays_leaves_no_task_and_no_widget():
    before = len(open_widgets)

    async def play():
        explorer = Walks()
        explorer.play()
        while explorer.steps_done == 5:
            await asyncio.sleep(0.001)
        explorer.close()
        await until(lambda: not others())
        return weakref.ref(explorer)

    gone = asyncio.run(play())
    gc.collect()
    assert gone() is None
    assert len(open_widgets) == before


def test_ten_runs_of_a_cell_leave_one_explorer_and_one_task(monkeypatch):
    monkeypatch.setattr(cells, "CELLS", {})
    run = []

    class Shell:
        def get_parent(self):
            return {"metadata": {"cellId": "a cell"}, "header": {"msg_id": f"run {len(run)}"}}

    monkeypatch.setattr("builtins.get_ipython", Shell, raising=False)

    async def play():
        for _ in range(10):
            explorer = Walks()
            explorer.play()
            run.append(weakref.ref(explorer))
            await asyncio.sleep(0)
            widgets = len(open_widgets)
        await until(lambda: len(others()) == 1)
        assert len(open_widgets) == widgets
        gc.collect()
        assert [each() for each in run] == [None] * 9 + [explorer]
        assert explorer.playing
        explorer.close()
        await until(lambda: not others())

    asyncio.run(play())


def test_the_messages_of_every_part_of_it_come_on_the_thread_of_the_cells(walks):
    """ipykernel 7.4 asks a comm for which of its threads a message is: None is the one of the cells."""
    parts = [walks.widget]
    for part in parts:
        parts += getattr(part, "children", ())
        part.comm._reply_subshell_for = lambda data, default: "another thread"
    one_thread.keep_on_one_thread(walks.widget)
    assert len(parts) > 10
    assert {part.comm._reply_subshell_for({}, "another thread") for part in parts} == {None}


def test_an_explorer_that_trains_keeps_all_its_messages_on_one_thread(walks, monkeypatch):
    kind = type(walks.widget.comm)
    monkeypatch.setattr(kind, "_reply_subshell_for", lambda comm, data, default: "another thread", raising=False)
    explorer = Walks()
    assert {widget.comm._reply_subshell_for({}, "another thread") for widget in widgets_of(explorer)} == {None}
    explorer.close()
