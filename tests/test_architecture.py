"""The order of the house is a test: who may import whom, and how large a thing may grow."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = [
    "core", "accounts", "branches", "grids", "customers", "labels", "consent", "segments",
    "ledger", "events", "outcomes", "maps", "exports", "web",
]  # fmt: skip
ASSEMBLY = {"app.py", "cli.py", "__init__.py", "__main__.py"}
"""Where the parts are put together: the only files that stand outside the order."""

PRODUCT = sorted(
    p for folder in ("gridcrm", "geo") for p in (ROOT / folder).rglob("*.py") if "static" not in p.parts
)  # fmt: skip
DOMAIN_FILES = [p for p in (ROOT / "gridcrm").rglob("*.py") if p.parent != ROOT / "gridcrm"]
GEO_FILES = sorted((ROOT / "geo").rglob("*.py"))
WEB_FREE = {"models.py", "rules.py", "queries.py", "service.py"}

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MEDIAN_FUNCTION = 8
MOST_PUBLIC_VERBS = 10


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    froms = [n for n in nodes if isinstance(n, ast.ImportFrom)]
    plain = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    return plain | {f"{n.module}.{a.name}" for n in froms for a in n.names}


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_every_domain_has_its_place_in_the_order():
    folders = {p.name for p in (ROOT / "gridcrm").iterdir() if (p / "__init__.py").exists()}
    assert folders == set(ORDER)


@pytest.mark.parametrize("path", DOMAIN_FILES, ids=name)
def test_domains_import_only_to_their_left(path: Path):
    domain = path.relative_to(ROOT / "gridcrm").parts[0]
    allowed = set(ORDER[: ORDER.index(domain) + 1])
    found = {n.split(".")[1] for n in imported(path) if n.startswith("gridcrm.")}
    assert found - {"__version__"} <= allowed


def test_nothing_stands_beside_the_domains_but_the_assembly():
    assert {p.name for p in (ROOT / "gridcrm").glob("*.py")} == ASSEMBLY


@pytest.mark.parametrize("path", GEO_FILES, ids=name)
def test_geo_knows_nothing_of_web_or_database(path: Path):
    roots = {n.split(".")[0] for n in imported(path)}
    assert not roots & {"gridcrm", "litestar", "sqlmodel", "sqlalchemy", "os", "datetime"}


def test_folium_stands_behind_one_file():
    users = [name(p) for p in PRODUCT if any(n.split(".")[0] == "folium" for n in imported(p))]
    assert users == ["geo/render/folium_map.py"]


@pytest.mark.parametrize("path", [p for p in DOMAIN_FILES if p.name in WEB_FREE], ids=name)
def test_tables_rules_queries_and_services_know_no_http(path: Path):
    assert not {n.split(".")[0] for n in imported(path)} & {"litestar", "jinja2"}


@pytest.mark.parametrize("path", [p for p in DOMAIN_FILES if p.name == "rules.py"], ids=name)
def test_rules_are_pure(path: Path):
    roots = {n.split(".")[0] for n in imported(path)}
    assert not roots & {"sqlalchemy", "litestar", "os", "asyncio"}
    assert "datetime.now" not in path.read_text()


@pytest.mark.parametrize("path", [p for p in DOMAIN_FILES if p.name == "service.py"], ids=name)
def test_no_service_commits(path: Path):
    assert ".commit(" not in path.read_text()


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_nothing_that_sqlmodel_passes_over_in_silence(path: Path):
    calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
    fields = [n for n in calls if ast.unparse(n.func).endswith("Field")]
    unchecked = [n for n in fields if "regex" in {k.arg for k in n.keywords}]
    methods = {n.func.attr for n in calls if isinstance(n.func, ast.Attribute)}
    assert unchecked == []  # a pattern is checked by a validator
    assert "add_columns" not in methods  # `session.exec` would read the first column alone


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_files_and_functions_stay_small(path: Path):
    assert path.read_text().count("\n") <= LONGEST_FILE
    too_long = {f.name: length(f) for f in functions(path) if length(f) > LONGEST_FUNCTION}
    assert too_long == {}


@pytest.mark.parametrize(
    "path", [p for p in PRODUCT if p.name not in {"models.py", "__init__.py"}], ids=name
)
def test_modules_offer_few_public_verbs(path: Path):
    tree = ast.parse(path.read_text())
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    public = [n.name for n in tree.body if isinstance(n, kinds) and not n.name.startswith("_")]
    assert len(public) <= MOST_PUBLIC_VERBS or path.name in {"queries.py", "service.py"}


def test_the_median_function_is_short():
    lengths = sorted(length(f) for p in PRODUCT for f in functions(p))
    assert lengths[len(lengths) // 2] <= MEDIAN_FUNCTION


def test_no_lock_names_a_place_to_download_from():
    for lock in ("requirements.lock", "package-lock.json"):
        text = (ROOT / lock).read_text()
        assert '"resolved"' not in text
        assert "--index-url" not in text
