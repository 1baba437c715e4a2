"""The base of all explorers whose model is a training run: it can be watched, paused, and changed while it trains."""

import asyncio
import numbers
import time

import ipywidgets

from .explorer import Explorer
from .one_thread import keep_on_one_thread

SLICE = 0.025  # seconds of training between two pictures, at most
REST = 0.005  # seconds in which the kernel sends the picture and answers the page
SILENCE = 60.0  # seconds without an event from the page after which a run stops


class TrainingExplorer(Explorer):
    """An explorer of a run that begins with its first steps done, and then waits for play or step.

    A subclass gives, beside `make_controls`, `make_figures` and `show`,
        start_run(**state)      a new run, always from the same seed: a dict, name -> what has `advance(steps)`, such
                                as a `Training`; all of them are advanced together
        evaluate(run, **state)  what `show` needs; it leaves the run as it is
        continues               names of the controls that only `evaluate` looks at; every other one restarts the run
        first_steps, last_step, steps_a_picture

    While it plays, an asyncio task trains for some steps, draws and lets the kernel answer the page, in turn. A control
    acts at once, and the run plays on if it did. What is shown depends on the state and on `steps_done` alone. The run
    stops at its last step, by `pause` and `close`, when the cell is run again, and after 60 seconds in which no slider
    or button was touched: a page that was closed says nothing more.
    """

    continues = ()
    first_steps, last_step, steps_a_picture = 20, 2000, 10
    clock = staticmethod(time.monotonic)

    def __init__(self, *, steps=None, **settings):
        """steps: how many are done at once, from first_steps (the default) to last_step; settings: of `Explorer`."""
        steps = self.first_steps if steps is None else steps
        first, last = self.first_steps, self.last_step
        if not (isinstance(steps, numbers.Integral) and first <= steps <= last):
            raise ValueError(f"steps must be a whole number, {first} to {last}, but it is {steps!r}")
        self.start_steps, self.steps_done = int(steps), 0
        self.run = self.task = None
        self.touched = self.clock()
        super().__init__(**settings)

    def make_widget(self):
        super().make_widget()
        self.play_button = ipywidgets.Button(
            tooltip=f"Trains up to step {self.last_step}. Stops when nothing was touched for {SILENCE:.0f} seconds."
        )
        step = ipywidgets.Button(description=f"{self.steps_a_picture} steps", icon="step-forward")
        restart = ipywidgets.Button(description="restart", icon="fast-backward", tooltip="The same run from its start")
        self.play_button.on_click(lambda _: self.pause() if self.playing else self.play())
        step.on_click(lambda _: self.step())
        restart.on_click(lambda _: self.restart())
        for button in (self.play_button, step, restart):
            button.layout.width = "100px"
        self.status = ipywidgets.Label()
        row, *pictures_and_caption = self.widget.children
        count = len(self.controls)
        parts = [self.play_button, step, restart, *row.children[count:], self.status]
        row.children = row.children[:count]
        run = ipywidgets.HBox(parts, layout={"flex_flow": "row wrap"})
        self.widget.children = [row, run, *pictures_and_caption]
        keep_on_one_thread(self.widget)

    def compute(self, **state):
        before = self._state
        if self.run and all(state[name] == before[name] for name in state if name not in self.continues):
            return self.evaluate(self.run, **state)
        steps = self.first_steps if self.run else self.start_steps
        run = self.trained_run(steps, state)
        result = self.evaluate(run, **state)
        self.run, self.steps_done = run, steps
        return result

    def trained_run(self, steps, state):
        run = self.start_run(**state)
        train(run, steps)
        return run

    def advance(self, steps):
        """Train for some steps more, but not beyond the last one, and draw."""
        if not isinstance(steps, numbers.Integral) or steps < 0:
            raise ValueError(f"advance takes a whole number of steps, 0 or more, but it is {steps!r}")
        self.train(steps)
        self.redraw(self.compute(**self._state))

    def train(self, steps):
        steps = min(steps, self.last_step - self.steps_done)
        self.run = self.run or self.trained_run(self.steps_done, self._state)
        try:
            train(self.run, steps)
        except BaseException:  # also when interrupted: some nets are ahead of others then
            self.run = None
            self.run = self.trained_run(self.steps_done, self._state)
            raise
        self.steps_done += steps

    # What the reader does.

    def set(self, **values):
        self.touched = self.clock()
        super().set(**values)

    def step(self):
        """Pause, and train for the steps of one picture."""
        self.pause()
        self.advance(self.steps_a_picture)

    def restart(self):
        """The same run from its start; it plays on if it did."""
        self.begin_again(self.first_steps)

    def reset(self):
        """Back to what it was when built, and paused."""
        self.pause()
        super().reset()
        self.begin_again(self.start_steps)

    def begin_again(self, steps):
        self.touched = self.clock()
        if self.steps_done != steps:
            self.run, self.steps_done = self.trained_run(steps, self._state), steps
            self.redraw(self.compute(**self._state))

    @property
    def playing(self):
        return self.task is not None

    def play(self):
        """Go on training, from the start if the run is at its end. Needs the event loop that every notebook has.

        RuntimeError where none runs: there, `advance(steps)` trains and draws.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError("play needs a running event loop, as in a notebook; here use advance(steps)") from None
        self.touched = self.clock()
        if self.playing:
            return
        if self.steps_done == self.last_step:
            self.restart()
        self.task = loop.create_task(self.keep_training())
        self.report()

    def pause(self):
        """Stop training. What is shown stays."""
        self.touched = self.clock()
        self.task = None
        self.report()

    async def keep_training(self):
        task, failed = asyncio.current_task(), True
        try:
            while vars(self).get("task") is task and not self.over():  # else it was paused or closed meanwhile
                begun = time.perf_counter()
                for _ in range(min(self.steps_a_picture, self.last_step - self.steps_done)):
                    self.train(1)
                    if time.perf_counter() - begun > SLICE:
                        break
                self.redraw(self.compute(**self._state))
                await asyncio.sleep(REST)
            failed = False
        finally:
            if vars(self).get("task") is task:
                why = "stopped by an error" if failed else self.over()
                self.task = None
                self.report(why)

    def over(self):
        """Why a run that plays should stop now, or nothing."""
        if self.steps_done == self.last_step:
            return "at its end"
        if self.clock() - self.touched >= SILENCE:
            return f"paused, since nothing was touched for {SILENCE:.0f} seconds"

    def redraw(self, result):
        super().redraw(result)
        self.report()

    def report(self, why=""):
        """Say on the page how far the run is, and whether it goes on."""
        self.play_button.description, self.play_button.icon = ("pause", "pause") if self.playing else ("play", "play")
        how = why or ("training" if self.playing else self.over() or "paused")
        self.status.value = f"step {self.steps_done} of {self.last_step}, {how}"

    def code(self):
        line = super().code()
        if self.steps_done == self.first_steps:
            return line
        return f"{line[:-1]}{'' if line.endswith('()') else ', '}steps={self.steps_done})"


def train(run, steps):
    for training in run.values():
        training.advance(steps)
