"""`python -m api`: serve the front with the settings of this process."""

from __future__ import annotations

import argparse
import asyncio
import socket
from pathlib import Path

import uvicorn

from api import logs
from api.app import create_app
from config.settings import settings


def main() -> None:
    """Listen, say where, serve until told to stop (SIGTERM: what is being received may finish for a while)."""
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    parser.add_argument("--port-file", type=Path, help="write the port to this file once it listens")
    arguments = parser.parse_args()
    current = settings()
    logs.configure()
    listening = socket.create_server((current.api.host, current.api.port), backlog=512, reuse_port=False)
    port = int(listening.getsockname()[1])
    config = uvicorn.Config(
        create_app(current),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=64 * 1024,
    )
    if arguments.port_file:
        arguments.port_file.write_text(str(port), encoding="utf-8")
    logs.logger().info("listening", host=current.api.host, port=port)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


if __name__ == "__main__":
    main()
