"""A learning platform, played by scorm-again, is told how far the learner came and how the questions went."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as XML

import pytest

from cnnreel.play.exports import export
from tests.cnnreel.play.exports.conftest import HOSTILE
from tests.cnnreel.play.page.looking import elapse, ready, time, until
from tests.cnnreel.serving import served

PLATFORM = Path(__file__).parents[4] / "node_modules" / "scorm-again" / "dist" / "scorm12.min.js"
PACKAGE = "{http://www.imsproject.org/xsd/imscp_rootv1p1p2}"
SCORM = "{http://www.adlnet.org/xsd/adlcp_rootv1p2}"
PAGE = """<!doctype html><link rel="icon" href="data:,"><title>Platform</title><script src="scorm12.min.js"></script>
<script>
window.API = new Scorm12API({ autocommit: false });
if (location.hash) API.loadFromJSON(JSON.parse(decodeURIComponent(location.hash.slice(1))), 'cmi');
window.calls = [];
for (const name of ['LMSInitialize', 'LMSCommit', 'LMSFinish']) API.on(name, () => calls.push(name));
</script><iframe src="item/index.html" width="1200" height="900"></iframe>"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def item(exported: Callable[[str], Path]) -> zipfile.ZipFile:
    return zipfile.ZipFile(exported("scorm"))


@pytest.fixture
def platform(open_page: Any, item: zipfile.ZipFile, tmp_path: Path) -> Iterator[Any]:
    """Open a page of a learning platform that shows the item."""
    if not PLATFORM.is_file():
        pytest.skip("scorm-again is not installed: npm install --no-save scorm-again")
    item.extractall(tmp_path / "item")
    (tmp_path / PLATFORM.name).write_bytes(PLATFORM.read_bytes())
    (tmp_path / "index.html").write_text(PAGE)
    with served(tmp_path) as address:
        yield open_page(f"{address}/index.html", viewport={"width": 1280, "height": 1000})


def learner(platform: Any) -> Any:
    """Return the page as the learner sees it, once it has begun."""
    until(lambda: "LMSInitialize" in platform.evaluate("calls"))
    return ready(platform.frame_locator("iframe"))


def told(platform: Any) -> dict[str, Any]:
    """Return what the platform has been told."""
    return dict(platform.evaluate("({...API.cmi.core.toJSON(), score: API.cmi.core.score.toJSON()})"))


def step_to_the_question(page: Any) -> None:
    for _ in range(2):
        page.get_by_role("button", name="Next step").click()


def answer(platform: Any, given: str) -> None:
    """Step to the question and answer it, and once more if that was wrong."""
    page = learner(platform)
    step_to_the_question(page)
    page.get_by_label("Your answer").fill(given)
    for _ in range(2):
        if page.get_by_role("button", name="Check").is_visible():
            page.get_by_role("button", name="Check").click()


def leave(platform: Any) -> None:
    """Take the item away, as a platform does when the learner goes on."""
    platform.evaluate("document.querySelector('iframe').remove()")
    until(lambda: "LMSFinish" in platform.evaluate("calls"))


def test_the_right_answer_gives_the_score_and_a_later_visit_takes_nothing_of_it_away(platform: Any) -> None:
    learner(platform)
    assert platform.evaluate("API.isInitialized()")
    assert told(platform)["lesson_status"] == "incomplete"
    assert told(platform)["score"]["raw"] == ""
    answer(platform, "8")
    assert told(platform)["score"] == {"raw": "100", "min": "0", "max": "100"}
    assert platform.evaluate("calls").count("LMSCommit") == 2
    leave(platform)
    kept = {key: told(platform)[key] for key in ("lesson_status", "score")}
    platform.evaluate("kept => { location.hash = encodeURIComponent(JSON.stringify(kept)); }", {"core": kept})
    platform.reload()
    answer(platform, "9")
    assert told(platform)["score"]["raw"] == "100"


def test_a_wrong_answer_gives_no_score_and_leaving_says_how_long_the_session_was(platform: Any) -> None:
    page = learner(platform)
    platform.wait_for_timeout(1500)
    assert time(page) == 0
    answer(platform, "9")
    assert told(platform)["score"] == {"raw": "0", "min": "0", "max": "100"}
    assert platform.evaluate("calls").count("LMSCommit") == 2
    leave(platform)
    assert platform.evaluate("API.isTerminated()")
    hours, minutes, seconds = told(platform)["session_time"].split(":")
    assert (hours, minutes) == ("00", "00")
    assert 1 <= int(seconds) <= 20


def test_who_watches_to_the_end_has_completed_it(platform: Any) -> None:
    page = learner(platform)
    page.get_by_role("button", name="Play").first.click()
    elapse(page, 60)
    page.get_by_role("button", name="Continue without answering").click()
    assert told(platform)["lesson_status"] == "incomplete"
    elapse(page, 60)
    until(lambda: told(platform)["lesson_status"] == "completed")


def test_the_manifest_names_one_item_and_all_its_files(item: zipfile.ZipFile) -> None:
    manifest = XML.fromstring(item.read("imsmanifest.xml"))
    assert [child.tag for child in manifest] == [PACKAGE + tag for tag in ("metadata", "organizations", "resources")]
    assert manifest.findtext(f"{PACKAGE}metadata/{PACKAGE}schema") == "ADL SCORM"
    assert manifest.findtext(f"{PACKAGE}metadata/{PACKAGE}schemaversion") == "1.2"
    (course,) = manifest.findall(f"{PACKAGE}organizations/{PACKAGE}organization")
    assert manifest.find(f"{PACKAGE}organizations").attrib == {"default": course.get("identifier")}
    (entry,) = course.findall(f"{PACKAGE}item")
    assert course.findtext(f"{PACKAGE}title") == entry.findtext(f"{PACKAGE}title") == "Max pool"
    (resource,) = manifest.findall(f"{PACKAGE}resources/{PACKAGE}resource")
    assert entry.get("identifierref") == resource.get("identifier")
    assert (resource.get(f"{SCORM}scormtype"), resource.get("href")) == ("sco", "index.html")
    files = [file.get("href") for file in resource.findall(f"{PACKAGE}file")]
    assert sorted([*files, "imsmanifest.xml"]) == sorted(item.namelist())


def test_hostile_texts_are_texts_and_the_page_works_where_no_platform_is(
    hostile: Path, open_page: Callable[..., Any], tmp_path: Path
) -> None:
    item = zipfile.ZipFile(export(hostile, "scorm"))
    title = XML.fromstring(item.read("imsmanifest.xml")).findtext(f".//{PACKAGE}item/{PACKAGE}title")
    assert title == HOSTILE
    item.extractall(tmp_path / "item")
    page = open_page(tmp_path / "item" / "index.html")
    assert page.get_by_role("heading", level=1).inner_text() == " ".join(HOSTILE.split())
    step_to_the_question(page)
    assert page.get_by_label("Your answer").is_visible()
