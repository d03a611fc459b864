"""How our own models come to be: commands that need torch and are never imported at run time."""

import os

# Threads of PyTorch that wait for one another give the core away instead of spinning: on two cores that other programs
# use as well, a training step took 1.8 s of CPU this way and 7.3 s the other. Read when the library is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
