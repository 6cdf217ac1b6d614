"""A cluster on this machine: `local_cluster` starts this module as a process, which starts scheduler and workers.

A Dask cluster runs whatever it is sent. So that no other user of this machine can send it anything, all that speak with
it need a certificate that is made for it and exists only in the memory of its processes, and it serves no web page.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from distributed import LocalCluster, Security
from distributed.http.routing import RoutingApplication
from distributed.node import ServerNode
from tornado.httpserver import HTTPServer

from cnn_core.errors import CnnreelError
from cnnreel.here import installing

__all__ = ["local_cluster"]

SECRET = tuple(
    f"tls_{of}"
    for of in ("ca_file", *(f"{who}_{what}" for who in ("client", "scheduler", "worker") for what in ("key", "cert")))
)


@contextmanager
def local_cluster(workers: int) -> Iterator[tuple[str, Security]]:
    """Give the address of a scheduler that has so many worker processes, and what one needs to speak with it.

    All of them end with the block.

    They are a session of their own, for a terminal sends Ctrl-C to every process of ours.
    """
    try:
        security = Security.temporary()
    except ImportError as error:
        raise CnnreelError(f"--engine dask needs the package cryptography: {installing('dask')}.") from error
    with TemporaryDirectory(prefix="cnnreel-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(workers)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TMPDIR": folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        with process:
            try:
                yield address_from(process, security), security
            finally:
                os.killpg(process.pid, signal.SIGKILL)


def address_from(process: subprocess.Popen[str], security: Security) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    secret = {field: getattr(security, field) for field in SECRET}
    process.stdin.write(json.dumps(secret) + "\n")
    process.stdin.flush()
    address = process.stdout.readline().strip()
    if not address:
        raise CnnreelError("Dask could not start a cluster on this machine.")
    return address


def without_http(node: Any, routes: Any, *_: Any, **__: Any) -> None:
    """Have a web server that listens nowhere; Dask's would tell everybody what is being done."""
    node.http_application = RoutingApplication(routes)
    node.http_server = HTTPServer(node.http_application)


def main() -> None:
    """Be the cluster, until whoever started us has gone."""
    with LocalCluster(
        protocol="tls",
        security=Security(require_encryption=True, **json.loads(sys.stdin.readline())),
        n_workers=int(sys.argv[1]),
        threads_per_worker=1,
        memory_limit=None,
        dashboard_address=None,
        scheduler_kwargs={"allowed_failures": 1},
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ in ("__main__", "__mp_main__"):  # also where a worker's process begins
    ServerNode.start_http_server = without_http  # type: ignore[method-assign, assignment]
if __name__ == "__main__":
    main()
