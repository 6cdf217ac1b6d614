"""A course item for learning platforms: SCORM 1.2, with completion and the questions' score."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as XML

from cnnreel.play.embeddable import Embeddable
from cnnreel.play.page.html import Page, as_html
from cnnreel.play.page.writing import FONT_FILES, films_of

__all__ = []

ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The time that all files inside have, so that equal items are equal bytes."""
NAMESPACES = {
    "xmlns": "http://www.imsproject.org/xsd/imscp_rootv1p1p2",
    "xmlns:adlcp": "http://www.adlnet.org/xsd/adlcp_rootv1p2",
}


def write(film: Embeddable, path: Path) -> None:
    """Write the item: its manifest, the page, and what the page needs."""
    page = Page(film.title, film.video["file"], film.parts)
    films = films_of(film.parts, [film.folder])
    adapter = (Path(__file__).parent / "scorm.js").read_text(encoding="utf-8")
    files = dict(needed(film, page))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as item:
        add_file(item, "imsmanifest.xml", manifest(film, ["index.html", *files]))
        add_file(item, "index.html", as_html(page, films, files={page.video: ""}, also=adapter).encode())
        for name, file in files.items():
            add_file(item, name, file.read_bytes())


def needed(film: Embeddable, page: Page) -> Iterator[tuple[str, Path]]:
    """Give the files that lie beside the page: the video and its poster, and the fonts."""
    for name in (page.video, page.poster):
        yield name, film.folder / name
    yield from FONT_FILES.items()


def add_file(item: zipfile.ZipFile, name: str, content: bytes) -> None:
    item.writestr(zipfile.ZipInfo(name, ALWAYS), content, zipfile.ZIP_DEFLATED)


def manifest(film: Embeddable, files: list[str]) -> bytes:
    """Describe the item, as SCORM 1.2 (Content Aggregation Model, 2.3) wants it."""
    root = XML.Element("manifest", {"identifier": f"cnnreel-{film.name}", "version": "1.0", **NAMESPACES})
    about = XML.SubElement(root, "metadata")
    XML.SubElement(about, "schema").text = "ADL SCORM"
    XML.SubElement(about, "schemaversion").text = "1.2"
    organizations = XML.SubElement(root, "organizations", {"default": "course"})
    course = XML.SubElement(organizations, "organization", {"identifier": "course"})
    XML.SubElement(course, "title").text = film.title
    entry = XML.SubElement(course, "item", {"identifier": "film", "identifierref": "page", "isvisible": "true"})
    XML.SubElement(entry, "title").text = film.title
    kind = {"identifier": "page", "type": "webcontent", "adlcp:scormtype": "sco", "href": "index.html"}
    resource = XML.SubElement(XML.SubElement(root, "resources"), "resource", kind)
    for file in files:
        XML.SubElement(resource, "file", {"href": quote(file)})
    XML.indent(root)
    found: bytes = XML.tostring(root, encoding="utf-8", xml_declaration=True)
    return found
