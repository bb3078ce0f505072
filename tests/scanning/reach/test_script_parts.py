"""What only a script run evaluates is nobody's setting: flow runs import the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from envlift.inventory import Standing
from envlift.scanning.repository import scan_repository

MakeRepository = Callable[[Mapping[str, str]], Path]
FLOW = "import os\nfrom prefect import flow\n@flow\ndef etl(): ...\n"
GUARD = "if __name__ == '__main__':\n"


def standing(make_repository: MakeRepository, text: str, **files: str) -> Standing:
    others = {f"{name}.py": content for name, content in files.items()}
    root = make_repository({"etl.py": FLOW + text, **others})
    (site,) = (s for s in scan_repository(root).sites if s.name == "A")
    return site.standing


@pytest.mark.parametrize(
    "text",
    [
        GUARD + "    etl(os.environ['A'])\n",
        "if '__main__' == __name__:\n    pass\n" + GUARD + "    x = os.environ['A']\n",
        "def main():\n    etl(os.environ['A'])\n" + GUARD + "    main()\n",
        "async def main():\n    etl(os.environ['A'])\n" + GUARD + "    run(main())\n",
        "REPO = os.getenv('A')\n" + GUARD + "    etl.from_source(REPO).deploy('x', work_pool_name='p')\n",
        "REPO = os.environ.get('A', 'x')\ndef main():\n    use(REPO)\n" + GUARD + "    main()\n",
    ],
)
def test_what_a_script_run_alone_evaluates(make_repository: MakeRepository, text: str) -> None:
    assert standing(make_repository, text) is Standing.SCRIPT_ONLY


@pytest.mark.parametrize(
    "text",
    [
        "x = os.environ['A']\n" + GUARD + "    etl()\n",
        # an import fails without it
        "x = os.environ['A']\n" + GUARD + "    etl(x)\n",
        "x = os.getenv('A')\ndef helper():\n    return x\n" + GUARD + "    etl(x)\n",
        "x = os.getenv('A')\n",
        "def helper():\n    return os.environ['A']\nother = helper\n" + GUARD + "    helper()\n",
        "from prefect import task\n@task\ndef main():\n    return os.environ['A']\n" + GUARD + "    main()\n",
        "def main():\n    return os.environ['A']\n",
        "if __name__ != '__main__':\n    x = os.environ['A']\n",
        "__all__ = ['main']\ndef main():\n    return os.environ['A']\n" + GUARD + "    main()\n",
    ],
)
def test_what_a_flow_run_evaluates_too(make_repository: MakeRepository, text: str) -> None:
    assert standing(make_repository, text) is Standing.OPEN


@pytest.mark.parametrize(
    "statement", ["from etl import main\nimport os\nos.getenv('B')\n", "import etl\nfrom prefect import flow\n"]
)
def test_a_main_function_that_another_file_may_call(make_repository: MakeRepository, statement: str) -> None:
    text = "def main():\n    return os.environ['A']\n" + GUARD + "    main()\n"
    assert standing(make_repository, text, other=statement) is Standing.OPEN


def test_a_function_for_scripts_stays_one_where_others_import_its_neighbours(make_repository: MakeRepository) -> None:
    helpers = "import os\ndef connect(): ...\ndef store():\n    save(os.environ['A'])\n" + GUARD + "    store()\n"
    flow = "from prefect import flow\nfrom lib.db import connect\n@flow\ndef etl():\n    connect()\n"
    root = make_repository({"lib/db.py": helpers, "jobs.py": flow})
    (site,) = scan_repository(root).sites
    assert site.standing is Standing.SCRIPT_ONLY


@pytest.mark.parametrize("statement", ["from lib import db", "import lib.db", "import lib", "from lib.db import *"])
def test_a_function_for_scripts_is_open_where_its_module_is_taken_whole(
    make_repository: MakeRepository, statement: str
) -> None:
    helpers = "import os\ndef connect(): ...\ndef store():\n    save(os.environ['A'])\n" + GUARD + "    store()\n"
    flow = f"from prefect import flow\n{statement}\n@flow\ndef etl(): ...\n"
    root = make_repository({"lib/__init__.py": "", "lib/db.py": helpers, "jobs.py": flow})
    (site,) = scan_repository(root).sites
    assert site.standing is Standing.OPEN


def test_a_variable_of_a_function_for_scripts_that_a_flow_imports_is_open(make_repository: MakeRepository) -> None:
    helpers = "import os\nPLACE = os.getenv('A')\ndef connect():\n    use(PLACE)\n" + GUARD + "    connect()\n"
    flow = "from prefect import flow\nfrom lib.db import connect\n@flow\ndef etl():\n    connect()\n"
    root = make_repository({"lib/db.py": helpers, "jobs.py": flow})
    (site,) = scan_repository(root).sites
    assert site.standing is Standing.OPEN


@pytest.mark.parametrize("text", ["import etl\n", "from etl import REPO\n"])
def test_a_variable_that_another_file_may_take_is_open(make_repository: MakeRepository, text: str) -> None:
    own = "REPO = os.getenv('A')\n" + GUARD + "    etl(REPO)\n"
    assert standing(make_repository, own, other=text) is Standing.OPEN
