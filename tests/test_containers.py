"""The container files, read as an engine would; `make wheel` plays their steps."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gridcrm.core.settings import SETTINGS

DOCKER = Path(__file__).parent.parent / "docker"


def rehearse() -> Any:
    spec = importlib.util.spec_from_file_location("rehearse", DOCKER / "rehearse.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["rehearse"] = module
    spec.loader.exec_module(module)
    return module


STAGES = rehearse().stages((DOCKER / "Dockerfile").read_text())
COMPOSE = {p.name: yaml.safe_load(p.read_text()) for p in DOCKER.glob("compose*.yaml")}
APPS = [
    pytest.param(service, id=f"{name}:{key}")
    for name, file in COMPOSE.items()
    for key, service in file["services"].items()
    if "build" in service
]


def test_the_image_runs_as_an_ordinary_user_and_says_whether_it_is_healthy():
    last = STAGES[-1]
    assert last.all("USER") == ["gridcrm"]
    assert "/healthz" in last.all("HEALTHCHECK")[0]


def test_node_and_the_build_tools_stay_out_of_the_last_stage():
    assert len(STAGES) == 3
    assert [c for c in STAGES[-1].all("COPY") if "node" in c] == []


def test_everything_the_image_copies_is_there():
    for stage in STAGES:
        for rest in stage.all("COPY"):
            names = [] if rest.startswith("--from") else rest.split()[:-1]
            assert [n for n in names if not (DOCKER.parent / n).exists()] == []


@pytest.mark.parametrize("service", APPS)
def test_an_app_service_may_write_nowhere_else_and_gain_no_rights(service: dict[str, Any]):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", COMPOSE)
def test_ports_are_published_on_the_loopback_only(name: str):
    ports = [p for s in COMPOSE[name]["services"].values() for p in s.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("service", APPS)
def test_an_app_service_sets_only_settings_that_exist(service: dict[str, Any]):
    ours = {name for name in service["environment"] if name.startswith("GRIDCRM_")}
    assert ours - {"GRIDCRM_MIGRATE"} <= set(SETTINGS)


def test_behind_nginx_each_asker_has_limits_of_their_own_and_can_not_choose_another_address():
    app = COMPOSE["compose.postgres.yaml"]["services"]["app"]
    assert "ports" not in app
    assert app["environment"]["FORWARDED_ALLOW_IPS"] == "*"
    nginx = (DOCKER / "nginx.conf").read_text()
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx


def test_every_variable_of_the_compose_files_stands_in_the_example():
    example = (DOCKER / "example.env").read_text()
    for path in DOCKER.glob("compose*.yaml"):
        for name in re.findall(r"\${(\w+)", path.read_text()):
            assert f"{name}=" in example


def test_several_processes_share_one_database_and_one_migrates_first():
    services = COMPOSE["compose.postgres.yaml"]["services"]
    assert services["app"]["deploy"]["replicas"] > 1
    assert services["app"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["app"]["environment"]["GRIDCRM_MIGRATE"] == "0"
    assert services["app"]["environment"]["GRIDCRM_DATABASE_URL"].startswith("postgresql+asyncpg:")


@pytest.mark.parametrize(("migrate", "expected"), [("1", ["upgrade", "serve"]), ("0", ["serve"])])
def test_the_entrypoint_migrates_unless_told_otherwise(
    tmp_path: Path, migrate: str, expected: list[str]
):
    fake, log = tmp_path / "gridcrm", tmp_path / "log"
    fake.write_text(f'#!/bin/sh\necho "$1" >> {log}\n')
    fake.chmod(0o755)
    subprocess.run(
        [DOCKER / "entrypoint.sh", "serve"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "GRIDCRM_MIGRATE": migrate},
        check=True,
    )
    assert log.read_text().split() == expected


def test_nginx_has_balanced_blocks_and_passes_the_host_on():
    text = re.sub(r"#.*", "", (DOCKER / "nginx.conf").read_text())
    assert text.count("{") == text.count("}")
    assert "proxy_set_header Host $http_host;" in text


def test_nginx_keeps_no_log_of_what_people_look_for():
    text = (DOCKER / "nginx.conf").read_text()
    assert re.findall(r"access_log (.+);", text) == ["/dev/stdout discreet"]
    (logged,) = re.findall(r"log_format discreet '(.+)';", text)
    assert set(re.findall(r"\$(\w+)", logged)) == {
        "remote_addr", "time_iso8601", "request_method", "address", "status", "body_bytes_sent",
    }  # fmt: skip
