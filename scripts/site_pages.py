"""The pages of the site that nobody writes by hand: a hook of MkDocs, which `make docs` runs.

Every scene's options come from its spec, the commands from the command line, the API from what the packages name in
`__all__`. README, CONTRIBUTING, CHANGELOG and the classifier's card are pages, too, and links between files of the
house become links between pages. A page that would load something from elsewhere ends the build.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from inspect import cleandoc
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import cast

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import cnn_core
from cnnreel.cli.main import main, scene_command
from cnnreel.cli.program import ExampleCommand, SceneGroup
from scenes.catalog import SCENES
from scenes.specs import SceneSpec

_HOUSE = Path(__file__).parents[1]
_PAGES: Mapping[str, str] = MappingProxyType(
    {
        "README.md": "index.md",
        "CHANGELOG.md": "changelog.md",
        "CONTRIBUTING.md": "contributing.md",
        "cnn_core/data/digits.md": "digits.md",
        "docs/decisions": "decisions/index.md",
    }
)
"""Files and folders that are pages of the site, though they do not lie in `docs`."""
_LINK = re.compile(r"\]\(([^)#:\s]+)(#[^)\s]*)?\)")
_ELSEWHERE = re.compile(r"<(?:script|img|iframe|video|source)[^>]*\bsrc=[\"']?(?:https?:)?//|<link[^>]*rel=[\"']?"
                        r"(?:stylesheet|preconnect|icon|preload)[^>]*href=[\"']?(?:https?:)?//")  # fmt: skip
_NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "scenes": {
            "scenes.catalog": ("SCENES", "find", "Catalog"),
            "scenes.specs.base": ("SceneSpec",),
            "scenes.specs.walk": ("WalkSpec", "Stop"),
            "scenes.language": ("say", "say_many", "listed", "number"),
            "scenes.rehearsal": ("rehearse",),
            "scenes.timeline": ("Timeline", "Beat", "Shown", "Pointer", "Sentence"),
        },
        "cnnreel": {
            "cnnreel.play.notebook": ("clip", "NotebookClip"),
            "cnnreel.work.filming": ("film",),
            "cnnreel.work.clip": ("Clip", "Output"),
            "cnnreel.film.recorder": ("record_film", "Recording"),
            "cnnreel.pytest_plugin": ("play_scene", "play_lesson", "PlayedScene"),
        },
    }
)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for uri, text in pages():
        files.append(File.generated(config, uri, content=text))
    nav = config.nav or []
    nav[-1]["Decisions"] = ["decisions/index.md", *sorted(f.src_uri for f in files if is_decision(f.src_uri))]
    nav[2]["Scenes"][1:1] = [{"Options of each scene": [{name: f"options/{name}.md"} for name in SCENES]}]
    return files


def is_decision(uri: str) -> bool:
    """Tell whether a page is a decision, and not their list."""
    return re.match(r"decisions/\d+", uri) is not None


def pages() -> Iterator[tuple[str, str]]:
    """Give every page that is made, and its text."""
    for source, uri in _PAGES.items():
        if (_HOUSE / source).is_file():
            yield uri, (_HOUSE / source).read_text(encoding="utf-8")
    yield "decisions/index.md", decisions()
    yield "commands.md", commands()
    yield "api/cnn_core.md", api("cnn_core", core_names())
    for package, names in _NAMES.items():
        yield f"api/{package}.md", api(package, names)
    for spec in SCENES.values():
        yield f"options/{spec.name}.md", options_page(spec)


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links lead to pages, and let pages that name scenes lead to their options."""
    uri = page.file.src_uri
    source = {page: source for source, page in _PAGES.items()}.get(uri, f"docs/{uri}")

    def lead(link: re.Match[str]) -> str:
        there = os.path.normpath(PurePosixPath(source).parent / link[1])
        if there not in _PAGES and not there.startswith("docs/"):
            raise PluginError(f"{source} links to {link[1]}, which is no page of the site.")
        target = _PAGES.get(there, there.removeprefix("docs/"))
        return f"]({os.path.relpath(target, PurePosixPath(uri).parent)}{link[2] or ''})"

    if (_HOUSE / source).is_file():
        markdown = _LINK.sub(lead, markdown)
    if uri == "scenes.md":
        markdown = re.sub(r"^\| `([\w-]+)` \|", r"| [`\1`](options/\1.md) |", markdown, flags=re.MULTILINE)
    return markdown


def on_post_build(*, config: MkDocsConfig) -> None:
    """Refuse a site that needs a network to be read."""
    for file in Path(config.site_dir).rglob("*.html"):
        found = _ELSEWHERE.search(file.read_text(encoding="utf-8"))
        if found:
            raise PluginError(f"{file} loads something from elsewhere: {found[0]}.")


def decisions() -> str:
    """Return the list of the decisions, each by its own title."""
    files = sorted((_HOUSE / "docs" / "decisions").glob("*.md"))
    titles = [(file.name, file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")) for file in files]
    lines = "\n".join(f"- [{title}]({name})" for name, title in titles)
    return f"# Why things are as they are\n\nChoices that would puzzle a newcomer.\n\n{lines}\n"


def options_page(spec: type[SceneSpec]) -> str:
    """Return the page of a scene: its picture, an example, and every option."""
    command = scene_command(spec)
    own = [one for one in command.params if one.name in spec.model_fields and one.name not in SceneSpec.model_fields]
    look = [one for one in command.params if one.name in SceneSpec.model_fields]
    parts = [
        f"# {spec.name}\n\n{spec.summary}",
        f"![{spec.name}](../gallery/{spec.name}.webp)",
        "For example:",
        f"```sh\npython render.py scene {spec.name} {spec.example}".rstrip() + "\n```",
        f"In lessons, `{spec.name}` is the `scene`, and options are keys: `--kernel-size 3` is `kernel_size = 3`.",
        *(["## What is filmed", listing(command, own)] if own else []),
        *([f"Other names: {', '.join(f'`{a}` for `{b}`' for a, b in spec.aliases.items())}."] if spec.aliases else []),
        *("## How it looks", listing(command, look)),
        "How it is filmed, and into which files, is said in [the commands](../commands.md#scene).",
    ]
    return "\n\n".join(parts) + "\n"


def commands() -> str:
    """Return the page of the command line."""
    context = click.Context(main, info_name="python render.py")
    found = cast("dict[str, ExampleCommand]", main.commands)
    sections = [command_section(found[name], name, context) for name in main.list_commands(context)]
    return (
        "# The command line\n\nWhere cnnreel is installed, `cnnreel` stands for `python render.py`. An error is one "
        f"sentence; the exit status is then 2 for a wrong input and 1 otherwise.\n\n{click_text(main.help)}\n\n"
        + listing(main, main.params)
        + "\n\n"
        + "\n\n".join(sections)
        + "\n"
    )


def command_section(command: ExampleCommand, name: str, parent: click.Context) -> str:
    """Return the section of a command."""
    context = click.Context(command, parent=parent, info_name=name)
    options = scene_options(command, context) if isinstance(command, SceneGroup) else listing(command, command.params)
    usage = command.get_usage(context).removeprefix("Usage: ")
    example = f"{context.command_path} {command.example}".rstrip()
    parts = (f"## {name}", f"```text\n{usage}\n```", click_text(command.help), options, f"```sh\n{example}\n```")
    return "\n\n".join(parts)


def scene_options(group: SceneGroup, context: click.Context) -> str:
    """Return what stands behind every scene's name, and what behind those of some scenes alone."""
    parts = ["Behind the scene's name stand [its own options](scenes.md), and these:"]
    known: set[str | None] = set()
    for spec in SCENES.values():
        command = group.get_command(context, spec.name)
        more = [one for one in command.params if one.name not in known and one.name not in spec.model_fields]
        parts += [f"With `{spec.name}` alone:"] if known and more else []
        parts += [listing(command, more)] if more else []
        known |= {one.name for one in more}
    return "\n\n".join(parts)


def listing(command: click.Command, params: list[click.Parameter]) -> str:
    """Return options as a list, each as `--help` shows it."""
    records = [one.get_help_record(click.Context(command)) for one in params]
    return "\n".join(f"- `{name}`\n  {click_text(said)}" for name, said in filter(None, records))


def click_text(text: str | None) -> str:
    """Return a help text as Markdown in which nothing is markup."""
    return re.sub(r"([\\`*_\[\]#])", r"\\\1", cleandoc(text or "")).replace("<", "&lt;")


def core_names() -> dict[str, tuple[str, ...]]:
    """Return what `cnn_core` names, by the module where it is defined."""
    found: dict[str, list[str]] = {}
    for name in cnn_core.__all__:
        module = getattr(getattr(cnn_core, name), "__module__", None)
        found.setdefault(module if module and module.startswith("cnn_core") else "cnn_core.trace", []).append(name)
    found["cnn_core.notation"] = ["plain", "spoken"]
    found["cnn_core.errors"] = ["CnnreelError", "InputError", "ShapeError"]
    return {module: tuple(sorted(names, key=lambda name: name[0].isupper())) for module, names in sorted(found.items())}


def api(package: str, names: Mapping[str, tuple[str, ...]]) -> str:
    """Return a page of the API; what is said of each name comes from its docstring."""
    parts = [f"# {package}"]
    for module, public in names.items():
        parts.append(f"## {module}")
        parts += [f"::: {module}.{name}" for name in public]
    return "\n\n".join(parts) + "\n"
