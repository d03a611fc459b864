"""Readers that are measured side by side. Each runs in a process of its own, and strangers in an environment of their
own (`make bench-peers`), so that their packages never touch ours.

A module here is loaded inside the child: it imports nothing of Hoso unless it is Hoso's. Its `open_reader(given)`
answers with a `Reading`; `Unavailable` says why it cannot be measured.
"""
