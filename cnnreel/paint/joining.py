"""Join films of one codec and size into one, without encoding them again; with chapters, and a track of captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from cnn_core.errors import CnnreelError
from cnnreel.paint.encoder import BITEXACT, CODECS
from cnnreel.tell.captions import Cue

__all__ = ["FilmPart", "join"]

MILLISECOND = Fraction(1, 1000)

_PLAIN = b"""[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Alignment
Style: Default,Arial,16,&Hffffff,2
"""
"""How captions look where the player does not know better; FFmpeg opens no track without."""

ALPHA = "alpha_mode"
"""What WebM says of a film that lets its background shine through."""


@dataclass(frozen=True)
class FilmPart:
    """A film that becomes a part of a longer one.

    Attributes
    ----------
    start
        Seconds from the start of the longer one.
    """

    path: Path
    start: float


def join(
    parts: Sequence[FilmPart], duration: float, chapters: Sequence[Cue], path: Path, captions: Sequence[Cue] = ()
) -> None:
    """Write one film of several, in their order, with named chapters.

    Parameters
    ----------
    parts
        Films that this program made with one quality; each goes on where the one before it ends.
    duration
        Seconds that all of them last together.
    path
        Its ending, `.mp4` or `.webm`, is that of all parts.
    captions
        A track of them is written, which players can show; only MP4 has one.

    Raises
    ------
    CnnreelError
        If they do not fit together.
    """
    codec = CODECS[path.suffix[1:]]
    with av.open(str(path), "w", format=codec.container, options=dict(codec.container_options)) as film:
        film.flags |= BITEXACT
        with av.open(str(parts[0].path)) as first:
            stream = film.add_stream_from_template(first.streams.video[0])
            stream.time_base = first.streams.video[0].time_base
            if ALPHA in first.streams.video[0].metadata:
                stream.metadata[ALPHA] = first.streams.video[0].metadata[ALPHA]
            settings = settings_of(first.streams.video[0])
        if captions:
            add_captions(film, captions)
        for part, end in zip(parts, [*(part.start for part in parts[1:]), duration], strict=True):
            with av.open(str(part.path)) as source:
                if settings_of(source.streams.video[0]) != settings:
                    raise CnnreelError(f"{part.path.name} cannot be joined to the others: its encoder settings differ.")
                append(film, stream, source, part.start, end)
        set_chapters(film, chapters)


def append(film: OutputContainer, stream: VideoStream, source: InputContainer, start: float, end: float) -> None:
    """Copy a film into a longer one, from `start` to `end` in seconds."""
    part = source.streams.video[0]
    assert part.time_base is not None
    offset, stop = (round(Fraction(time).limit_denominator(1000) / part.time_base) for time in (start, end))
    packets = [packet for packet in source.demux(part) if packet.pts is not None]  # the one at the end is empty
    times = [packet.pts + offset for packet in packets if packet.pts is not None]
    packets[-1].duration = stop - times[-1]
    for packet, time in zip(packets, times, strict=True):
        packet.pts = packet.dts = time
        packet.stream = stream
        film.mux(packet)


def add_captions(film: OutputContainer, captions: Sequence[Cue]) -> None:
    """Write a track of captions into an MP4, before its pictures; the container puts them in order."""
    track = film.add_stream("mov_text")
    track.time_base = track.codec_context.time_base = MILLISECOND
    track.codec_context.subtitle_header = _PLAIN
    track.metadata["language"] = "eng"
    for cue in captions:
        text = cue.text.encode()
        packet = av.Packet(len(text).to_bytes(2, "big") + text)  # as 3GPP TS 26.245 has it
        packet.stream, packet.time_base = track, MILLISECOND
        packet.pts = packet.dts = round(cue.start * 1000)
        packet.duration = round(cue.end * 1000) - packet.pts
        film.mux(packet)


def set_chapters(film: OutputContainer, chapters: Sequence[Cue]) -> None:
    """Name the parts of a film that is being written."""
    film.set_chapters(
        [
            {
                "id": number,
                "start": round(chapter.start * 1000),
                "end": round(chapter.end * 1000),
                "time_base": MILLISECOND,
                "metadata": {"title": chapter.text},
            }
            for number, chapter in enumerate(chapters)
        ]
    )


def settings_of(stream: VideoStream) -> tuple[object, ...]:
    """Return what must be equal for packets to be put one behind the other."""
    context = stream.codec_context
    return context.name, context.width, context.height, context.extradata, stream.time_base
