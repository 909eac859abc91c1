"""The probe over training: every so many steps a table, in a folder of Parquet files that are read as one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from torch import nn

from rankcollapse.errors import UserError
from rankcollapse.probe.modules import Choice
from rankcollapse.probe.rank_probe import RankProbe, to_table
from rankcollapse.storage.frames import write_frame


class ProbeOverTraining:
    """Probes every n-th step of training as it happens: no forward pass is added, and other steps cost nothing.

        watch = ProbeOverTraining(model, "probe", every=100)
        for number, batch in enumerate(loader):
            with watch.step(number):
                ...  # forward and backward pass

    `pandas.read_parquet("probe")` reads all tables as one; the column `step` tells them apart.

    Args:
        model: any module.
        folder: where the tables go, one file a probed step; made if it is missing.
        every: steps from one table to the next.
        modules: as in `RankProbe`.
        reduction: as in `RankProbe`.

    Raises:
        UserError: `every` is below 1, or as in `RankProbe`.
    """

    def __init__(
        self,
        model: nn.Module,
        folder: str | Path,
        every: int = 100,
        modules: Choice | None = None,
        *,
        reduction: str | dict[str | type, str] | None = None,
    ) -> None:
        if every < 1:
            raise UserError(f"every must be at least 1, got {every}")
        self.every = every
        self._folder = Path(folder)
        self._probe = RankProbe(model, modules, reduction=reduction)
        self._started: ExitStack | None = None

    @contextmanager
    def step(self, number: int) -> Iterator[None]:
        """The block of one step; its table is written when it ends well.

        Args:
            number: of the step; multiples of `every` are probed.
        """
        if number % self.every:
            yield
            return
        with self._probe:
            yield
        frame = self._probe.frame()
        frame.insert(0, "step", number)
        self._folder.mkdir(parents=True, exist_ok=True)
        write_frame(to_table(frame), self._folder / f"{number:09d}.parquet")

    def start(self, number: int) -> None:
        """Begin a step, for trainers that call back at its start and at its end."""
        if self._started:
            raise UserError("the step before has not ended: call stop() first")
        stack = ExitStack()
        stack.enter_context(self.step(number))
        self._started = stack

    def stop(self) -> None:
        """End the step that `start` began."""
        stack, self._started = self._started, None
        if stack:
            stack.close()
