"""The commands behind the Makefile, from a bare Python to a running service."""

import os
import signal
from contextlib import suppress

from deploy.local import browser, demo, environment
from deploy.local.children import SetupError
from deploy.local.console import Progress, begin_logs, complain
from deploy.local.shim import die_with_parent

STEPS = environment.STEPS + demo.STEPS
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run one command and return the exit code."""
    if "MAKELEVEL" in os.environ:
        die_with_parent(os.getppid(), signal.SIGTERM)
    demo.stop_on_signals()
    try:
        match arguments:
            case ["demo"]:
                prepare_demo(reset=False)
            case ["demo-reset"]:
                prepare_demo(reset=True)
            case ["serve"]:
                serve()
            case ["environment", "demo" | "test" as kind]:
                prepare_environment(kind)
            case _:
                complain("One of: demo, demo-reset, environment demo, environment test")
                return 2
    except SetupError as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        return INTERRUPTED
    return 0


def prepare_demo(*, reset: bool) -> None:
    """Make the environment, then go on inside it: the servers' programs are among its libraries."""
    settings = demo.Settings()
    with demo.alone(settings):
        demo.check_port(settings)
        if reset:
            demo.reset(settings)
        logs = settings.data / "log"
        begin_logs(logs)
        environment.Preparation(log=logs / "setup.log", progress=Progress(STEPS)).prepare("demo")
    os.execv(environment.PYTHON, [str(environment.PYTHON), "-m", "deploy.local", "serve"])


def serve() -> None:
    """Run the demo in an environment that is ready. Being told to stop is its ordinary end."""
    settings = demo.Settings()
    with suppress(KeyboardInterrupt), demo.alone(settings):
        demo.Demo(settings, Progress(STEPS, done=environment.STEPS)).run()
    print("\nStopped.", flush=True)


def prepare_environment(kind: str) -> None:
    """Make the environment only; the one for tests has a browser too."""
    log = demo.Settings().data / "log" / "setup.log"
    progress = Progress(environment.STEPS + (kind == "test"))
    environment.Preparation(log=log, progress=progress).prepare(kind)
    if kind == "test":
        browser.prepare(log=log, progress=progress)
