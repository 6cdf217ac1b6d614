"""Each snippet shows the film with poster, captions and alternative text, and the tools it is made for take it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from cnn_core.errors import InputError
from cnnreel.play.exports import EXPORTS
from cnnreel.play.snippets import TARGETS, embed
from tests.cnnreel.play.page.looking import elapse, ready, time
from tests.cnnreel.records import record_of
from tests.cnnreel.reels import Reel, plain_film, reel_of
from tests.cnnreel.reels import written as write_reel
from tests.cnnreel.serving import served
from tests.cnnreel.tabs import Tabs

GIFT = Path(__file__).parents[3] / "node_modules" / "gift-pegjs"
HOSTILE = '"><script>alert(1)</script> *a* {b} `c` --> | :::'


class Found(HTMLParser):
    """Collects elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def attributes(self, name: str) -> Iterator[str]:
        for _, attributes in self.elements:
            value = attributes.get(name)
            if value is not None:
                yield value

    def film(self) -> dict[str, str | None]:
        return next(attributes for tag, attributes in self.elements if tag == "video")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write what is beside a film, with empty files for film and pictures."""
    return written(tmp_path_factory.mktemp("out") / "pool", record_of("max-pool"))


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Write the same of a film whose title and question are hostile."""
    record = record_of("max-pool")
    record["spec"]["title"] = HOSTILE
    record["beats"][1] |= {"prompt": HOSTILE, "answer": HOSTILE}
    return written(tmp_path / "out" / "pool", record)


def written(folder: Path, record: dict[str, Any]) -> Path:
    record["video"]["file"] = "pool.mp4"
    return write_reel(Reel(folder, "pool", record, plain_film(record))).folder


def tool(name: str) -> str:
    """Return a tool's path, from where the tests' Python is, from $CNNREEL_TOOLS or from PATH, or skip the test."""
    folders = (Path(sys.executable).parent, os.environ.get("CNNREEL_TOOLS"), os.environ["PATH"])
    found = shutil.which(name, path=os.pathsep.join(str(folder) for folder in folders if folder))
    if found is None:
        pytest.skip(f"{name} is not installed; CNNREEL_TOOLS may name the folder it is in")
    return found


def run(*command: object, folder: Path, **environment: str) -> str:
    settings = {**os.environ, **environment}
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False, env=settings
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def check_film(page: Path, alt: str) -> None:
    """Check that a page that a tool has built shows the film, and that all it refers to is there."""
    found = Found(page.read_text(encoding="utf-8"))
    film = found.film()
    assert film["aria-label"] == alt
    sources = [attributes for tag, attributes in found.elements if tag in ("source", "track")]
    assert [source.get("kind") for source in sources] == [None, "captions", "chapters"]
    addresses = [film["poster"], *(source["src"] for source in sources), *found.attributes("data-films")]
    addresses += [address for address in found.attributes("src") if address.endswith("page/figure.js")]
    addresses += [address for address in found.attributes("href") if address.endswith("pool.html")]
    assert len(addresses) == 7
    for address in addresses:
        assert address is not None
        assert (page.parent / unquote(address)).is_file(), address


def alt_of(clip: Path) -> str:
    return (clip / "pool.alt.txt").read_text(encoding="utf-8").strip()


def test_the_html_snippet_has_poster_captions_chapters_and_alternative_text(clip: Path, tmp_path: Path) -> None:
    shutil.copytree(clip, tmp_path / "pool")
    (tmp_path / "page.html").write_text(embed(clip, "html").text, encoding="utf-8")
    check_film(tmp_path / "page.html", alt_of(clip))


def test_the_frame_holds_the_page(clip: Path) -> None:
    ((tag, attributes),) = Found(embed(clip, "iframe").text).elements
    assert tag == "iframe"
    assert (attributes["src"], attributes["title"]) == ("pool/pool.html", "Max pool")


def test_markdown_shows_the_poster_and_leads_to_the_film(clip: Path) -> None:
    assert embed(clip, "markdown").text.startswith(f"[![{alt_of(clip)}](pool/pool.png)](pool/pool.mp4)\n")


def test_commonmark_makes_a_picture_and_three_links_of_it(clip: Path, hostile: Path) -> None:
    for folder in (clip, hostile):
        page = Found(MarkdownIt("commonmark").render(embed(folder, "markdown").text))
        assert [tag for tag, _ in page.elements] == ["p", "a", "img", "p", "a", "a"]
        assert list(page.attributes("alt")) == [alt_of(folder)]
        for address in (*page.attributes("href"), *page.attributes("src")):
            assert (folder.parent / address).is_file()


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    return reel_of(tmp_path_factory.mktemp("served"), "pool", "max-pool", x="7 3; 3 8", pace="fast")


@pytest.fixture
def hosted(tabs: Tabs, pool: Reel) -> Iterator[Any]:
    """Open a page on which a figure and a frame were pasted."""
    snippets = [embed(pool.folder, target).text for target in ("html", "iframe")]
    (pool.folder.parent / "page.html").write_text("<!doctype html>" + "".join(snippets), encoding="utf-8")
    with served(pool.folder.parent) as address:
        tab = tabs.take()
        tab.look()
        tab.page.goto(f"{address}/page.html")
        yield tab.page
        tab.leave()
        tabs.give_back(tab)


@pytest.mark.slow
def test_a_figure_plays_the_film_in_a_canvas_and_waits_at_its_question(hosted: Any, pool: Reel) -> None:
    figure = hosted.locator("figure")
    figure.locator("canvas").wait_for()
    assert figure.locator("video").count() == 0
    question = pool.record["beats"][1]
    bar = figure.get_by_role("slider", name="Position in the film")
    figure.get_by_role("button", name="Play").click()
    elapse(hosted, 60)
    assert float(bar.input_value()) == pytest.approx(question["end"], abs=0.01)
    assert figure.locator("p").inner_text() == question["caption"]
    figure.get_by_role("button", name="Play").click()
    elapse(hosted, 60)
    assert float(bar.input_value()) == pytest.approx(pool.record["video"]["duration"], abs=0.01)
    assert figure.get_by_role("link").get_attribute("href") == "pool/pool.html"


@pytest.mark.slow
def test_a_figure_keeps_its_video_where_the_film_cannot_be_fetched(hosted: Any) -> None:
    hosted.route("**/*.film.json", lambda route: route.fulfill(status=503, body="busy"))
    with hosted.expect_response(lambda answer: answer.status == 503):
        hosted.reload()
    hosted.wait_for_timeout(100)
    assert hosted.locator("figure video[controls]").is_visible()
    assert hosted.locator("figure canvas").count() == 0


@pytest.mark.slow
def test_the_page_plays_in_its_frame(hosted: Any) -> None:
    hosted.locator("iframe").scroll_into_view_if_needed()
    frame = ready(hosted.frame_locator("iframe"))
    frame.get_by_role("button", name="Play").first.click()
    elapse(frame, 0.5)
    assert time(frame) == pytest.approx(0.5, abs=0.001)


def test_a_lesson_is_embedded_by_its_index(clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lesson"
    shutil.copytree(clip, folder / "pool")
    entry = {"chapter": "Pooling", "scene": "max-pool", "start": 0.0, "end": 28.0, "record": "pool/pool.json"}
    video = {**json.loads((clip / "pool.json").read_text())["video"], "file": "lesson.mp4"}
    index = {"schema": "cnnreel-lesson/1", "title": "A lesson", "video": video, "clips": [entry, entry]}
    (folder / "lesson.json").write_text(json.dumps(index))
    assert 'src="lesson/index.html" title="A lesson"' in embed(folder, "iframe").text
    assert embed(folder, "gift").text.count("What is Max(4, 1, 1, 1)?") == 2


def test_questions_for_a_question_bank(clip: Path) -> None:
    assert embed(clip, "gift").text == (
        "::Max pool 1::What is Max(4, 1, 1, 1)? "
        "{#4:0 ####Max(4, 1, 1, 1) \\= 4. 4 is the largest value in the window.}\n"
    )


@pytest.mark.slow
def test_a_parser_of_gift_reads_the_questions(clip: Path, hostile: Path) -> None:
    if not GIFT.is_dir():
        pytest.skip("gift-pegjs is not installed: npm install --no-save gift-pegjs")
    parse = f"console.log(JSON.stringify(require({json.dumps(str(GIFT))}).parse(process.argv[1])))"
    (question,), (other,) = (
        json.loads(run(tool("node"), "-e", parse, embed(folder, "gift").text, folder=folder))
        for folder in (clip, hostile)
    )
    assert (question["type"], question["stem"]["text"]) == ("Numerical", "What is Max(4, 1, 1, 1)?")
    assert question["choices"] == {"type": "range", "number": 4, "range": 0}
    assert other["type"] == "Short"
    assert unescape(other["stem"]["text"]) == unescape(other["choices"][0]["text"]["text"]) == HOSTILE


def test_an_interactive_video_stops_for_its_question(clip: Path) -> None:
    content = json.loads(embed(clip, "h5p").text)["interactiveVideo"]
    assert content["video"]["files"] == [{"path": "videos/pool.mp4", "mime": "video/mp4"}]
    assert content["video"]["textTracks"]["videoTrack"][0]["track"]["path"] == "files/pool.vtt"
    (question,) = content["assets"]["interactions"]
    assert question["pause"]
    assert question["duration"] == {"from": pytest.approx(11.87, abs=0.5), "to": pytest.approx(12.07, abs=0.5)}
    assert question["action"]["params"]["text"] == "<p>What is Max(4, 1, 1, 1)?</p>"
    assert question["action"]["params"]["questions"] == ["<p>*4*</p>"]


@pytest.mark.parametrize("target", ["html", "iframe", "mkdocs", "moodle", "sphinx", "quarto"])
def test_hostile_texts_add_no_element(hostile: Path, clip: Path, target: str) -> None:
    tags = [tag for tag, _ in Found(embed(hostile, target).text).elements]
    assert tags == [tag for tag, _ in Found(embed(clip, target).text).elements]


def test_hostile_texts_stay_inside_their_block(hostile: Path) -> None:
    assert embed(hostile, "myst").text.count("\n:::") == 1
    assert "<script" not in embed(hostile, "gift").text
    assert not re.search(r"(?<!\\)[{}]", embed(hostile, "gift").text.replace(" {=", "", 1).removesuffix("}\n"))
    question = json.loads(embed(hostile, "h5p").text)["interactiveVideo"]["assets"]["interactions"][0]
    assert question["action"]["params"]["questions"][0].count("*") == 2


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_says_what_to_do(clip: Path, target: str) -> None:
    snippet = embed(clip, target)
    assert snippet.text.endswith("\n")
    assert snippet.note.endswith((".", '"]', "GIFT)"))


def test_the_guide_says_of_every_target_how_it_was_checked() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "teaching.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `--(?:for|format) (\S+)` \|.*\| \S.*\|$", guide, flags=re.MULTILINE)
    assert sorted(rows) == sorted([*TARGETS, *EXPORTS])


def test_an_unknown_target_is_refused(clip: Path) -> None:
    with pytest.raises(InputError, match=r"--for must be one of html, iframe, .*, but it is 'word'"):
        embed(clip, "word")


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"CLIP must be the folder .*, but .* cannot be read: No such"):
        embed(tmp_path, "html")
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(InputError, match=r"CLIP must be a film or a lesson, but .*a.json' describes neither"):
        embed(tmp_path / "a.json", "html")
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(InputError, match=r"CLIP must be the folder .*a.json' is no JSON"):
        embed(tmp_path / "a.json", "html")


@pytest.mark.slow
def test_sphinx_builds_it(clip: Path, tmp_path: Path) -> None:
    build = tool("sphinx-build")
    shutil.copytree(clip, tmp_path / "_static" / "pool")
    (tmp_path / "conf.py").write_text('extensions = ["myst_parser"]\nhtml_static_path = ["_static"]\n')
    for name, target, title in [
        ("index.rst", "sphinx", "Pooling\n=======\n\n"),
        ("other.md", "sphinx-myst", "---\norphan: true\n---\n\n# Pooling\n\n"),
    ]:
        (tmp_path / name).write_text(title + embed(clip, target).text, encoding="utf-8")
    run(build, "-W", "-q", ".", "built", folder=tmp_path)
    for page in ("index.html", "other.html"):
        check_film(tmp_path / "built" / page, alt_of(clip))


@pytest.mark.slow
def test_mkdocs_builds_it(clip: Path, tmp_path: Path) -> None:
    build = tool("mkdocs")
    shutil.copytree(clip, tmp_path / "docs" / "pool")
    (tmp_path / "mkdocs.yml").write_text("site_name: Pooling\n")
    (tmp_path / "docs" / "index.md").write_text("# Home\n")
    (tmp_path / "docs" / "lesson.md").write_text("# Pooling\n\n" + embed(clip, "mkdocs").text, encoding="utf-8")
    run(build, "build", "-q", folder=tmp_path)
    check_film(tmp_path / "site" / "lesson" / "index.html", alt_of(clip))


@pytest.mark.slow
def test_mystmd_takes_film_poster_and_alternative_text(clip: Path, tmp_path: Path) -> None:
    build = tool("myst")
    shutil.copytree(clip, tmp_path / "pool")
    (tmp_path / "myst.yml").write_text("version: 1\nproject: {title: Pooling}\nsite: {}\n")
    (tmp_path / "index.md").write_text("# Pooling\n\n" + embed(clip, "myst").text, encoding="utf-8")
    subprocess.run(
        [build, "build", "--site"], cwd=tmp_path, capture_output=True, check=False
    )  # a theme needs a network
    tree = (tmp_path / "_build" / "site" / "content" / "index.json").read_text(encoding="utf-8")
    images = re.findall(r'\{"type":"image".*?"urlSource":"[^"]*"', tree)
    assert [json.loads(image + "}")["alt"] for image in images] == [alt_of(clip)] * 2
    assert [json.loads(image + "}")["urlSource"] for image in images] == ["pool/pool.mp4", "pool/pool.png"]
    assert '"url":"/pool-transcript"' in tree


@pytest.mark.slow
def test_pandoc_on_which_quarto_is_built_leaves_the_html_as_it_is(clip: Path, tmp_path: Path) -> None:
    build = tool("pandoc")
    shutil.copytree(clip, tmp_path / "pool")
    (tmp_path / "pooling.qmd").write_text("# Pooling\n\n" + embed(clip, "quarto").text, encoding="utf-8")
    run(build, "--from", "markdown", "--to", "html", "-o", "pooling.html", "pooling.qmd", folder=tmp_path)
    check_film(tmp_path / "pooling.html", alt_of(clip))
