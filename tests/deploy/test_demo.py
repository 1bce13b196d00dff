"""`make demo` before and around its processes: what it refuses, what it redoes, what it starts again."""

import ast
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import demo, environment
from deploy.local.children import SetupError
from deploy.local.console import Progress
from deploy.local.demo import Settings
from deploy.local.environment import Preparation, Stamp
from deploy.local.supervisor import PATIENCE, Service, Supervisor
from tests.deploy.processes import all_gone

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ECHAUFFEUR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PORT", "8999")
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return Settings()


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


def service(tmp_path: Path, code: str) -> Service:
    return Service("sleeper", [sys.executable, "-c", code], tmp_path / "sleeper.log", dict(os.environ), tmp_path)


class TestRefusals:
    @pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "80 80"])
    def test_a_port_that_is_none(self, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", port)
        with pytest.raises(SetupError, match=r"PORT must be a number from 1 to 65535, not "):
            Settings()

    def test_a_port_that_is_taken(self, settings: Settings) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            settings.port = other.getsockname()[1]
            with pytest.raises(
                SetupError, match=rf"Port {settings.port} is taken .* PORT={settings.port + 1} make demo"
            ):
                demo.check_port(settings)
        demo.check_port(settings)

    def test_a_second_demo_on_the_same_folder(self, settings: Settings) -> None:
        taken = rf"already runs in .*process {os.getpid()}, http://127.0.0.1:8999"
        with demo.alone(settings), pytest.raises(SetupError, match=taken), demo.alone(settings):
            pass
        with demo.alone(settings):
            pass

    def test_a_data_folder_that_cannot_be_written(self, settings: Settings) -> None:
        settings.data.touch()
        with pytest.raises(SetupError, match=r"data can't be written: .*\n.*ECHAUFFEUR_DATA"), demo.alone(settings):
            pass

    def test_emptying_a_database_that_is_not_its_own(self, settings: Settings) -> None:
        settings.database_url = "postgresql:///somebody"
        with pytest.raises(SetupError, match="empty that one yourself"):
            demo.reset(settings)

    def test_an_old_python_is_told_which_one_is_needed(self) -> None:
        """That one file has to be understood by the Python that is too old."""
        source = (PROJECT / "deploy" / "local" / "__main__.py").read_text()
        ast.parse(source, feature_version=(3, 6))
        old = source.replace("OLDEST = (3, 11)", "OLDEST = (99, 0)")
        answer = subprocess.run([sys.executable, "-c", old], check=False, capture_output=True, text=True)
        assert answer.returncode == 1
        assert "needs Python 99.0 or newer" in answer.stderr

    def test_an_unknown_command(self) -> None:
        command = [sys.executable, "-m", "deploy.local", "dance"]
        answer = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
        assert (answer.returncode, answer.stderr.strip()[:11]) == (2, "One of: dem")


def test_a_reset_removes_what_the_demo_wrote_and_nothing_else(settings: Settings) -> None:
    settings.data.mkdir()
    (settings.data / "postgres-18").mkdir()
    (settings.data / "migrated").touch()
    (settings.data / "letter.odt").touch()
    demo.reset(settings)
    assert [path.name for path in settings.data.iterdir()] == ["letter.odt"]


class TestSupervision:
    def test_what_dies_is_started_again_after_a_pause(self, supervisor: Supervisor, tmp_path: Path) -> None:
        sleeper = service(tmp_path, "import time; time.sleep(60)")
        supervisor.start(sleeper)
        first = sleeper.process
        assert first
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        supervisor.look(100.0)
        assert sleeper.process is None
        supervisor.look(101.0)
        assert sleeper.process
        assert sleeper.process.pid != first.pid

    def test_what_keeps_dying_stops_the_demo_with_its_last_words(self, supervisor: Supervisor, tmp_path: Path) -> None:
        sleeper = service(tmp_path, "raise SystemExit('no more coffee')")
        supervisor.start(sleeper)
        for death in range(PATIENCE):
            assert sleeper.process
            sleeper.process.wait()
            if death < PATIENCE - 1:
                supervisor.look(10.0 * death)
                supervisor.look(10.0 * death + 9.9)
        with pytest.raises(SetupError, match=r"sleeper keeps ending.*\n.*no more coffee"):
            supervisor.look(10.0 * PATIENCE)

    def test_what_dies_at_the_start_is_said_at_once(self, supervisor: Supervisor, tmp_path: Path) -> None:
        sleeper = service(tmp_path, "raise SystemExit('no key')")
        supervisor.start(sleeper)
        assert sleeper.process
        sleeper.process.wait()
        with pytest.raises(SetupError, match=r"sleeper could not start.*\n.*no key"):
            supervisor.check()

    def test_stopping_takes_the_children_of_children_along(self, supervisor: Supervisor, tmp_path: Path) -> None:
        pid_file = tmp_path / "grandchild"
        sleeper = service(
            tmp_path,
            "import pathlib, subprocess, time\n"
            "child = subprocess.Popen(['sleep', '60'])\n"
            f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\n"
            "time.sleep(60)",
        )
        supervisor.start(sleeper)
        while not (pid_file.exists() and pid_file.read_text()):
            time.sleep(0.02)
        supervisor.stop()
        assert all_gone([int(pid_file.read_text())], seconds=2)


class TestSteps:
    @pytest.fixture(autouse=True)
    def project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(environment, "PROJECT", tmp_path)
        monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
        (tmp_path / "input").write_text("1")
        return tmp_path

    def run(self, project: Path, *, fail: bool = False) -> bool:
        """Run a step that makes ``output`` from ``input``; return whether it was wanted."""
        preparation = Preparation(log=project / "log", progress=Progress(1))
        with preparation._unless_made("Step", "step", [project / "input"], [project / "output"]) as wanted:
            if fail:
                raise SetupError("no network")
            (project / "output").touch()
        return wanted

    def test_a_step_is_done_once(self, project: Path) -> None:
        assert [self.run(project), self.run(project)] == [True, False]

    def test_a_step_is_done_again_when_an_input_changed_or_the_output_is_gone(self, project: Path) -> None:
        self.run(project)
        (project / "input").write_text("2")
        assert self.run(project)
        (project / "output").unlink()
        assert self.run(project)

    def test_a_step_cut_short_is_done_again_even_for_the_old_input(self, project: Path) -> None:
        self.run(project)
        (project / "input").write_text("2")
        with pytest.raises(SetupError):
            self.run(project, fail=True)
        (project / "input").write_text("1")
        assert self.run(project)

    def test_its_name_is_kept_in_the_environment(self, project: Path) -> None:
        self.run(project)
        assert re.fullmatch("[0-9a-f]{64}", Stamp("step").text())
