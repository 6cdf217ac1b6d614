"""Some digits of a batch, as the network saw them; those that it read wrong are crossed out."""

from __future__ import annotations

import numpy as np
from manim import VMobject

from cnn_core.run_log import RunLog
from scenes.language import say
from scenes.layout import Box
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.theme import Theme

__all__ = ["BatchSheet"]


class BatchSheet:
    """What was kept of a batch.

    Parameters
    ----------
    b
        Which of the log's kept batches.
    """

    def __init__(self, log: RunLog, b: int, theme: Theme, box: Box) -> None:
        images = log.batch_images[b] / 255.0
        self.wrong = np.flatnonzero(log.batch_label[b] != log.batch_read[b])
        self.count, self.step = len(images), int(log.batch_step[b])
        arrangement = Arrangement.of(images.shape, box.width / box.height)
        title = say("step {step}", step=self.step)
        self.picture = FeatureMaps(images, arrangement, theme.input, theme, box, title)
        self.crosses = VMobject(stroke_color=theme.text, stroke_width=4)
        for k in self.wrong:
            for first, last in (((3, 3), (25, 25)), ((25, 3), (3, 25))):
                self.crosses.start_new_path(self.picture.corner(int(k), *first))
                self.crosses.add_line_to(self.picture.corner(int(k), *last))
