"""Join clips of one codec and size into one film, without encoding them again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from cnn_core.errors import CnnreelError
from reel.encoder import BITEXACT, CODECS, Chapter, set_chapters

__all__ = ["join"]


def join(clips: Sequence[Path], chapters: Sequence[Chapter], path: Path) -> None:
    """Write one MP4 of several, in their order, with named chapters.

    Parameters
    ----------
    clips
        MP4 files that this program made with one quality; each goes on where the one before it ends.

    Raises
    ------
    CnnreelError
        If they do not fit together.
    """
    with av.open(str(path), "w", format="mp4", options=dict(CODECS["mp4"].container_options)) as film:
        film.flags |= BITEXACT
        with av.open(str(clips[0])) as first:
            stream = film.add_stream_from_template(first.streams.video[0])
            stream.time_base = first.streams.video[0].time_base
            settings = settings_of(first.streams.video[0])
        end = 0
        for clip in clips:
            with av.open(str(clip)) as source:
                if settings_of(source.streams.video[0]) != settings:
                    raise CnnreelError(f"{clip.name} cannot be joined to the others: its encoder settings differ.")
                end += append(film, stream, source, end)
        set_chapters(film, chapters)


def append(film: OutputContainer, stream: VideoStream, source: InputContainer, start: int) -> int:
    """Copy a clip into a film, from `start` on; return how long it is, both in the stream's time base."""
    clip = source.streams.video[0]
    for packet in source.demux(clip):
        if packet.dts is None or packet.pts is None:  # the empty packet at the end
            continue
        packet.pts += start
        packet.dts += start
        packet.stream = stream
        film.mux(packet)
    return clip.duration or 0


def settings_of(stream: VideoStream) -> tuple[object, ...]:
    """Return what must be equal for packets to be put one behind the other."""
    context = stream.codec_context
    return context.name, context.width, context.height, context.extradata, stream.time_base
