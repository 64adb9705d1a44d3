"""A project that has one of everything, with texts in it that would break a careless page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from browser.conftest import EMOJI, HEAD
from muster.chains.sample import sample, surroundings
from muster.prompts.contracts import DEFAULT_PACK, default_pack
from muster.settings import ChainSettings
from repositories import write
from test_packet_pages import anchor, packet
from test_prompt_pages import PROMPT, REGISTRY, SPEC_ID

MKDOCS = """\
site_name: Whole
docs_dir: specs
theme:
  name: material
  language: en
  font: false
  features: [content.code.copy, navigation.indexes, navigation.prune, navigation.sections, navigation.top]
  palette:
    - media: "(prefers-color-scheme: light)"
      scheme: default
      primary: indigo
      toggle: {icon: material/weather-night, name: Switch to dark mode}
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      primary: indigo
      toggle: {icon: material/weather-sunny, name: Switch to light mode}
plugins: [search, muster-specs, muster-compliance]
markdown_extensions: [admonition, attr_list, tables, pymdownx.details, pymdownx.superfences, toc: {permalink: true}]
"""
HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'><svg onload='window.hacked = 1'></svg>"
    "<iframe src='javascript:parent.hacked = 1'></iframe><style>body {display: none}</style></td></table></div>"
    "</details></code></pre> [go](javascript:window.hacked=1) {{ 7 * 7 }} {% raw %} ${window.hacked=1} `*_~|"
)
LONG = "x" * 100_000
SPEC = f"""\
---
elicitation: queue/elicitation.md
---
# Queue

{HEAD}## Order

- [Q-1001] It MUST run `first` things first.
- [Q-1002] It MUST NOT stop while a lease is held.
- [Q-1003] It SHOULD say how long it is.
- [Q-1004] It MUST go on, as all others do, with words enough that a line of them is wider than any phone or a desk is.
- [Q-1010] It MAY sing.
"""
EVERY_MARKDOWN = """\
- [H-1008] It MUST bear **bold**, *italic*, ~~struck~~, `code`, ![an image](none.png), <https://example.org>,
  a table in `|` pipes, &lt;entities&gt;, a footnote[^1] and H~2~O.

    > A quote, and

    ```python
    def queue(): ...
    ```

    1. one
    2. two
        - three

    | a | b |
    | - | - |
    | 1 | 2 |

"""
FILES = {
    "mkdocs.yml": MKDOCS,
    "muster.toml": '[trace]\nresults = ["junit.xml"]\n[prompts]\nregistry = "capabilities.yaml"\n'
    '[links]\nrepository = "https://git.example/queue"\n',
    "specs/index.md": "# Home\n\nThe queue obeys [Q-1002] always.\n",
    "specs/10-queue.md": SPEC,
    "specs/20-hostile.md": f"""\
# Hostile {HOSTILE} &amp;

{HEAD}- [H-1001] It MUST show {HOSTILE} as text.
- [H-1002] It MUST show `{HOSTILE.replace("`", "")}` as text.
- [H-1003] הדרישה MUST לקרוא מימין לשמאל, كذلك هنا. {EMOJI} stay whole.
- [H-1004] It MUST bear {LONG}.
- [H-1005] It MUST bear {"many words " * 9_000}.
- [H-1006] It must follow no [link](javascript:window.hacked=1), and {{{{ config }}}} is SHOULD.
- [H-1007] It SHOULD be \u202egnp.exe

{EVERY_MARKDOWN}""",
    "specs/30-long.md": f"# Long {'title ' * 40}{'y' * 500}\n\n{HEAD}- [L-1001] It MUST end.\n",
    "specs/queue/elicitation.md": f"---\nspec_id: {SPEC_ID}\nready_for_planning: true\n---\n",
    "specs/queue/objective-contract.json": f'{{"spec_id": "{SPEC_ID}"}}\n',
    "capabilities.yaml": REGISTRY,
    f"assets/spec_prompt_packs/{DEFAULT_PACK}.json": default_pack().decode(),
    "prompts/queue.md": PROMPT,
    "src/queue.py": '"""The queue."""\n\n\ndef first():\n    """implements: Q-1001, Q-1002, Q-1004"""\n',
    "src/<img src=x onerror=hacked=1>.py": '"""implements: H-1001"""\n',
    "tests/test_queue.py": (
        "# verifies: Q-1001\ndef test_first():\n    pass\n\n\n# verifies: Q-1004\ndef test_second():\n    pass\n"
    ),
    "junit.xml": (
        '<testsuite><testcase classname="tests.test_queue" name="test_first"/>'
        '<testcase classname="tests.test_queue" name="test_second"><failure message="no"/></testcase></testsuite>'
    ),
    "requirements/waivers.yaml": (
        "- {requirement: Q-1003, rule: TRC, reason: '<script>window.hacked = 1</script>', owner: Ada, "
        "expires: 2999-01-31}\n"
    ),
    "packets/WP-1-Queue-v1.md": packet(anchor((9, 14), "- [Q-1001] It MUST run\n", "Order"), spec=SPEC),
    **{
        f"chains/001-open/{name}": f"{text}\n{HOSTILE}\n" if number == 2 else text
        for number, (name, text) in enumerate(sample(ChainSettings()).items())
        if number < 6
    },
    **surroundings(ChainSettings()),
}
OWN_HTML = "20-hostile/"  # the one page on which HTML of a document takes effect: Markdown lets its author write it
DRAWERS = ("Q-1002", "Q-1003", "H-1001", "H-1004")  # suspect; waived; hostile; without end
COMPILE = ("prompt", "compile", "--at", "2026-11-27T10:00:00Z")


def build_whole(root: Path) -> None:
    """Write it, let its runs and compiles happen, change a requirement that was reviewed, and build its site."""
    (root / ".git").mkdir()
    write(root, FILES)
    for arguments in (
        ("sync",),
        ("review", "--all"),
        (*COMPILE, "--set", f"PROMPT_TEXT={HOSTILE}", "--capsule", "requirement:Q-1001", "--spec", "specs/10-queue.md"),
        ("run", "--task", "docs", "--", sys.executable, "-c", "pass"),
        ("run", "--task", "backup", "--", sys.executable, "-c", "raise SystemExit(3)"),
        ("check",),
    ):
        call(root, "muster", *arguments)
    write(root, {"specs/10-queue.md": SPEC.replace("while a lease", "when no lease")})
    assert call(root, "muster", "sync") == 0
    call(root, "muster", "check")
    assert call(root, "mkdocs", "build") == 0


def call(root: Path, module: str, *arguments: str) -> int:
    """The exit status of a command, which tells what went wrong."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    sys.stderr.write(f"{module} {' '.join(arguments)[:80]}: {done.returncode} {done.stderr[-600:]}\n")
    return done.returncode


_HOME = {"mkdocs.yml": MKDOCS.replace("muster-compliance]", "muster-compliance: {rules: false}]"), "muster.toml": ""}
SMALL = {
    "no specs": {"specs/index.md": "# Home\n"},
    "no requirements": {"specs/index.md": "# Home\n", "specs/10-queue.md": f"# Queue\n\n{HEAD}It is a queue.\n"},
    "no runs and one requirement": {
        "specs/index.md": "# Home\n\n[Q-1]\n",
        "specs/10-queue.md": f"# Queue\n\n{HEAD}- [Q-1] It MUST run.\n",
    },
}
_BUILD = """
import os, sys
from pathlib import Path
from mkdocs.commands.build import build
from mkdocs.config import load_config
from muster.workspace import check, sync
for folder in sys.argv[1:]:
    os.chdir(folder)
    sync(Path(folder), check(Path(folder)))
    build(load_config("mkdocs.yml"))
"""


def build_small(root: Path) -> dict[str, Path]:
    """The sites of projects that have next to nothing, all made by one process."""
    folders = {name: root / name.replace(" ", "-") for name in SMALL}
    for name, folder in folders.items():
        (folder / ".git").mkdir(parents=True)
        write(folder, {**_HOME, **SMALL[name]})
    command = [sys.executable, "-W", "ignore", "-c", _BUILD, *map(str, folders.values())]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name: folder / "site" for name, folder in folders.items()}
